import { setTimeout } from 'node:timers/promises';
import { type Clock, systemClock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { openPort, type Port } from './port.ts';
import { portGone } from './port-error.ts';

const RETRY_MS = 300; // a board's own USB is back half a second after its reset

/**
 * A port that went away, once it is there again.
 * @throws KitelineError what `openPort` threw last, when it was not back within `ms`, or `signal` was aborted
 */
export async function reopenPort(
  name: string,
  baud: number,
  ms: number,
  { clock = systemClock, signal }: { clock?: Clock; signal?: AbortSignal } = {},
): Promise<Port> {
  const end = clock.monotonic() + ms;
  for (;;) {
    try {
      const port = await openPort(name, baud);
      if (await stays(port)) return port;
      if (clock.monotonic() >= end || signal?.aborted) throw portGone(name);
    } catch (error) {
      const isWorthWaiting =
        error instanceof KitelineError &&
        ['NOT_FOUND', 'REFUSED', 'NOT_ALLOWED', 'PORT_TAKEN'].includes(error.code);
      if (!isWorthWaiting || clock.monotonic() >= end || signal?.aborted) throw error;
    }
    await setTimeout(RETRY_MS);
  }
}

/** A serial server lets in, and closes at once while its own port is away. */
async function stays(port: Port): Promise<boolean> {
  port.on('error', () => {});
  await setTimeout(RETRY_MS);
  return !port.destroyed && !port.readableEnded;
}
