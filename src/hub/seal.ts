import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import {
  datagramTrailer,
  headOf,
  lineTrailer,
  MAC_DIGITS,
  type Mac,
  signDatagram,
  signLine,
} from '../wire/index.ts';

/** Why a line of a signed session was not taken. */
export type SealFault =
  /** It is not signed, was altered, comes from elsewhere, or a line before it is missing. */
  | 'BAD_SIGNATURE'
  /** It is signed, and came before. */
  | 'REPLAYED';

/** Bytes of a board's key, and of a session's. */
export const KEY_BYTES = 32;
/** Bytes of the hub's proof. */
const PROOF_BYTES = 16;
/** Hex digits of a key's id. */
const ID_DIGITS = 8;
/** Datagrams that may overtake each other: more than a Wi-Fi keeps back at a time. */
export const WINDOW = 64;

/** What both ends have said before anything is signed. */
export interface Handshake {
  board: string;
  /** The nonces, hex as it was sent. */
  nonceOfBoard: string;
  nonceOfHub: string;
}

/** What a key is called, where it must not be named: the first 8 hex digits of its SHA-256. */
export const keyId = (key: Uint8Array): string =>
  createHash('sha256').update(key).digest('hex').slice(0, ID_DIGITS);

/** By what a board knows that a hub has its key: 32 hex digits. */
export const hubProof = (key: Uint8Array, handshake: Handshake): string =>
  handshakeHmac(key, 'kiteline 1 hub', handshake)
    .toString('hex')
    .slice(0, 2 * PROOF_BYTES);

/** The key of a session. Both nonces are in it, so that no line of one session is right in another. */
export const sessionKey = (key: Uint8Array, handshake: Handshake): Uint8Array =>
  handshakeHmac(key, 'kiteline 1 session', handshake);

function handshakeHmac(key: Uint8Array, purpose: string, handshake: Handshake): Buffer {
  const { board, nonceOfBoard, nonceOfHub } = handshake;
  return createHmac('sha256', key).update(`${purpose}\n${board}\n${nonceOfBoard}\n${nonceOfHub}`).digest();
}

/** Signs what one end of a session sends, and checks what comes from the other. */
export class Seal {
  readonly #key: KeyObject; // from bytes an HMAC costs 16 µs, from a KeyObject 2
  readonly #own: 'b' | 'h';
  readonly #other: 'b' | 'h';
  #sent = 0; // lines
  #signed = 0; // of them and after them
  #opened = 0;
  #datagramsSent = 0;
  #newest = 0; // datagram that came
  readonly #seen = new Float64Array(WINDOW); // the last counters of datagrams that came, each at its remainder
  readonly #expected = Buffer.alloc(MAC_DIGITS);

  /**
   * @param key the session's, 32 bytes
   * @param side which end signs with it; the board's is for what stands in for boards
   */
  constructor(key: Uint8Array, side: 'hub' | 'board' = 'hub') {
    this.#key = createSecretKey(key);
    this.#own = side === 'hub' ? 'h' : 'b';
    this.#other = side === 'hub' ? 'b' : 'h';
  }

  /**
   * A line with its signature, without an LF. Lines may be signed ahead of those that are sent: `sent` says what became of them.
   * @param payload 1 to `SIGNED_BYTES` bytes without an LF
   */
  sign(payload: Uint8Array): Uint8Array {
    return signLine(payload, this.#own, ++this.#signed, this.#mac);
  }

  /** All lines that were signed since the last call are on their way, or none of them is, and never will be: the next one has their counter. */
  sent(areSent: boolean): void {
    if (areSent) this.#sent = this.#signed;
    else this.#signed = this.#sent;
  }

  /** @param line without its LF @returns its payload, a view, or why it is not taken: then nothing may be taken any more */
  open(line: Uint8Array): Uint8Array | SealFault {
    const trailer = lineTrailer(line);
    if (!trailer) return 'BAD_SIGNATURE';
    const { length, counter, mac } = trailer;
    const payload = new Uint8Array(line.buffer, line.byteOffset, length);
    if (!this.#isRight(mac, headOf(this.#other, counter), payload)) return 'BAD_SIGNATURE';
    if (counter <= this.#opened) return 'REPLAYED';
    if (counter !== this.#opened + 1) return 'BAD_SIGNATURE';
    this.#opened = counter;
    return payload;
  }

  /**
   * A datagram with its signature. Each has a number of its own, whether it arrives or not.
   * @param session the id that the answer to hello gave
   */
  signDatagram(session: string, payload: Uint8Array): Uint8Array {
    return signDatagram(payload, `${this.#own}d`, session, ++this.#datagramsSent, this.#mac);
  }

  /**
   * @param data without an LF at its end; its session is the caller's to look up
   * @returns its payload, a view, or why it is dropped
   */
  openDatagram(data: Uint8Array, trailer = datagramTrailer(data)): Uint8Array | SealFault {
    if (!trailer?.mac) return 'BAD_SIGNATURE';
    const { length, counter, mac } = trailer;
    const payload = new Uint8Array(data.buffer, data.byteOffset, length);
    if (!this.#isRight(mac, headOf(`${this.#other}d`, counter), payload)) return 'BAD_SIGNATURE';
    const place = counter % WINDOW;
    if (counter <= this.#newest - WINDOW || this.#seen[place] === counter) return 'REPLAYED';
    this.#seen[place] = counter;
    this.#newest = Math.max(this.#newest, counter);
    return payload;
  }

  readonly #mac: Mac = (head, payload) =>
    createHmac('sha256', this.#key).update(head).update(payload).digest('hex').slice(0, MAC_DIGITS);

  #isRight(mac: Uint8Array, head: string, payload: Uint8Array): boolean {
    this.#expected.write(this.#mac(head, payload), 'latin1');
    return timingSafeEqual(this.#expected, mac);
  }
}
