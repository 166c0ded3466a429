import type { ByteReader, ByteWriter } from './bytes.ts';
import { DamagedChunk } from './damaged.ts';
import { integersBound, readIntegers, writeIntegers } from './integers.ts';

/** UTF-8 bytes of one UTF-16 unit at most. */
const UTF8_PER_UNIT = 3;

const encoder = new TextEncoder();
/** A byte order mark is part of the string, and bytes that are no UTF-8 were not written by us. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Each string once, in the order of its first use, and for each point an index. */
interface Dictionary {
  strings: string[];
  /** One for each point. */
  indexes: Float64Array;
}

/**
 * Finds the strings that the points use.
 * @param used for each point an index into `strings`, which may hold others, and one more than once
 * @throws RangeError for an index that is none of `strings`
 */
export function toDictionary(used: Float64Array, strings: readonly string[]): Dictionary {
  const places = new Map<string, number>();
  const indexes = new Float64Array(used.length);
  for (let i = 0; i < used.length; i++) {
    const text = strings[used[i] as number];
    if (text === undefined) throw new RangeError(`a point has string ${used[i]} of ${strings.length}`);
    let place = places.get(text);
    if (place === undefined) {
      place = places.size;
      places.set(text, place);
    }
    indexes[i] = place;
  }
  return { strings: [...places.keys()], indexes };
}

/** The bytes that `writeStrings` takes at most. */
export function stringsBound({ strings, indexes }: Dictionary): number {
  let bytes = integersBound(strings.length) + integersBound(indexes.length);
  for (const text of strings) bytes += UTF8_PER_UNIT * text.length;
  return bytes;
}

/** How many there are, their lengths in bytes, the bytes (UTF-8; half a surrogate pair becomes U+FFFD), the indexes. */
export function writeStrings(out: ByteWriter, { strings, indexes }: Dictionary): void {
  out.integer(strings.length);
  const lengths = Float64Array.from(strings, (text) => Buffer.byteLength(text));
  writeIntegers(out, lengths, lengths.length);
  for (const text of strings) out.at += encoder.encodeInto(text, out.bytes.subarray(out.at)).written;
  writeIntegers(out, indexes, indexes.length);
}

/**
 * Reads the strings, and as many indexes as there is room for.
 * @throws DamagedChunk
 */
export function readStrings(input: ByteReader, indexes: Float64Array): string[] {
  const lengths = new Float64Array(input.count(indexes.length));
  readIntegers(input, lengths);
  const strings: string[] = [];
  for (const length of lengths) {
    if (length < 0) throw new DamagedChunk('a string has a length below 0');
    const start = input.skip(length);
    strings.push(toText(input.bytes.subarray(start, start + length)));
  }
  readIntegers(input, indexes);
  for (const index of indexes) {
    if (index < 0 || index >= strings.length)
      throw new DamagedChunk('a point has a string that is not there');
  }
  return strings;
}

function toText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new DamagedChunk('a string is no UTF-8');
  }
}
