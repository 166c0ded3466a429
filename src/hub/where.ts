/** Where is the hub? A board that does not know asks by broadcast (PROTOCOL.md, "Finding the hub"); the answer goes to it alone. */
import type { Clock } from '../clock.ts';
import type { Peer } from '../transport/transport.ts';
import { decode, encodeResult, isObject, type Request } from '../wire/index.ts';
import type { HubCounts } from './inside.ts';
import { mentions } from './mentions.ts';
import { count } from './reasons.ts';

/** Bytes of a question: a name of 64 characters, of four bytes each at most, a home, and what is around them. */
const LONGEST = 512;
/** UTF-16 units of its id, which comes back with the answer. */
const LONGEST_ID = 64;
/**
 * Answers a second: a thousand boards after a power cut have theirs within their second question. With some 90 bytes each, to a
 * question hardly shorter, it is nothing that would make a flood larger.
 */
const A_SECOND = 500;

/** What the answers say. */
export interface WhereOptions {
  clock: Clock;
  counts: HubCounts;
  name: string;
  home: string;
  /** Where the hub listens now. */
  ports: () => { tcp: number | undefined; tls: number | undefined };
  /** Whether an address is one that is answered: nobody on the internet. */
  isNear: (host: string) => boolean;
}

/** Answers the question, to those who may ask. */
export class Where {
  readonly #options: WhereOptions;
  #second = 0; // that is counted
  #answered = 0; // in it

  constructor(options: WhereOptions) {
    this.#options = options;
  }

  /** @returns whether it was the question, answered or not, and is nothing for anybody else */
  take(peer: Peer, data: Uint8Array): boolean {
    const request = data.length <= LONGEST && mentions(data, '$where') ? decode(data) : undefined;
    if (request?.kind !== 'request' || request.method !== '$where') return false;
    const { counts, isNear, home } = this.#options;
    counts.messages++;
    if (!isNear(peer.host) || !isAsked(request, home)) return true;
    if (this.#isTooMany()) count(counts.dropped, 'TOO_MANY_QUESTIONS');
    else this.#answer(peer, request);
    return true;
  }

  #answer(peer: Peer, { id }: Request): void {
    const { name, home, ports } = this.#options;
    const { tcp, tls } = ports();
    if (tcp === undefined && tls === undefined) return; // nowhere to go
    if (typeof id === 'string' && id.length > LONGEST_ID) return;
    const where = { ...(tcp !== undefined && { tcp }), ...(tls !== undefined && { tls }) };
    peer.send(encodeResult(id, { hub: name, home, ...where }).subarray(0, -1));
  }

  #isTooMany(): boolean {
    const second = Math.floor(this.#options.clock.monotonic() / 1_000);
    if (second !== this.#second) this.#answered = 0;
    this.#second = second;
    return ++this.#answered > A_SECOND;
  }
}

/** Another hub's boards are its own. */
function isAsked({ params }: Request, home: string): boolean {
  if (!isObject(params)) return false;
  return params.home === undefined || params.home === null || params.home === home;
}
