import { BAUD, openPort, type Port } from '../../board/port.ts';
import { listPorts, onlyPort } from '../../board/ports.ts';
import { RawRepl } from '../../board/raw-repl.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { UsbOptions } from '../usb.ts';

/** The port that is meant: `--port`, or the only one there is. @throws KitelineError NOT_FOUND, USAGE */
export const portName = async ({ port }: UsbOptions): Promise<string> => port ?? onlyPort(await listPorts());

/** @throws what `openPort` throws */
export async function openUsb(options: UsbOptions): Promise<Port> {
  return openPort(await portName(options), options.baud ?? BAUD);
}

/**
 * A board at its prompt, with empty memory, while `work` lasts.
 * @throws KitelineError what opening, the raw REPL and `work` throw
 */
export async function withBoard<T>(port: Port, work: (repl: RawRepl) => Promise<T>): Promise<T> {
  try {
    const repl = await RawRepl.enter(port);
    await repl.softReset();
    return await work(repl);
  } finally {
    await closePort(port);
  }
}

/**
 * The same for work after which the board restarts: where it fails, or is interrupted, the board goes on with the program that it has.
 * @throws KitelineError as `withBoard`; USAGE when `signal` was aborted
 */
export async function withStoppedBoard<T>(
  port: Port,
  signal: AbortSignal,
  work: (repl: RawRepl) => Promise<T>,
): Promise<T> {
  const repl = new RawRepl(port);
  const all = async (): Promise<T> => {
    await repl.enter();
    await repl.softReset();
    return await work(repl);
  };
  try {
    return await Promise.race([all(), interrupted(signal)]);
  } catch (error) {
    await repl.abandon();
    throw error;
  } finally {
    await closePort(port);
  }
}

function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const interrupt = () =>
      reject(
        new KitelineError(
          'USAGE',
          say(
            'Interrupted: the board restarts with the program that it has.',
            '已中断：板子会以现有程序重新启动。',
          ),
        ),
      );
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt, { once: true });
  });
}

/** Lets out what is still to be written, and gives the port free. */
export function closePort(port: Port): Promise<void> {
  return new Promise((resolve) => {
    if (port.destroyed) {
      resolve();
      return;
    }
    port.once('close', () => resolve());
    port.end(() => port.destroy());
  });
}
