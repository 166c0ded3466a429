import { BAUD, type Port } from '../../board/port.ts';
import { portGone } from '../../board/port-error.ts';
import { reopenPort } from '../../board/reopen.ts';
import { say } from '../../language.ts';
import { runOnBoard } from '../run/run.ts';
import { isTypedTo, tell } from '../terminal.ts';
import { closePort, openUsb } from '../usb/board.ts';
import type { UsbOptions } from '../usb.ts';

const LEAVE = 0x1d; // Ctrl-], as in mpremote and telnet: every other key is the board's
const CTRL_B = '\x02'; // out of a raw REPL that another tool has left; at the prompt it prints what the board is
const BACK_MS = 10_000; // a board whose USB is its own goes away while it restarts

/**
 * The board's prompt, key by key, until Ctrl-]; what comes from a file or pipe is run as a program.
 * @throws KitelineError
 */
export async function repl(options: UsbOptions): Promise<void> {
  if (!isTypedTo()) return runOnBoard('-', options);
  let port = await openUsb(options);
  const { name } = port;
  const { stdin } = process;
  const left = Promise.withResolvers<'left'>();
  stdin.setRawMode(true);
  process.once('exit', () => stdin.setRawMode(false));
  stdin.on('data', (bytes: Buffer) => {
    const at = bytes.indexOf(LEAVE);
    if (!port.destroyed) port.write(at < 0 ? bytes : bytes.subarray(0, at));
    if (at >= 0) left.resolve('left');
  });
  stdin.once('end', () => left.resolve('left'));
  tell(
    `${say(
      `${name}: Ctrl-] leaves, Ctrl-C interrupts, Ctrl-D restarts the board.`,
      `${name}：按 Ctrl-] 退出，Ctrl-C 中断，Ctrl-D 重启板子。`,
    )}\r`,
  );
  for (;;) {
    const end = await Promise.race([left.promise, shown(port)]);
    if (end === 'left') break;
    tell(`\r\n${portGone(name).message}\r`);
    port = await reopenPort(name, options.baud ?? BAUD, BACK_MS);
  }
  await closePort(port);
  stdin.setRawMode(false);
  stdin.unref();
  process.stdout.write('\n');
}

/** Shows what the board prints until the port goes away. */
function shown(port: Port): Promise<'gone'> {
  return new Promise((resolve) => {
    port.on('data', (bytes: Buffer) => {
      if (process.stdout.write(bytes)) return;
      port.pause();
      process.stdout.once('drain', () => port.resume());
    });
    port.on('error', () => resolve('gone'));
    port.on('close', () => resolve('gone'));
    port.write(CTRL_B);
  });
}
