/**
 * Numbers as JSON writes them (RFC 8259 section 6), from bytes, with exactly the value that JSON.parse gives.
 *
 * A number of at most 15 significant digits times or divided by a power of ten up to 10^22 takes one operation on two
 * doubles that are exact, so its result is rounded correctly (Clinger, "How to read floating point numbers accurately",
 * PLDI 1990). All others go through `Number()`.
 */

/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const LETTER_E = 0x65;

const INT32_DIGITS = 9; // any nine digits fit in 32 bits
const EXACT_DIGITS = 15; // any fifteen digits fit in 53 bits

const ascii = new TextDecoder();

/**
 * Reads the number that begins at `at` into `values[place]`. The bytes from `at` on must hold one that is no part of a
 * number (the end of the object): it ends every loop here, so none asks for the length.
 * @returns the place behind the number; -1 where there is none, or none that is finite
 */
export function scanNumber(bytes: Uint8Array, at: number, values: Float64Array, place: number): number {
  const start = at;
  const negative = bytes[at] === MINUS;
  if (negative) at = (at + 1) | 0;
  const first = at;
  let digit = ((bytes[at] as number) - ZERO) | 0;
  if (digit >>> 0 > 9) return -1;
  let mantissa = digit;
  at = (at + 1) | 0;
  digit = ((bytes[at] as number) - ZERO) | 0;
  if (mantissa !== 0) {
    while (digit >>> 0 <= 9) {
      mantissa = (Math.imul(mantissa, 10) + digit) | 0;
      at = (at + 1) | 0;
      digit = ((bytes[at] as number) - ZERO) | 0;
    }
  }
  let digits = at - first;
  let decimals = 0;
  if (digit === POINT - ZERO) {
    at = (at + 1) | 0;
    const behindPoint = at;
    digit = ((bytes[at] as number) - ZERO) | 0;
    while (digit >>> 0 <= 9) {
      mantissa = (Math.imul(mantissa, 10) + digit) | 0;
      at = (at + 1) | 0;
      digit = ((bytes[at] as number) - ZERO) | 0;
    }
    decimals = at - behindPoint;
    if (decimals === 0) return -1;
    digits += decimals;
  }
  if (digits > INT32_DIGITS || ((digit + ZERO) | 0x20) === LETTER_E)
    return scanLong(bytes, start, at, decimals, values, place);
  const value = decimals === 0 ? mantissa : mantissa / (POWERS[decimals] as number);
  values[place] = negative ? -value : value;
  return at;
}

/**
 * The same for any length and with an exponent.
 * @param end where the digits end, which are known to be well-formed: an exponent may follow
 * @param decimals how many of them stand behind the point
 */
function scanLong(
  bytes: Uint8Array,
  start: number,
  end: number,
  decimals: number,
  values: Float64Array,
  place: number,
): number {
  let mantissa = 0;
  let digits = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0) continue; // the sign and the point
    mantissa = mantissa * 10 + digit;
    if (mantissa !== 0) digits++; // leading zeros are not significant
  }
  let at = end;
  let power = 0 - decimals; // not -0, which is slow as an index
  let byte = bytes[at] as number;
  if ((byte | 0x20) === LETTER_E) {
    byte = bytes[++at] as number;
    const down = byte === MINUS;
    if (down || byte === PLUS) byte = bytes[++at] as number;
    const from = at;
    let exponent = 0;
    for (; (byte - ZERO) >>> 0 <= 9; byte = bytes[++at] as number)
      if (exponent < 1e8) exponent = exponent * 10 + byte - ZERO; // no message has digits to make up for more
    if (at === from) return -1;
    power += down ? -exponent : exponent;
  }
  let value: number;
  if (digits > EXACT_DIGITS || power > 22 || power < -22) {
    value = Number(ascii.decode(bytes.subarray(start, at)));
    if (!Number.isFinite(value)) return -1;
  } else {
    value = power < 0 ? mantissa / (POWERS[-power] as number) : mantissa * (POWERS[power] as number);
    if (bytes[start] === MINUS) value = -value;
  }
  values[place] = value;
  return at;
}
