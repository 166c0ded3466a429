import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Peer } from '../transport/transport.ts';
import {
  encodeNotification,
  encodeRequest,
  isObject,
  type Json,
  limits,
  type Response,
  SIGNED_BYTES,
} from '../wire/index.ts';
import { SessionDatagrams } from './datagrams.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Hello } from './hello.ts';
import { Inquiries } from './inquiries.ts';
import type { Numbering } from './numbering.ts';
import type { Proof } from './proof.ts';
import type { Seal } from './seal.ts';
import { sendLines } from './signed-lines.ts';

/** Why a board's session ended. */
export type SessionEnd =
  /** The board, or we, closed the connection. */
  | 'CLOSED'
  /** The connection broke. */
  | 'RESET'
  /** Nothing came for 2.5 keepalives. */
  | 'SILENT'
  /** The board said that it goes. */
  | 'BYE'
  /** The store failed; the board sends again what was not acknowledged. */
  | 'STORE_FAILED'
  /** A newer session of the same board took its place. */
  | 'REPLACED'
  /** A line came that the board did not sign as the next one. */
  | 'BAD_SIGNATURE'
  /** Its key was revoked or has run out, or its name has got a key and the session has none. */
  | 'REVOKED';

/** What the board is told with `$bye` before we end a session; nothing where it is gone. */
const BYES: Partial<Record<SessionEnd, string>> = {
  STORE_FAILED: 'store failed',
  REPLACED: 'replaced',
  BAD_SIGNATURE: 'bad signature',
  REVOKED: 'key revoked',
};

/** Pings have ids of their own kind, so that no response to one is taken for a command's. */
const PING_ID = /^ping([1-9]\d{0,15})$/;

/** What a session needs of the connection that it is on, and of its board's presence. */
export interface BoardSessionParts {
  peer: Peer;
  /** Of a board that has a key. */
  proof: Proof | undefined;
  /** Whether the board may be given commands, call and be controlled. */
  mayBeCommanded: boolean;
  clock: Clock;
  hello: Hello;
  /** Milliseconds. */
  keepalive: number;
  /** Its place in the order of all hellos. */
  arrival: number;
  /** Whether the connection is not read from now. */
  isHeldBack: () => boolean;
  /** Called once, when it ends: nothing is taken any more, and the connection is ended after what was sent. */
  ended: (session: BoardSession, why: SessionEnd) => void;
  /** A numbered sample is not taken. */
  refused: (reason: 'DUPLICATE' | 'UNKNOWN_BOOT') => void;
}

/** A board's session, from its hello to the end of the connection: its clock, its heartbeats, whose its numbered samples are. */
export class BoardSession {
  readonly id = randomBytes(4).toString('hex');
  readonly board: string;
  /** Signs and checks every line and datagram of the session, where the board has a key. */
  readonly seal: Seal | undefined;
  /** The id of that key. */
  readonly key: string | undefined;
  /** Whether it may be given commands, call and be controlled: with a key always, without one where the hub allows it. */
  readonly mayBeCommanded: boolean;
  readonly boot: string;
  readonly library: string | undefined;
  /** Why the board started, as it said. */
  readonly reset: string | undefined;
  readonly host: string;
  /** `HOST:PORT`. */
  readonly address: string;
  /** Milliseconds since 1970 UTC. */
  readonly since: number;
  /** Where the session's clock has its zero, in milliseconds of the hub's monotonic clock. */
  readonly zero: number;
  readonly keepalive: number;
  readonly arrival: number;
  /** What the board said when it went. */
  said: string | undefined;
  /** How strongly it hears its access point, in dBm, as it said last. */
  rssi: number | undefined;
  readonly datagrams: SessionDatagrams;
  /** What the hub asks the board of itself. */
  readonly inquiries: Inquiries;
  readonly #parts: BoardSessionParts;
  readonly #heartbeat: Heartbeat;
  readonly #numberings: ReadonlyMap<string, Numbering>;
  readonly #own: Numbering | undefined;
  readonly #again = new Set<Numbering>(); // whose acknowledgement the board did not get
  #isOver = false;

