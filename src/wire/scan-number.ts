/**
 * Numbers as JSON writes them (RFC 8259 section 6), from bytes, with exactly the value that JSON.parse gives.
 *
 * A number of at most 15 significant digits times or divided by a power of ten up to 10^22 takes one operation on two
 * doubles that are exact, so its result is rounded correctly (Clinger, "How to read floating point numbers accurately",
 * PLDI 1990). Of up to 18 digits, most are had from two such operations and the remainder; all others go through `Number()`.
 */

/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** In place of where a number ends. */
export const NONE = -1;
export const LONG = -2;

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
 * @returns the place behind the number; NONE where there is none; LONG where `scanLongNumber` must read it. (To call it from
 *   here would slow down all others.)
 */
export function scanNumber(bytes: Uint8Array, at: number, values: Float64Array, place: number): number {
  const negative = bytes[at] === MINUS;
  if (negative) at = (at + 1) | 0;
  const first = at;
  let digit = ((bytes[at] as number) - ZERO) | 0;
  if (digit >>> 0 > 9) return NONE;
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
    if (decimals === 0) return NONE;
  }
  if (at - first > INT32_DIGITS || ((digit + ZERO) | 0x20) === LETTER_E) return LONG;
  const value = decimals === 0 ? mantissa : mantissa / (POWERS[decimals] as number);
  values[place] = negative ? -value : value;
  return at;
}

/**
 * The same for any length and with an exponent.
 * @returns the place behind the number; NONE where there is none that is finite
 */
export function scanLongNumber(
  bytes: Uint8Array,
  start: number,
  values: Float64Array,
  place: number,
): number {
  let upper = 0; // the first nine significant digits
  let lower = 0; // the next nine
  let digits = 0;
  let power = 0;
  let at = bytes[start] === MINUS ? start + 1 : start;
  let byte = bytes[at] as number;
  for (let point = false; ; byte = bytes[++at] as number) {
    const digit = byte - ZERO;
    if (digit >>> 0 <= 9) {
      if (digits < INT32_DIGITS) upper = (Math.imul(upper, 10) + digit) | 0;
      else if (digits < 2 * INT32_DIGITS) lower = (Math.imul(lower, 10) + digit) | 0;
      if (upper !== 0) digits++; // leading zeros are not significant
      if (point) power--;
    } else if (byte === POINT && !point) {
      point = true;
    } else {
      break;
    }
  }
  if ((byte | 0x20) === LETTER_E) {
    byte = bytes[++at] as number;
    const down = byte === MINUS;
    if (down || byte === PLUS) byte = bytes[++at] as number;
    const from = at;
    let exponent = 0;
    for (; (byte - ZERO) >>> 0 <= 9; byte = bytes[++at] as number)
      if (exponent < 1e8) exponent = exponent * 10 + byte - ZERO; // no message has digits to make up for more
    if (at === from) return NONE;
    power += down ? -exponent : exponent;
  }
  let value = Number.NaN;
  if (power >= -22 && power <= 22 && digits <= 2 * INT32_DIGITS) {
    // Exact: nine digits have 30 bits, and 10^9 has 21 and zeros behind them.
    if (digits > INT32_DIGITS) upper *= POWERS[digits - INT32_DIGITS] as number;
    if (digits > EXACT_DIGITS) value = divide(upper, lower, power);
    else if (power < 0) value = (upper + lower) / (POWERS[-power] as number);
    else value = (upper + lower) * (POWERS[power] as number);
    if (bytes[start] === MINUS) value = -value;
  }
  if (Number.isNaN(value)) {
    value = Number(ascii.decode(bytes.subarray(start, at)));
    if (!Number.isFinite(value)) return NONE;
  }
  values[place] = value;
  return at;
}

/**
 * (upper + lower) times 10^power, for 16 to 18 digits and a power from -22 to 0, as most doubles are written. A quotient of
 * two doubles and its remainder (Dekker, "A floating-point technique for extending the available precision", 1971) are
 * right to 2^-99 of it; where an error of 2^-90 could not change how their sum is rounded, that is the correct rounding.
 * @returns NaN where it could, or where the power is above 0
 */
function divide(upper: number, lower: number, power: number): number {
  if (power > 0) return Number.NaN;
  const divisor = POWERS[-power] as number;
  const sum = upper + lower;
  const rest = lower - (sum - upper);
  const quotient = sum / divisor;
  const product = quotient * divisor;
  const quotientHigh = highHalf(quotient);
  const quotientLow = quotient - quotientHigh;
  const divisorHigh = highHalf(divisor);
  const divisorLow = divisor - divisorHigh;
  const inexact =
    quotientHigh * divisorHigh -
    product +
    quotientHigh * divisorLow +
    quotientLow * divisorHigh +
    quotientLow * divisorLow;
  const correction = (sum - product - inexact + rest) / divisor;
  const doubt = quotient * 2 ** -90;
  const value = quotient + (correction - doubt);
  return value === quotient + (correction + doubt) ? value : Number.NaN;
}

/** The upper 26 bits of a double, so that products of halves are exact. */
function highHalf(value: number): number {
  const shifted = value * (2 ** 27 + 1);
  return shifted - (shifted - value);
}
