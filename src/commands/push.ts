import type { Command } from 'commander';
import { say } from '../language.ts';
import { addHubOptions } from './hub-client.ts';
import type { PushOptions } from './push/push.ts';
import { addReplaceOptions, addUsbOptions } from './usb.ts';

/** `kiteline push [FOLDER]` */
export function addPush(program: Command): void {
  const command = program
    .command('push')
    .description(
      say(
        'Bring a program onto a board: what changed, whole or not at all',
        '把程序放到板子上：只传有变化的文件，要么全部生效要么不变',
      ),
    )
    .argument(
      '[FOLDER]',
      say('the program: main.py and what it imports', '程序文件夹：main.py 及其导入的文件'),
      '.',
    )
    .option(
      '--board <NAME>',
      say(
        'over the air, by the running hub: for a board with a key that was set up for it (kiteline setup)',
        '通过正在运行的中枢无线更新：板子须有密钥并已设置好（kiteline setup）',
      ),
    )
    .option('--no-restart', say('leave the board at its prompt', '不重启，停在提示符'));
  addHubOptions(addUsbOptions(addReplaceOptions(command)))
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline push
  kiteline push greenhouse
  kiteline push greenhouse --port /dev/ttyUSB0
  kiteline push greenhouse --board greenhouse

${say(
  'Files that were pushed before and are gone from the folder are removed; others on the board stay.\nLeft out: names that begin with a dot, __pycache__, node_modules, kiteline-data, *.md, *.ts, *.pyc.\nUnplugged in the middle: the board keeps its program, and the next push goes on.\nOver the air (--board) the new program is on trial: when it holds no session with the hub, the one before comes back.',
  '以前推送过而文件夹中已没有的文件会被删除；板子上的其他文件保留。\n不传：以点开头的名称、__pycache__、node_modules、kiteline-data、*.md、*.ts、*.pyc。\n中途拔线：板子保留原来的程序，下次推送会接着传。\n无线更新（--board）的新程序先试运行：若无法与中枢保持会话，会恢复之前的程序。',
)}`,
    )
    .action(async (folder: string, options: PushOptions) => {
      const { push } = await import('./push/push.ts');
      await push(folder, options);
    });
}
