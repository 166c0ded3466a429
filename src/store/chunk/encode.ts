import { crc32 } from 'node:zlib';
import { ByteWriter } from './bytes.ts';
import { CHECKSUM_BYTES, VERSION } from './format.ts';
import { integersBound, writeIntegers } from './integers.ts';
import { hasKind, splitKinds, writeKinds } from './kinds.ts';
import { writeNumbers } from './numbers.ts';
import { isNextTime, KIND, MAX_POINTS, MAX_TIME, type PointColumns } from './points.ts';
import { stringsBound, toDictionary, writeStrings } from './strings.ts';

/** Room for 2,048 numbers; what a larger chunk needs is kept for the next one, up to MOST_SCRATCH. */
const FIRST_SCRATCH = 64 * 1024;
const MOST_SCRATCH = 4 * 1024 * 1024;

let scratch = new Uint8Array(FIRST_SCRATCH);

/**
 * Packs points into a blob that `decodeChunk` opens again (format.ts says what is in it). Numbers come back bit for
 * bit (a NaN as any NaN), strings as they are but for half a surrogate pair, which UTF-8 cannot carry: it becomes
 * U+FFFD. The columns are only read.
 * @throws RangeError when they are no points that a chunk can hold: more than MAX_POINTS, times that step back or are
 *   no whole milliseconds, an unknown kind, a boolean that is neither 0 nor 1, a string that is not in `strings`
 */
export function encodeChunk(points: PointColumns): Uint8Array {
  check(points);
  const columns = splitKinds(points);
  const dictionary = toDictionary(columns.texts, points.strings);
  const out = new ByteWriter(scratchOf(boundOf(points.length) + stringsBound(dictionary)));
  out.byte(VERSION);
  out.integer(points.length);
  writeIntegers(out, points.times, points.length);
  writeKinds(out, columns.set, points);
  if (hasKind(columns.set, KIND.NUMBER)) writeNumbers(out, columns.numbers, columns.numbers.length);
  if (hasKind(columns.set, KIND.BOOLEAN)) writeIntegers(out, columns.booleans, columns.booleans.length);
  if (hasKind(columns.set, KIND.STRING)) writeStrings(out, dictionary);
  out.view.setUint32(out.at, crc32(out.bytes.subarray(0, out.at)), true);
  return out.bytes.slice(0, out.at + CHECKSUM_BYTES);
}

function check({ length, times, numbers, kinds }: PointColumns): void {
  const most = Math.min(MAX_POINTS, times.length, numbers.length, kinds?.length ?? MAX_POINTS);
  if (!Number.isInteger(length) || length < 0 || length > most) {
    throw new RangeError(`a chunk of ${length} points, where ${most} is the most`);
  }
  let before = -MAX_TIME;
  for (let i = 0; i < length; i++) {
    const time = times[i] as number;
    if (!isNextTime(time, before)) throw new RangeError(`point ${i} has time ${time}, after ${before}`);
    before = time;
  }
}

/** The bytes that points take at most, strings aside: times, kinds, and numbers with their exceptions (9 bytes each by XOR as well). */
const boundOf = (length: number): number => 64 + 4 * integersBound(length);

function scratchOf(bytes: number): Uint8Array {
  if (bytes <= scratch.length) return scratch;
  const larger = new Uint8Array(bytes);
  if (bytes <= MOST_SCRATCH) scratch = larger;
  return larger;
}
