import { BAUD, openPort, type Port } from '../../board/port.ts';
import { listPorts, onlyPort } from '../../board/ports.ts';
import { RawRepl } from '../../board/raw-repl.ts';
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
