import type { Command } from 'commander';
import { say } from '../language.ts';
import { parseCount } from './numbers.ts';

interface Options {
  name?: string;
  ip?: string;
  wifi?: string[];
  flash?: string;
  hub?: string;
  key?: string;
}

interface RunOptions extends Options {
  pty?: string;
  serial?: string;
  baud?: number;
}

/** `kiteline board run FILE.py` and `kiteline board repl` */
export function addBoard(program: Command): void {
  const board = program
    .command('board')
    .description(
      say('Virtual ESP32s: real MicroPython, real sockets', '虚拟 ESP32：真正的 MicroPython 和套接字'),
    )
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline board run main.py
  kiteline board repl`,
    );

  addBoardOptions(board.command('run'))
    .description(
      say('Run a program on a virtual ESP32, as its main.py', '在虚拟 ESP32 上运行程序（作为 main.py）'),
    )
    .argument(
      '[FILE]',
      say(
        'the MicroPython program; none: only its prompt, by a port',
        'MicroPython 程序；不写则只能通过串口使用提示符',
      ),
    )
    .option(
      '--pty <LINK>',
      say(
        'its serial port as a pseudo-terminal, to which this link will lead',
        '把串口做成伪终端，并创建指向它的链接',
      ),
    )
    .option(
      '--serial <[HOST:]PORT>',
      say(
        'its serial port over TCP, as rfc2217://127.0.0.1:PORT; 0 takes a free one',
        '通过 TCP 提供串口：rfc2217://127.0.0.1:端口；0 表示任选空闲端口',
      ),
    )
    .option(
      '--baud <SPEED>',
      say(
        'how fast that port is, as 115200; as fast as it goes unless told',
        '该串口的速率，例如 115200；默认不限速',
      ),
      (text) => parseCount(text, 300, 10_000_000),
    )
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline board run main.py
  kiteline board run main.py --name pump --ip 127.20.0.7
  kiteline board run main.py --wifi workshop:secret123 --wifi guests
  kiteline board run main.py --flash ./flash       ${say('files stay there, main.py is replaced', '文件保留在该文件夹，main.py 会被替换')}
  kiteline board run main.py --pty /tmp/board      ${say('then: mpremote connect /tmp/board', '然后：mpremote connect /tmp/board')}
  kiteline board run --serial 2217 --flash ./flash ${say('a board as from the box, at rfc2217://127.0.0.1:2217', '像新买的板子，位于 rfc2217://127.0.0.1:2217')}
  kiteline board run main.py --hub 192.168.1.5:9000
  kiteline board run main.py --key greenhouse.json ${say('as `kiteline boards add greenhouse` printed it', '由 `kiteline boards add greenhouse` 打印')}

${say(
  'A program that imports kiteline finds the board library on the flash, and a kiteline.json: put there if missing.',
  '导入 kiteline 的程序会在闪存上找到板端库和 kiteline.json：缺少时自动放入。',
)}

${say(
  'Ctrl-C raises KeyboardInterrupt in the program; three in a row end the board.\nstdout carries what the program prints. Exit code 1: the program died.',
  '按 Ctrl-C 会在程序中引发 KeyboardInterrupt；连按三次结束虚拟板。\n标准输出只有程序打印的内容。退出码 1：程序因异常结束。',
)}`,
    )
    .action(async (file: string | undefined, options: RunOptions) => {
      const { runFile } = await import('./board/run.ts');
      await runFile(file, options);
    });

  addBoardOptions(board.command('repl'))
    .description(say('A MicroPython prompt on a virtual ESP32', '虚拟 ESP32 上的 MicroPython 提示符'))
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline board repl
  echo 'print(6 * 7)' | kiteline board repl`,
    )
    .action(async (options: Options) => {
      const { prompt } = await import('./board/repl.ts');
      await prompt(options);
    });
}

function addBoardOptions(command: Command): Command {
  return command
    .option('--name <NAME>', say('its name, from which its address follows', '名称，地址由它得出'))
    .option('--ip <ADDRESS>', say('its address, e.g. 127.20.0.7', '地址，例如 127.20.0.7'))
    .option(
      '--wifi <SSID:PASSWORD>',
      say(
        'a network in the air; without any, every network exists and its password is right',
        '空中的一个网络；不写时，任何网络都存在且密码都正确',
      ),
      (text: string, before: string[] = []) => [...before, text],
    )
    .option(
      '--flash <DIR>',
      say(
        'the folder that is its flash (a temporary one unless told)',
        '作为闪存的文件夹（默认为临时文件夹）',
      ),
    )
    .option(
      '--hub <HOST:PORT>',
      say(
        'the hub of a program that imports kiteline; it finds the one of this machine at port 9000 unless told',
        '导入 kiteline 的程序所用的 hub，默认自动查找本机 9000 端口的中枢',
      ),
    )
    .option(
      '--key <HEX|FILE>',
      say(
        'its key, where the hub has one for its name: 64 hex digits, or a file with them (others see what is typed here)',
        '板的密钥（若 hub 为该名称设有密钥）：64 位十六进制数字，或含有它的文件（命令行内容可能被他人看到）',
      ),
    );
}
