import type { Command } from 'commander';
import { say } from '../language.ts';
import type { ControlCliOptions } from './control/control.ts';
import { addHubOptions } from './hub-client.ts';

/** `kiteline control BOARD CONTROL [key=value…]` */
export function addControl(program: Command): void {
  const command = program
    .command('control')
    .description(
      say(
        'Steer a board until the time is over or Ctrl-C; it stops by itself when nobody steers any more',
        '控制板子，直到时间结束或按 Ctrl-C；无人控制时它会自行停止',
      ),
    )
    .argument('<BOARD>', say('its name', '板子的名称'))
    .argument('<CONTROL>', say('of the control', '控制项的名称'))
    .argument(
      '[KEY=VALUE...]',
      say('the setpoint: of the types that the board has announced', '设定值：按板子声明的类型读取'),
    )
    .option(
      '--for <TIME>',
      say(
        'how long, e.g. 500ms, 2s, 1m (until Ctrl-C unless told)',
        '时长，例如 500ms、2s、1m（默认直到 Ctrl-C）',
      ),
    )
    .option('--takeover', say('take it from whoever steers', '从当前持有者处接管'))
    .option('--holder <NAME>', say('who steers (your user name unless told)', '持有者名称（默认为用户名）'));
  addHubOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline control rover drive left=0.5 right=0.5 --for 2s
  kiteline control rover drive left=0 right=0 --takeover

${say(
  'Exit code 0: the time was over, or Ctrl-C. 1: it could not be taken, or ended before; a sentence says why.',
  '退出码 0 表示时间结束或按了 Ctrl-C；1 表示无法取得控制，或提前结束，并有一句说明。',
)}`,
    )
    .action(async (board: string, control: string, pairs: string[], options: ControlCliOptions) => {
      const { steer } = await import('./control/control.ts');
      await steer(board, control, pairs, options);
    });
}
