import { MAX_TIME } from './sample.ts';
import { scanNumber } from './scan-number.ts';
import { BOOLEAN, NUMBER, SEQ_PLACE, type Shape, TIME_PLACE } from './shape.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether `bytes` are, to the last byte, a message of this form, and then what its values are. The hub's hottest
 * loop: no allocation, no closure, and no byte looked at twice.
 * @param values filled by place, see `Scanner.values`; left half-written where the answer is false
 * @param ends filled for strings, see `Scanner.ends`
 */
export function scanShape(shape: Shape, bytes: Uint8Array, values: Float64Array, ends: Int32Array): boolean {
  const to = bytes.length;
  const { literals, literalEnds, slotKinds, slotPlaces } = shape;
  // The last byte of a form is `}` or white space. Where the message ends in it, no loop over digits can run beyond.
  if (to < literals.length || bytes[to - 1] !== literals[literals.length - 1]) return false;
  let at = 0;
  let compared = 0;
  for (let slot = 0; ; slot++) {
    const literalEnd = literalEnds[slot] as number;
    // All literals that are left must fit, so a slot is never looked for behind the last byte.
    if (to - at < literals.length - compared) return false;
    while (compared < literalEnd) if (bytes[at++] !== literals[compared++]) return false;
    if (slot === slotKinds.length) break;
    const kind = slotKinds[slot];
    const place = slotPlaces[slot] as number;
    if (kind === NUMBER) at = scanNumber(bytes, at, values, place);
    else if (kind === BOOLEAN) at = scanBoolean(bytes, at, values, place);
    else at = scanString(bytes, at, to, values, ends, place);
    if (at < 0) return false;
  }
  if (at !== to) return false;
  if (shape.hasTime && !isNatural(values[TIME_PLACE] as number, MAX_TIME)) return false;
  return !shape.hasSeq || isNatural(values[SEQ_PLACE] as number, Number.MAX_SAFE_INTEGER);
}

/** Reads `true` or `false` as 1 or 0; every byte is compared before the next one, so none is read behind the object. */
function scanBoolean(bytes: Uint8Array, at: number, values: Float64Array, place: number): number {
  if (bytes[at] === 0x74) {
    values[place] = 1;
    return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65 ? at + 4 : -1;
  }
  values[place] = 0;
  const isFalse =
    bytes[at] === 0x66 &&
    bytes[at + 1] === 0x61 &&
    bytes[at + 2] === 0x6c &&
    bytes[at + 3] === 0x73 &&
    bytes[at + 4] === 0x65;
  return isFalse ? at + 5 : -1;
}

/** Finds the quote that ends the string; anything but printable ASCII without escapes is left to the decoder. */
function scanString(
  bytes: Uint8Array,
  at: number,
  to: number,
  values: Float64Array,
  ends: Int32Array,
  place: number,
): number {
  values[place] = at;
  for (; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      ends[place] = at;
      return at;
    }
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return -1;
  }
  return -1;
}

/** The same test as for a decoded `$t` or `$seq`. */
const isNatural = (value: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= 0 && value <= most;
