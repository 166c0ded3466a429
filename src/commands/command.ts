import type { Command } from 'commander';
import { say } from '../language.ts';
import type { CommandCliOptions } from './command/command.ts';
import { addHubOptions } from './hub-client.ts';

/** `kiteline command BOARD NAME [key=value…]` */
export function addCommand(program: Command): void {
  const command = program
    .command('command')
    .description(say('Have a board do something, and say what became of it', '让板子执行命令，并显示结果'))
    .argument('<BOARD>', say('its name', '板子的名称'))
    .argument('<NAME>', say('of the command', '命令的名称'))
    .argument(
      '[KEY=VALUE...]',
      say(
        'its arguments: of the types that the board has announced, else JSON, else text',
        '命令的参数：按板子声明的类型读取，否则按 JSON，再否则按文本',
      ),
    )
    .option(
      '--deadline <TIME>',
      say(
        'how long the board has to begin, e.g. 500ms, 1m (5s unless told)',
        '板子须在多久内开始，例如 500ms、1m（默认 5s）',
      ),
    )
    .option('--json', say('the outcome as one JSON object', '以一个 JSON 对象给出结果'));
  addHubOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline command greenhouse led on=true
  kiteline command greenhouse fan level=70 mode=eco --deadline 1m
  kiteline command rover drive 'path=[[0,0],[4,2]]' --json

${say(
  'Exit code 0: done. 1: failed, expired (it did not run and will not), or unknown; a sentence says which.',
  '退出码 0 表示完成；1 表示失败、过期（没有执行，也不会再执行）或结果未知，并有一句说明。',
)}`,
    )
    .action(async (board: string, name: string, pairs: string[], options: CommandCliOptions) => {
      const { runCommand } = await import('./command/command.ts');
      await runCommand(board, name, pairs, options);
    });
}
