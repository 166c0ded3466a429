import type { Command } from 'commander';
import { say } from '../language.ts';
import { addHubOptions } from './hub-client.ts';
import type { LogsOptions } from './logs/logs.ts';
import { parseCount } from './numbers.ts';

const MOST_LINES = 10_000; // as many texts as a store keeps of a board unless told otherwise

/** `kiteline logs BOARD` */
export function addLogs(program: Command): void {
  const command = program
    .command('logs')
    .description(say('What a board printed, logged and died of', '板子打印、记录的内容和出错信息'))
    .argument('<BOARD>', say('its name', '板子的名称'))
    .option(
      '-n, --lines <COUNT>',
      say('how many of before (20 unless told)', '先显示多少条以前的（默认 20）'),
      (text) => parseCount(text, 0, MOST_LINES),
    )
    .option('--no-follow', say('only what was, and not what comes', '只显示以前的，不继续等待'))
    .option('--json', say('one JSON object a line', '每行一个 JSON 对象'));
  addHubOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline logs greenhouse
  kiteline logs greenhouse -n 200 --no-follow

${say(
  'For boards with the board library; what another board prints is seen by USB: kiteline repl.',
  '用于带板端库的板子；其他板子打印的内容可通过 USB 查看：kiteline repl。',
)}`,
    )
    .action(async (board: string, options: LogsOptions) => {
      const { logs } = await import('./logs/logs.ts');
      await logs(board, options);
    });
}
