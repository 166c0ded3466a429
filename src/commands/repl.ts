import type { Command } from 'commander';
import { say } from '../language.ts';
import { addUsbOptions, type UsbOptions } from './usb.ts';

/** `kiteline repl` */
export function addRepl(program: Command): void {
  const command = program
    .command('repl')
    .description(say('The prompt of the board at the USB', 'USB 连接的板子的提示符'));
  addUsbOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline repl
  kiteline repl --port COM3
  echo 'print(6 * 7)' | kiteline repl`,
    )
    .action(async (options: UsbOptions) => {
      const { repl } = await import('./repl/repl.ts');
      await repl(options);
    });
}
