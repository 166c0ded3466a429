import type { Command } from 'commander';
import { say } from '../language.ts';
import { parsePort } from '../transport/address.ts';
import type { DoctorOptions } from './doctor/doctor.ts';
import { addHubOptions } from './hub-client.ts';
import { addUsbOptions } from './usb.ts';

/** `kiteline doctor [BOARD]` */
export function addDoctor(program: Command): void {
  const number = (text: string): number => parsePort(text);
  const command = program
    .command('doctor')
    .description(
      say(
        'Say what is wrong between a board and the hub, and what to do',
        '检查板子与中枢之间哪里有问题，并说明怎么办',
      ),
    )
    .argument('[BOARD]', say('its name (all boards unless told)', '板子的名称（默认检查所有板子）'))
    .option(
      '--tcp <PORT>',
      say('where a hub would listen, when none runs', '没有中枢运行时，它将监听的 TCP 端口'),
      number,
      9000,
    )
    .option('--udp <PORT>', say('the same for UDP', 'UDP 端口'), number, 9000)
    .option('--http <PORT>', say('the same for HTTP', 'HTTP 端口'), number, 8080)
    .option('--json', say('one JSON object', '输出一个 JSON 对象'));
  const port = say(
    'the serial port of a board that is asked itself, e.g. /dev/ttyUSB0, COM3; its program stands still meanwhile',
    '要直接询问的板子的串口，例如 /dev/ttyUSB0、COM3；期间它的程序暂停',
  );
  addHubOptions(addUsbOptions(command, port))
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline doctor
  kiteline doctor greenhouse
  kiteline doctor --port /dev/ttyUSB0     ${say('asks the board itself, too; its program is stopped and started again', '也直接询问板子；它的程序会被停止，然后重新启动')}

${say('Exit code: 0 all is well, 1 something was found, 2 the command line will not do.', '退出码：0 一切正常，1 发现问题，2 命令行有误。')}`,
    )
    .action(async (board: string | undefined, options: DoctorOptions) => {
      const { doctor } = await import('./doctor/doctor.ts');
      await doctor(board, options);
    });
}
