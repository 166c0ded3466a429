import { type Command, Option } from 'commander';
import { say } from '../language.ts';
import type { ExportOptions } from './export/export.ts';
import { addHubOptions } from './hub-client.ts';
import { addRangeOptions } from './range-options.ts';

/** `kiteline export [BOARD [METRIC]]` */
export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description(say('Write the history as CSV or JSON Lines', '将历史数据导出为 CSV 或 JSON Lines'))
    .argument('[BOARD]', say('only this board', '只导出这块板子'))
    .argument('[METRIC]', say('only this metric of it', '只导出它的这个指标'));
  addRangeOptions(command)
    .addOption(
      new Option(
        '--format <FORMAT>',
        say(
          "csv or jsonl (csv unless the file's name says otherwise)",
          'csv 或 jsonl（默认由文件名决定，否则为 csv）',
        ),
      ).choices(['csv', 'jsonl']),
    )
    .option('--texts', say('the texts in place of the samples', '导出文本而不是采样'))
    .option(
      '-o, --output <FILE>',
      say('the file to write; stdout unless told, or -', '要写入的文件；默认或写 - 时为标准输出'),
    );
  addHubOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline export -o everything.csv
  kiteline export pump temp --last 7d > temp.csv
  kiteline export pump --format jsonl | jq .v
  kiteline export --texts -o texts.jsonl

${say(
  `Board by board, metric by metric, by time; CSV times are UTC. In CSV a text that
a spreadsheet would take for a formula (it begins with = + - @, tab or CR) gets an
apostrophe in front; JSON Lines have everything as it came.`,
  `按板子、指标、时间的顺序；CSV 中的时间为 UTC。CSV 中会被电子表格当作公式的文本
（以 = + - @、制表符或回车开头）前面会加撇号；JSON Lines 保持原样。`,
)}`,
    )
    .action(async (board: string | undefined, metric: string | undefined, options: ExportOptions) => {
      const { exportHistory } = await import('./export/export.ts');
      await exportHistory(board, metric, options);
    });
}
