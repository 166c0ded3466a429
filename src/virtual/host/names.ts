/** Names that a board's program asks the addresses of. */
import { lookup } from 'node:dns/promises';
import type { Clock } from '../../clock.ts';
import { ErrnoError } from '../errno.ts';

/** lwIP's answer where a name cannot be resolved: EAI_FAIL. */
const EAI_FAIL = -202;
/** The chip's resolver gives up after this, milliseconds. */
const RESOLVE_MS = 14_000;

/**
 * An IPv4 address for a name: this computer's, another board's, or what the system's resolver knows.
 * @throws ErrnoError EAI_FAIL
 */
export async function resolveName(
  host: string,
  network: { air: { clock: Clock }; hasAddress(): boolean; neighbour(name: string): string | undefined },
): Promise<string> {
  if (host === 'localhost') return '127.0.0.1';
  if (!network.hasAddress()) throw new ErrnoError(EAI_FAIL);
  const neighbour = network.neighbour(host.replace(/\.local$/, ''));
  if (neighbour) return neighbour;
  const late = new Promise<never>((_, reject) => {
    network.air.clock.alarm(RESOLVE_MS, () => reject(new ErrnoError(EAI_FAIL)));
  });
  try {
    return (await Promise.race([lookup(host, { family: 4 }), late])).address;
  } catch {
    throw new ErrnoError(EAI_FAIL);
  }
}
