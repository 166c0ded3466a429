import type { Command } from 'commander';
import { say } from '../language.ts';
import { addHubOptions } from './hub-client.ts';
import type { HubOptions } from './hub-file.ts';

/** `kiteline watch [BOARD]` */
export function addWatch(program: Command): void {
  const command = program
    .command('watch')
    .description(say('Show live what a running hub receives', '实时显示正在运行的中枢收到的内容'))
    .argument('[BOARD]', say('only this board, by its name or address', '只看这块板子（名称或地址）'))
    .option('--json', say('one JSON object a line', '每行一个 JSON 对象'));
  addHubOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline watch
  kiteline watch 192.168.1.23
  kiteline watch --json | jq .values.temp`,
    )
    .action(async (board: string | undefined, options: HubOptions & { json?: boolean }) => {
      const { watch } = await import('./watch/watch.ts');
      await watch({ ...options, ...(board !== undefined && { board }) });
    });
}
