/**
 * What a signed line, or a datagram of a session, ends in (PROTOCOL.md, "Signed lines"): behind the payload and a TAB a counter
 * and the beginning of an HMAC, in a datagram the session's id before them. Whoever has the key hands in the function that
 * makes the HMAC: nothing secret is here.
 */

/** Who signs what, so that nothing can be reflected: `b` board → hub, `h` hub → board; with `d` in a datagram. */
export type Direction = 'b' | 'h' | 'bd' | 'hd';

/**
 * The first 16 hex digits, in lower case, of the HMAC-SHA256 of `head` (ASCII) and then `payload`, under the session's key.
 * @param head direction, space, counter, space
 */
export type Mac = (head: string, payload: Uint8Array) => string;

export interface LineTrailer {
  /** Bytes of the payload, at least 1: it is what the line begins with. */
  length: number;
  /** From 1. */
  counter: number;
  /** Its 16 hex digits, a view. */
  mac: Uint8Array;
}

export interface DatagramTrailer {
  length: number;
  /** The id that the answer to hello gave. */
  session: string;
  counter: number;
  /** Undefined in a session without a key. */
  mac: Uint8Array | undefined;
}

/** Hex digits: 8 bytes of an HMAC. Whoever guesses has one guess a session, and 2^64 to choose from. */
export const MAC_DIGITS = 16;
/** Hex digits of a session's id. */
const SESSION_DIGITS = 8;
/** Decimal digits of a counter: with them a datagram's trailer has 39 bytes, and 1,000 lines a second last for 31 years. */
const COUNTER_DIGITS = 12;
/** Bytes of the longest trailer there is. */
export const TRAILER_BYTES = 1 + SESSION_DIGITS + 1 + COUNTER_DIGITS + 1 + MAC_DIGITS;
/** Bytes of a signed line's payload: with the longest trailer, and a CR LF besides, it still is a line. */
export const SIGNED_BYTES = 8150;

const TAB = 0x09;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

const encoder = new TextEncoder();
const ascii = new TextDecoder();

/** @returns payload and trailer, without an LF */
export function signLine(payload: Uint8Array, direction: 'b' | 'h', counter: number, mac: Mac): Uint8Array {
  return joined(payload, `\t${counter}.${mac(headOf(direction, counter), payload)}`);
}

/**
 * @param session the id that the answer to hello gave
 * @param mac undefined in a session without a key
 */
export function signDatagram(
  payload: Uint8Array,
  direction: 'bd' | 'hd',
  session: string,
  counter: number,
  mac: Mac | undefined,
): Uint8Array {
  const signature = mac ? `.${mac(headOf(direction, counter), payload)}` : '';
  return joined(payload, `\t${session}.${counter}${signature}`);
}

/** What an HMAC covers besides the payload. */
export const headOf = (direction: Direction, counter: number): string => `${direction} ${counter} `;

/** @param line without its LF @returns undefined when it does not end in a signed line's trailer */
export function lineTrailer(line: Uint8Array): LineTrailer | undefined {
  const tab = lastTab(line);
  const dot = line.length - MAC_DIGITS - 1;
  if (tab < 1 || !isMac(line, dot)) return undefined;
  const counter = counterIn(line, tab + 1, dot);
  return counter === 0 ? undefined : { length: tab, counter, mac: line.subarray(dot + 1) };
}

/** @param data without an LF at its end @returns undefined when it does not end in a datagram's trailer */
export function datagramTrailer(data: Uint8Array): DatagramTrailer | undefined {
  const tab = lastTab(data);
  const first = tab + 1 + SESSION_DIGITS; // where the first dot must stand
  if (tab < 1 || data[first] !== DOT || !isHex(data, tab + 1, first)) return undefined;
  // A counter has fewer digits than a signature, so it is clear which of the two stands last.
  const second = data.length - MAC_DIGITS - 1;
  const isSigned = second > first && isMac(data, second);
  const counter = counterIn(data, first + 1, isSigned ? second : data.length);
  if (counter === 0) return undefined;
  return {
    length: tab,
    session: ascii.decode(data.subarray(tab + 1, first)),
    counter,
    mac: isSigned ? data.subarray(second + 1) : undefined,
  };
}

function joined(payload: Uint8Array, trailer: string): Uint8Array {
  const bytes = new Uint8Array(payload.length + trailer.length);
  bytes.set(payload);
  encoder.encodeInto(trailer, bytes.subarray(payload.length));
  return bytes;
}

/** Where the last TAB stands, in what can be a trailer; -1 for nowhere. A trailer holds none itself. */
function lastTab(bytes: Uint8Array): number {
  const end = Math.max(0, bytes.length - TRAILER_BYTES);
  for (let at = bytes.length - 1; at >= end; at--) if (bytes[at] === TAB) return at;
  return -1;
}

const isMac = (bytes: Uint8Array, dot: number): boolean =>
  bytes[dot] === DOT && isHex(bytes, dot + 1, bytes.length);

/** Lower case alone: a signature that can be written in two ways is two lines that are both right. */
function isHex(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (!((byte >= ZERO && byte <= NINE) || (byte >= 0x61 && byte <= 0x66))) return false;
  }
  return true;
}

/** @returns 0 for what is no counter: one begins with no zero, and has at most 12 digits */
function counterIn(bytes: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > COUNTER_DIGITS || bytes[from] === ZERO) return 0;
  let counter = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return 0;
    counter = 10 * counter + byte - ZERO;
  }
  return counter;
}