  /** @param numberings of every boot id that the hello named */
  constructor(parts: BoardSessionParts, numberings: ReadonlyMap<string, Numbering>) {
    const { hello, peer, proof, clock, keepalive, arrival } = parts;
    this.#parts = parts;
    this.seal = proof?.seal;
    this.key = proof?.key;
    this.mayBeCommanded = parts.mayBeCommanded;
    this.board = hello.board;
    this.boot = hello.boot;
    this.library = hello.library;
    this.reset = hello.reset;
    this.host = peer.host;
    this.address = peer.address;
    this.since = clock.now();
    this.zero = clock.monotonic();
    this.keepalive = keepalive;
    this.arrival = arrival;
    this.datagrams = new SessionDatagrams({ id: this.id, host: peer.host, seal: this.seal });
    this.inquiries = new Inquiries(clock, (line) => this.send(line));
    this.#numberings = numberings;
    this.#own = numberings.get(hello.boot);
    for (const numbering of numberings.values()) numbering.address = peer.address;
    this.#heartbeat = new Heartbeat(clock, keepalive, {
      ping: (number) => this.send(encodeRequest(`ping${number}`, '$ping', {})),
      silent: () => this.end('SILENT'),
      isHeldBack: parts.isHeldBack,
      bytesHeard: () => peer.counts.bytesIn,
    });
  }

  /** Whole milliseconds since hello was answered; never jumps. */
  get clock(): number {
    return Math.floor(this.#parts.clock.monotonic() - this.zero);
  }

  /** Bytes of a line to the board, its LF not counted. */
  get longest(): number {
    return this.seal ? SIGNED_BYTES : limits.lineBytes;
  }

  /** Of the newest ping that was answered, in milliseconds. */
  get roundTrip(): number | undefined {
    return this.#heartbeat.roundTrip;
  }

  /** Whether it has ended: nothing is sent any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get numberings(): Iterable<Numbering> {
    return this.#numberings.values();
  }

  /**
   * Sends a line, signed where the board has a key; its LF is added where it has none.
   * @returns false when it was not sent, nor ever will be: the session is over, the board does not read, or signed it would be too long
   */
  send(bytes: Uint8Array): boolean {
    return !this.#isOver && sendLines(this.#parts.peer, this.seal, bytes);
  }

  /** Sends a datagram of the session, to where the board's newest came from. @returns false when it did not go out */
  sendDatagram(payload: Uint8Array): boolean {
    return !this.#isOver && this.datagrams.send(payload);
  }

  /** Whether it is known where the board takes datagrams. */
  get isReachable(): boolean {
    return this.datagrams.isReachable;
  }

  /** Whether something that was sent waits in our memory. */
  get isBehind(): boolean {
    return (this.#parts.peer.unsent ?? 0) > 0;
  }

  /** Calls once, when nothing waits any more. */
  whenSent(call: () => void): void {
    this.#parts.peer.whenSent?.(call);
  }

  /** Something has come of the board, or it is read from again. */
  heard(): void {
    this.#heartbeat.heard();
  }

  /** @returns whether this is the id of a ping of ours, which is thereby answered */
  pinged({ id, result }: Response): boolean {
    const number = typeof id === 'string' ? PING_ID.exec(id)?.[1] : undefined;
    if (number === undefined || !this.#heartbeat.answered(Number(number))) return false;
    this.rssi = rssiIn(result);
    return true;
  }

  /** Whose the sample of this number is in the store's eyes; undefined when it is not to be stored, which is then counted. */
  take(seq: number, boot: string | undefined): Numbering | undefined {
    const numbering = boot === undefined ? this.#own : this.#numberings.get(boot);
    if (numbering === undefined) {
      this.#parts.refused('UNKNOWN_BOOT');
      return undefined;
    }
    if (numbering.take(seq)) return numbering;
    this.#parts.refused('DUPLICATE');
    if (seq <= numbering.stored) this.#again.add(numbering);
    return undefined;
  }

  /** After each read: of what the board has sent again, and what it could not be told before. */
  acknowledgeAgain(): void {
    if (this.#again.size === 0) return;
    const again = [...this.#again];
    this.#again.clear();
    for (const numbering of again) this.acknowledge(numbering);
  }

  /** Tells the board up to where its samples are stored, if it has said in this session that it holds some. */
  acknowledge(numbering: Numbering): void {
    if (!this.has(numbering)) return;
    const { boot, stored: seq } = numbering;
    const params = boot === this.boot ? { seq } : { seq, boot };
    if (!this.send(encodeNotification('$ack', params))) this.#again.add(numbering);
  }

  /** Whether its samples of this numbering are the session's. */
  has(numbering: Numbering): boolean {
    return this.#numberings.get(numbering.boot) === numbering;
  }

  /** Tells the board why its connection is about to be ended. */
  sayGoodbye(why: string): void {
    this.send(encodeNotification('$bye', { why }));
  }

  /** Ends it, and its connection after what was sent. Harmless when it is over. */
  end(why: SessionEnd): void {
    if (this.#isOver) return;
    const bye = BYES[why];
    if (bye !== undefined) this.sayGoodbye(bye);
    this.#isOver = true;
    this.#heartbeat.stop();
    this.inquiries.end();
    this.#parts.ended(this, why);
  }
}

/** Of the answer to a ping; what is no signal's strength is none. The chip says 0 where it has no connection. */
function rssiIn(result: Json | undefined): number | undefined {
  const rssi = isObject(result) ? result.rssi : undefined;
  return typeof rssi === 'number' && rssi < 0 && rssi >= WEAKEST_DBM ? Math.round(rssi) : undefined;
}

const WEAKEST_DBM = -128;
