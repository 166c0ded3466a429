import type { Command } from 'commander';
import { say } from '../language.ts';

/** `kiteline demo`, which `npm start` runs */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      say(
        'A hub and three virtual ESP32s, one of them a rover, live: no hardware needed',
        '一个中枢和三块虚拟 ESP32（其中一台是小车）的现场演示，无需硬件',
      ),
    )
    .addHelpText('after', `\n${say('Example:', '示例：')}\n  kiteline demo`)
    .action(async () => {
      const { demo } = await import('./demo/demo.ts');
      await demo();
    });
}
