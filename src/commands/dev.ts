import type { Command } from 'commander';
import { say } from '../language.ts';
import type { DevOptions } from './dev/dev.ts';
import { addReplaceOptions, addUsbOptions } from './usb.ts';

/** `kiteline dev FOLDER` */
export function addDev(program: Command): void {
  const command = program
    .command('dev')
    .description(
      say(
        'Work on a program: each save goes onto the board, which restarts and shows what it prints',
        '开发程序：每次保存都会放到板子上，重启并显示输出',
      ),
    )
    .argument(
      '<FOLDER>',
      say('the program: main.py and what it imports', '程序文件夹：main.py 及其导入的文件'),
    )
    .option('--virtual', say('on a virtual board, with no hardware', '在虚拟板上运行，不需要硬件'))
    .option('--name <NAME>', say("the virtual board's name", '虚拟板的名称'))
    .option('--hub <HOST:PORT>', say("the virtual board's hub", '虚拟板的中枢'))
    .option('--key <HEX|FILE>', say("the virtual board's key", '虚拟板的密钥'));
  addUsbOptions(addReplaceOptions(command))
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline dev greenhouse
  kiteline dev greenhouse --virtual

${say('Ctrl-C ends; the board goes on with the program it has.', '按 Ctrl-C 结束；板子继续运行已有的程序。')}`,
    )
    .action(async (folder: string, options: DevOptions) => {
      const { dev } = await import('./dev/dev.ts');
      await dev(folder, options);
    });
}
