/** Datagrams of sessions: whose one is, where a board takes them, and what of the protocol goes in one. */
import type { Peer } from '../transport/transport.ts';
import { type DatagramTrailer, datagramTrailer, decode, encodeResult, signDatagram } from '../wire/index.ts';
import type { BoardSession } from './board-session.ts';
import { handleSteering, isSteering } from './handlers/steering.ts';
import type { Inside } from './inside.ts';
import { count, type Reason } from './reasons.ts';
import type { Seal, SealFault } from './seal.ts';

const LF = 0x0a;
const BRACE = 0x7b;

/** What a datagram of a session needs of it. */
export interface DatagramsOf {
  readonly id: string;
  /** Where its connection comes from. */
  readonly host: string;
  /** Of a session with a key. */
  readonly seal: Seal | undefined;
}

/** One session's datagrams: checked when they come, numbered when they go, and to where the newest came from. */
export class SessionDatagrams {
  readonly #session: DatagramsOf;
  #peer: Peer | undefined;
  #newest = 0;
  #sent = 0;

  constructor(session: DatagramsOf) {
    this.#session = session;
  }

  /** Whether the board's address for datagrams is known. */
  get isReachable(): boolean {
    return this.#peer !== undefined;
  }

  /** @returns the payload, a view, or why it is dropped */
  open(peer: Peer, data: Uint8Array, trailer: DatagramTrailer): Uint8Array | SealFault | 'WRONG_HOST' {
    const { seal, host } = this.#session;
    if (!seal && (trailer.mac || peer.host !== host)) return 'WRONG_HOST';
    const payload = seal ? seal.openDatagram(data, trailer) : data.subarray(0, trailer.length);
    if (typeof payload !== 'string' && trailer.counter > this.#newest) {
      this.#newest = trailer.counter;
      this.#peer = peer; // the board may have moved
    }
    return payload;
  }

  /** @returns false when it did not go out: nobody knows where to, or it is too long */
  send(payload: Uint8Array): boolean {
    const peer = this.#peer;
    if (!peer) return false;
    const { id, seal } = this.#session;
    const bare = payload.at(-1) === LF ? payload.subarray(0, -1) : payload;
    return peer.send(
      seal ? seal.signDatagram(id, bare) : signDatagram(bare, 'hd', id, ++this.#sent, undefined),
    );
  }
}

/** What it sees of the hub. */
export type DatagramsInside = Pick<Inside, 'boards' | 'clock' | 'counts'> & {
  /** Told of each that is signed wrongly, or not at all; it is counted there. */
  forged(board: string, peer: Peer): void;
};

/** The sessions that there are, for the datagrams that name one. */
export class Datagrams {
  readonly #inside: DatagramsInside;
  readonly #sessions = new Map<string, BoardSession>();

  constructor(inside: DatagramsInside) {
    this.#inside = inside;
  }

  begun(session: BoardSession): void {
    this.#sessions.set(session.id, session);
  }

  ended(session: BoardSession): void {
    this.#sessions.delete(session.id);
  }

  /** @returns false for what is no datagram of a session, but a plain peer's */
  take(peer: Peer, data: Uint8Array): boolean {
    const trailer = mayHaveTrailer(data) ? datagramTrailer(data) : undefined;
    if (!trailer) return false;
    const session = this.#sessions.get(trailer.session);
    if (session) this.#take(session, peer, data, trailer);
    else if (data[0] === BRACE) this.#drop(undefined, 'SESSION_OVER');
    else return false; // a text that ends like that
    return true;
  }

  #take(session: BoardSession, peer: Peer, data: Uint8Array, trailer: DatagramTrailer): void {
    const { boards, clock, counts } = this.#inside;
    const payload = session.datagrams.open(peer, data, trailer);
    if (typeof payload === 'string') {
      // One that comes twice is more often the air's doing than anybody's.
      if (payload === 'BAD_SIGNATURE') this.#inside.forged(session.board, peer);
      else this.#drop(session, payload);
      return;
    }
    counts.messages++;
    const message = decode(payload);
    if (message.kind === 'request' && message.method === '$ping')
      session.sendDatagram(encodeResult(message.id, { time: clock.now(), clock: session.clock }));
    else if (message.kind !== 'notification' || !isSteering(message)) this.#drop(session, 'UNKNOWN_METHOD');
    else if (!handleSteering(message, 'datagram', session, boards)) this.#drop(session, 'BAD_NOTIFICATION');
  }

  #drop(session: BoardSession | undefined, reason: Reason): void {
    const { boards, counts } = this.#inside;
    if (session) boards.get(session.board)?.drop(reason);
    count(counts.dropped, reason);
  }
}

/** A trailer ends in a hex digit, and almost no plain datagram does: a sample ends in a brace. */
function mayHaveTrailer(data: Uint8Array): boolean {
  const last = data[data.length - 1] ?? 0;
  return (last >= 0x30 && last <= 0x39) || (last >= 0x61 && last <= 0x66);
}
