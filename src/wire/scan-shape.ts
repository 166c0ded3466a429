import { MAX_TIME } from './sample.ts';
import { LONG, NONE, scanLongNumber, scanNumber } from './scan-number.ts';
import { END, NUMBER, SEQ_PLACE, type Shape, STRING, TIME_PLACE } from './shape.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether `bytes` are, to the last byte, a message of this form, and then what its values are. The hub's hottest loop:
 * nothing is allocated, and `| 0` spares the compiled code a check for overflow at every step.
 * @param values filled by place, see `Scanner.values`; left half-written where the answer is false
 * @param ends filled for strings, see `Scanner.ends`
 */
export function scanShape(shape: Shape, bytes: Uint8Array, values: Float64Array, ends: Int32Array): boolean {
  const { program } = shape;
  const last = bytes.length - 1;
  // No part of a number. Where the message ends in it, no loop over digits can run beyond.
  if (last < 0 || bytes[last] !== shape.lastByte) return false;
  let at = 0;
  for (let step = 0; ; ) {
    const length = program[step] as number;
    const kind = program[step + 1] as number;
    const place = program[step + 2] as number;
    step = (step + 3) | 0;
    const end = (at + length) | 0;
    if (end > last) return false; // so the last byte at least is left for a slot
    if (length >= 4) {
      const lastWord = (end - 4) | 0;
      for (; at < lastWord; at = (at + 4) | 0) {
        if (wordAt(bytes, at) !== program[step]) return false;
        step = (step + 1) | 0;
      }
      if (wordAt(bytes, lastWord) !== program[step]) return false;
    } else if (length > 0) {
      let word = bytes[at] as number;
      if (length > 1) word |= (bytes[at + 1] as number) << 8;
      if (length > 2) word |= (bytes[at + 2] as number) << 16;
      if (word !== program[step]) return false;
    }
    step = (step + 1) | 0;
    at = end;
    if (kind === NUMBER) {
      at = scanNumber(bytes, at, values, place);
      if (at === LONG) at = scanLongNumber(bytes, end, values, place);
    } else if (kind === END) break;
    else if (kind === STRING) at = scanString(bytes, at, values, ends, place);
    else at = scanBoolean(bytes, at, values, place);
    if (at < 0) return false;
  }
  if (at !== last) return false;
  if (shape.hasTime && !isNatural(values[TIME_PLACE] as number, MAX_TIME)) return false;
  return !shape.hasSeq || isNatural(values[SEQ_PLACE] as number, Number.MAX_SAFE_INTEGER);
}

/** Four bytes, all of them there, as one word, little-endian. */
const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

/** Reads `true` or `false` as 1 or 0; every byte is compared before the next one, so none is read behind the object. */
function scanBoolean(bytes: Uint8Array, at: number, values: Float64Array, place: number): number {
  if (bytes[at] === 0x74) {
    values[place] = 1;
    return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65 ? at + 4 : NONE;
  }
  values[place] = 0;
  const isFalse =
    bytes[at] === 0x66 &&
    bytes[at + 1] === 0x61 &&
    bytes[at + 2] === 0x6c &&
    bytes[at + 3] === 0x73 &&
    bytes[at + 4] === 0x65;
  return isFalse ? at + 5 : NONE;
}

/** Finds the quote that ends the string; anything but printable ASCII without escapes is left to the decoder. */
function scanString(
  bytes: Uint8Array,
  at: number,
  values: Float64Array,
  ends: Int32Array,
  place: number,
): number {
  values[place] = at;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      ends[place] = at;
      return at;
    }
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return NONE;
  }
  return NONE;
}

/** The same test as for a decoded `$t` or `$seq`. */
const isNatural = (value: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= 0 && value <= most;
