/** Which hop keeps a board from the hub, by what passed and what did not. */
import { isLoopback } from '../transport/address.ts';
import type { ComputerFacts, WayFacts } from './facts.ts';
import { bitsOf, isSameSubnet, ownNetworks } from './subnet.ts';

export type Blame = 'different-subnet' | 'firewall' | 'client-isolation' | 'hub-refuses';

/** What a stack says when somebody is there and does not want: on a chip ECONNRESET is the more common. */
const REFUSED = ['ECONNREFUSED', 'ECONNRESET'];

/**
 * A connection that is refused came through: nothing listens there. Else, where the board reaches another port of the same computer, that one
 * port is closed to it; where it reaches none and is reached itself, the computer lets nothing in. Where neither hears the other, they are in
 * different networks, or in one that keeps its devices apart.
 * @returns undefined where the hub was reached; `unknown` where only one end could be looked at
 */
export function blame(
  { address, mask, tries, toHere, toBoard }: WayFacts,
  { interfaces }: ComputerFacts,
): Blame | 'unknown' | undefined {
  if (tries.some(({ error }) => error === '')) return undefined;
  if (tries.some(({ error }) => REFUSED.includes(error))) return 'hub-refuses';
  if (toHere || toBoard) return 'firewall';
  if (!isNear(address, mask, interfaces)) return 'different-subnet';
  return toHere === undefined ? 'unknown' : 'client-isolation';
}

/** Whether this computer is in the board's network. A virtual board on this computer always is. */
function isNear(address: string, mask: string, interfaces: ComputerFacts['interfaces']): boolean {
  const own = ownNetworks(interfaces);
  if (own.length === 0 || isLoopback(address)) return true;
  return own.some((one) => isSameSubnet(one.address, address, widest(mask, one.mask)));
}

/** Of two masks the one that takes more addresses in: one end may have it wrong. */
const widest = (one: string, other: string): string => (bitsOf(one) < bitsOf(other) ? one : other);
