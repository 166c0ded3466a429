import { MAX_INTEGER } from './bytes.ts';

/** Digits after the point that are tried: beyond them a double is rarely a decimal that someone wrote. */
export const MAX_DIGITS = 12;

/** 10^digits, all of them exact. */
export const POWERS = Float64Array.from({ length: MAX_DIGITS + 1 }, (_, digits) => Number(`1e${digits}`));

/** For a value that is no decimal with few enough digits. */
const NONE = MAX_DIGITS + 1;

/** So many values of a chunk are looked at to guess its digits: 1 in 64 of a full one. */
const SAMPLES = 32;

/** One exception costs about 80 bits, one digit more for all of them 3.3 bits a value: both are equal at 1 in 24. */
const VALUES_PER_EXCEPTION = 24;

/** What scaling gave: `integers[i] / 10^digits` is the value, but for the exceptions. Shared; read it before the next. */
export interface Scaled {
  digits: number;
  /** At least as long as the values; an exception repeats the integer before it. */
  integers: Float64Array;
  /** Indexes of values that are no decimal with these digits: more digits, NaN, -0, an infinity. */
  exceptions: Float64Array;
  exceptionCount: number;
}

const scaled: Scaled = {
  digits: 0,
  integers: new Float64Array(2048),
  exceptions: new Float64Array(128),
  exceptionCount: 0,
};
const ranks = new Uint8Array(SAMPLES);

/** Whether `integer / factor` is the value, bit for bit. */
const isExact = (value: number, integer: number, factor: number): boolean =>
  integer / factor === value &&
  integer <= MAX_INTEGER &&
  integer >= -MAX_INTEGER &&
  (integer !== 0 || !Object.is(value, -0));

/** With how many digits after the point the value can be written, or NONE. */
function digitsOf(value: number): number {
  for (let digits = 0; digits <= MAX_DIGITS; digits++) {
    const factor = POWERS[digits] as number;
    if (isExact(value, Math.round(value * factor), factor)) return digits;
  }
  return NONE;
}

const mostExceptions = (length: number): number => Math.floor(length / VALUES_PER_EXCEPTION);

/**
 * Values as integers and a power of ten, as a sensor's library prints them: 23.4 is 234 and one digit. Every integer
 * is verified to give its value again, by the division that the decoder does. The idea of few digits with exceptions
 * is that of ALP (Afroozeh, Kuffo and Boncz, SIGMOD 2023).
 * @returns undefined where too many values are no decimals
 */
export function scale(values: Float64Array, length: number): Scaled | undefined {
  if (scaled.integers.length < length) {
    scaled.integers = new Float64Array(length);
    scaled.exceptions = new Float64Array(mostExceptions(length));
  }
  let digits = guessDigits(values, length);
  while (digits <= MAX_DIGITS) {
    const needed = tryDigits(values, length, digits);
    if (needed === digits) return scaled;
    if (needed < digits) break; // more digits would not help the exceptions
    digits = needed;
  }
  return undefined;
}

/** The digits of the value in the sample that has most, as many left aside as may be exceptions. */
function guessDigits(values: Float64Array, length: number): number {
  const count = Math.min(SAMPLES, length);
  for (let i = 0; i < count; i++) {
    ranks[i] = digitsOf(values[Math.floor((i * length) / count)] as number);
  }
  const sorted = ranks.subarray(0, count).sort();
  return sorted[count - 1 - mostExceptions(count)] ?? NONE;
}

/**
 * Scales with so many digits, into `scaled`.
 * @returns `digits` if it went well; else more digits that are worth a try, or fewer if none are
 */
function tryDigits(values: Float64Array, length: number, digits: number): number {
  const { integers, exceptions } = scaled;
  const factor = POWERS[digits] as number;
  const allowed = mostExceptions(length);
  let count = 0;
  let needed = -1;
  let last = 0;
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    const integer = Math.round(value * factor);
    if (isExact(value, integer, factor)) {
      last = integer;
    } else {
      const own = digitsOf(value);
      if (own < NONE) needed = Math.max(needed, own);
      if (count === allowed) return needed;
      exceptions[count++] = i;
    }
    integers[i] = last;
  }
  scaled.digits = digits;
  scaled.exceptionCount = count;
  return digits;
}
