import type { Command } from 'commander';
import { say } from '../language.ts';
import { addHubOptions } from './hub-client.ts';
import type { HubOptions } from './hub-file.ts';

/** `kiteline store info|check|backup` */
export function addStore(program: Command): void {
  const store = program
    .command('store')
    .description(say('Look after the history on disk', '管理磁盘上的历史数据'))
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline store info
  kiteline store check
  kiteline store backup history-backup.db

${say(
  'With a running hub it is asked, and goes on meanwhile; where none is running, the folder itself is read.',
  '中枢正在运行时向它查询，它照常工作；没有中枢运行时直接读取文件夹。',
)}`,
    );

  const info = store
    .command('info')
    .description(say('What is stored, and how much of the disk it takes', '保存了什么，占用多少磁盘'))
    .option('--json', say('one JSON object', '一个 JSON 对象'));
  addHubOptions(info).action(async (options: HubOptions & { json?: boolean }) => {
    const { storeInfo } = await import('./store/info.ts');
    await storeInfo(options);
  });

  const check = store
    .command('check')
    .description(say('Read everything and say what is damaged', '读取全部数据并报告损坏之处'));
  addHubOptions(check)
    .addHelpText(
      'after',
      `\n${say('Exit code 1: something is damaged; a sentence for each place.', '退出码 1：有损坏；每处一句说明。')}`,
    )
    .action(async (options: HubOptions) => {
      const { storeCheck } = await import('./store/check.ts');
      await storeCheck(options);
    });

  const backup = store
    .command('backup')
    .description(say('Copy everything into one file, as of one moment', '把某一时刻的全部数据复制到一个文件'))
    .argument('<FILE>', say('a new file; one that exists is never written over', '新文件；不会覆盖已有文件'));
  addHubOptions(backup)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline store backup history-backup.db

${say('The file is a whole store:', '该文件就是一个完整的数据存储：')}
  mkdir -p D/store && cp history-backup.db D/store/history.db && kiteline up --data D`,
    )
    .action(async (file: string, options: HubOptions) => {
      const { storeBackup } = await import('./store/backup.ts');
      await storeBackup(file, options);
    });
}
