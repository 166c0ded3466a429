import type { Command } from 'commander';
import { say } from '../language.ts';
import { addHubOptions } from './hub-client.ts';
import type { HubOptions } from './hub-file.ts';

/** `kiteline boards` */
export function addBoards(program: Command): void {
  const command = program
    .command('boards')
    .description(say('List the boards that a running hub has heard of', '列出正在运行的中枢收到过消息的板子'))
    .option('--json', say('one JSON object a line', '每行一个 JSON 对象'));
  addHubOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline boards
  kiteline boards --json
  kiteline boards --hub http://localhost:8080`,
    )
    .action(async (options: HubOptions & { json?: boolean }) => {
      const { listBoards } = await import('./boards/list.ts');
      await listBoards(options);
    });
}
