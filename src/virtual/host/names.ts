/** Names that a board's program asks the addresses of. */
import { lookup } from 'node:dns/promises';
import type { Clock } from '../../clock.ts';
import { ErrnoError } from '../errno.ts';

/** lwIP's answer where a name cannot be resolved: EAI_FAIL. */
const EAI_FAIL = -202;
/** The chip's resolver gives up after this, milliseconds. */
const RESOLVE_MS = 14_000;
/** And its mDNS, which a name in .local is asked by, after this. */
const LOCAL_MS = 5_000;

/**
 * An IPv4 address for a name: this computer's, another board's, or what the system's resolver knows.
 * @throws ErrnoError EAI_FAIL
 */
export async function resolveName(
  host: string,
  network: {
    air: { clock: Clock; names: Readonly<Record<string, string>> };
    hasAddress(): boolean;
    isApart(): boolean;
    neighbour(name: string): string | undefined;
  },
): Promise<string> {
  if (host === 'localhost') return '127.0.0.1';
  if (!network.hasAddress()) throw new ErrnoError(EAI_FAIL);
  const neighbour = network.isApart() ? undefined : network.neighbour(host.replace(/\.local$/, ''));
  if (neighbour) return neighbour;
  const name = host.toLowerCase();
  const { names, clock } = network.air;
  if (Object.hasOwn(names, name) && !(network.isApart() && name.endsWith('.local')))
    return names[name] as string;
  const late = new Promise<never>((_, reject) => {
    clock.alarm(name.endsWith('.local') ? LOCAL_MS : RESOLVE_MS, () => reject(new ErrnoError(EAI_FAIL)));
  });
  try {
    return (await Promise.race([lookup(host, { family: 4 }), late])).address;
  } catch {
    throw new ErrnoError(EAI_FAIL);
  }
}
