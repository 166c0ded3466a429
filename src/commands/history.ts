import type { Command } from 'commander';
import { say } from '../language.ts';
import type { HistoryOptions } from './history/history.ts';
import { addHubOptions } from './hub-client.ts';
import { parseCount } from './numbers.ts';
import { addRangeOptions } from './range-options.ts';

/** `kiteline history BOARD METRIC` */
export function addHistory(program: Command): void {
  const command = program
    .command('history')
    .description(say('Show what a metric of a board has been', '显示板子某个指标的历史'))
    .argument('<BOARD>', say('its name or address', '名称或地址'))
    .argument('<METRIC>', say('e.g. temp', '例如 temp'));
  addRangeOptions(command)
    .option(
      '--points <N>',
      say(
        'so many points at most; more are summed up in N equal buckets of time',
        '最多 N 个点；超过时归并为 N 个等长的时间段',
      ),
      (text) => parseCount(text, 1, 10_000),
    )
    .option(
      '--json',
      say(
        'one JSON object a line: {"t":ms,"v":…}, or {"t":ms,"count":…,"min":…,"mean":…,"max":…}',
        '每行一个 JSON 对象：{"t":毫秒,"v":…}，或 {"t":毫秒,"count":…,"min":…,"mean":…,"max":…}',
      ),
    );
  addHubOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline history 192.168.1.23 temp
  kiteline history pump temp --last 1h
  kiteline history pump temp --from 2026-07-30 --to 2026-07-31T06:00
  kiteline history pump temp --last 7d --points 100 --json

${say(
  'Without a range: all that is stored. The running hub is asked; where none is running,\nits folder is read.',
  '不写时间范围时显示全部。数据向正在运行的中枢查询；没有中枢运行时直接读取文件夹。',
)}`,
    )
    .action(async (board: string, metric: string, options: HistoryOptions) => {
      const { showHistory } = await import('./history/history.ts');
      await showHistory(board, metric, options);
    });
}
