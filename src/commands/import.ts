import type { Command } from 'commander';
import { say } from '../language.ts';
import { addHubOptions } from './hub-client.ts';
import type { HubOptions } from './hub-file.ts';

/** `kiteline import FILE` */
export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description(say('Bring back what "export" wrote', '导入“export”写出的内容'))
    .argument('<FILE>', say('CSV or JSON Lines; - is stdin', 'CSV 或 JSON Lines；- 表示标准输入'));
  addHubOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline import everything.csv
  kiteline import texts.jsonl --hub http://192.168.1.5:8080 --token TOKEN
  ssh old-hub kiteline export --format jsonl | kiteline import -

${say(
  `What is stored already is not stored again, so the same file may come twice. JSON
Lines bring everything back as it was; of CSV a text such as "20" comes back as a
number.`,
  `已有的内容不会重复存储，同一文件可以多次导入。JSON Lines 能原样恢复；
CSV 中“20”这样的文本会变成数值。`,
)}`,
    )
    .action(async (file: string, options: HubOptions) => {
      const { importHistory } = await import('./import/import.ts');
      await importHistory(file, options);
    });
}
