import { BlockList, isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { isOwnAddress } from '../transport/lan.ts';

export interface AccessOptions {
  /**
   * From where boards without a key may be commanded, call and be controlled: `private` addresses (the default), `any`
   * address, or `none`. What they send is taken in any case.
   */
  openBoards?: 'private' | 'any' | 'none';
  /** Whether traffic from public addresses is taken. */
  publicAddresses?: boolean;
  /** Public addresses from which it is taken all the same, as `203.0.113.0/24` or `2001:db8::/48` or one address. */
  allow?: readonly string[];
}

/** Addresses that no router of the internet forwards: loopback, RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291. */
const PRIVATE = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '::1/128',
  'fe80::/10',
  'fc00::/7',
];

/** Milliseconds until this machine's own addresses are asked for again: a flood from a public one must not have them listed each time. */
const OWN_MS = 1_000;
/** Addresses that are remembered for so long. */
const MOST_OWN = 1_000;

/** Whose traffic is taken, and which boards without a key may be commanded. */
export class Access {
  readonly #openBoards: NonNullable<AccessOptions['openBoards']>;
  readonly #publicAddresses: boolean;
  readonly #private = blockList(PRIVATE);
  readonly #allowed: BlockList;
  readonly #clock: Clock;
  readonly #own = new Map<string, boolean>();
  #ownAt = Number.NEGATIVE_INFINITY;

  /** @throws KitelineError BAD_ARGUMENT for what is no range of addresses */
  constructor(options: AccessOptions, clock: Clock) {
    const { openBoards = 'private', publicAddresses = false, allow = [] } = options;
    this.#openBoards = openBoards;
    this.#publicAddresses = publicAddresses;
    this.#allowed = blockList(allow);
    this.#clock = clock;
  }

  /** Whether anything from this address is taken. @param host a numeric address */
  admits(host: string): boolean {
    return this.#publicAddresses || this.isPrivate(host) || isIn(this.#allowed, host);
  }

  /** Whether a board without a key may be commanded there, call and be controlled. */
  mayCommand(host: string): boolean {
    return this.#openBoards === 'any' || (this.#openBoards === 'private' && this.isPrivate(host));
  }

  /** Whether it is an address of a local network, or this machine's own. */
  isPrivate(host: string): boolean {
    return isIn(this.#private, host) || this.#isOwn(host);
  }

  #isOwn(host: string): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#ownAt >= OWN_MS || this.#own.size >= MOST_OWN) {
      this.#own.clear();
      this.#ownAt = now;
    }
    const known = this.#own.get(host);
    if (known !== undefined) return known;
    const is = isOwnAddress(host);
    this.#own.set(host, is);
    return is;
  }
}

function isIn(list: BlockList, host: string): boolean {
  const address = host.replace(/%.*$/, ''); // the scope of a link-local address
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits, more] = range.split('/');
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || more !== undefined || !(prefix <= most)) throw noRange(range);
    list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const noRange = (range: string) =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${range}" is no range of addresses: write for example 203.0.113.0/24, 2001:db8::/48 or 203.0.113.7.`,
      `“${range}”不是地址范围：请写成例如 203.0.113.0/24、2001:db8::/48 或 203.0.113.7。`,
    ),
  );
