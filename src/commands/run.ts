import type { Command } from 'commander';
import { say } from '../language.ts';
import { addUsbOptions, type UsbOptions } from './usb.ts';

/** `kiteline run FILE` */
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description(
      say(
        'Run a program on the board at the USB, without keeping it there',
        '在 USB 连接的板子上运行程序，不保存',
      ),
    )
    .argument('<FILE>', say('the MicroPython program; - for stdin', 'MicroPython 程序；- 表示标准输入'));
  addUsbOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline run blink.py
  echo 'import os; print(os.listdir())' | kiteline run -

${say(
  'The program that the board ran before is interrupted, and starts again with its next reset. Ctrl-C raises KeyboardInterrupt.\nstdout carries what the program prints. Exit code 1: the program died.',
  '板子原来的程序会被中断，下次复位后重新运行。Ctrl-C 会引发 KeyboardInterrupt。\n标准输出只有程序打印的内容。退出码 1：程序因异常结束。',
)}`,
    )
    .action(async (file: string, options: UsbOptions) => {
      const { runOnBoard } = await import('./run/run.ts');
      await runOnBoard(file, options);
    });
}
