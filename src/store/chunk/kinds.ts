import type { ByteReader, ByteWriter } from './bytes.ts';
import { DamagedChunk } from './damaged.ts';
import { readIntegers, writeIntegers } from './integers.ts';
import { KIND, type PointColumns } from './points.ts';

/** Which kinds a chunk has: the bit of a kind is `1 << kind`. */
export type KindSet = number;

const ONLY_NUMBERS: KindSet = 1 << KIND.NUMBER;
const ALL_KINDS = 7;

/** The values of a chunk, a column for each kind; each is as long as the chunk has points of that kind. */
export interface KindColumns {
  set: KindSet;
  numbers: Float64Array;
  /** 0 or 1. */
  booleans: Float64Array;
  /** Indexes of strings. */
  texts: Float64Array;
}

export const hasKind = (set: KindSet, kind: number): boolean => (set & (1 << kind)) !== 0;

/** Whether each point's kind has to be said: there is more than one. */
const isMixed = (set: KindSet): boolean => (set & (set - 1)) !== 0;

/** A column for each kind, to be filled. */
export function emptyColumns(set: KindSet, kinds: Uint8Array): KindColumns {
  const counts = new Uint32Array(256);
  for (const kind of kinds) counts[kind] = (counts[kind] as number) + 1;
  return {
    set,
    numbers: new Float64Array(counts[KIND.NUMBER] as number),
    booleans: new Float64Array(counts[KIND.BOOLEAN] as number),
    texts: new Float64Array(counts[KIND.STRING] as number),
  };
}

const columnOf = (columns: KindColumns, kind: number): Float64Array =>
  kind === KIND.NUMBER ? columns.numbers : kind === KIND.BOOLEAN ? columns.booleans : columns.texts;

/**
 * Sorts the values by their kind.
 * @throws RangeError for a kind that there is not, and a boolean that is neither 0 nor 1
 */
export function splitKinds({ length, kinds, numbers }: PointColumns): KindColumns {
  if (kinds === undefined) {
    const none = new Float64Array(0);
    return { set: ONLY_NUMBERS, numbers: numbers.subarray(0, length), booleans: none, texts: none };
  }
  const used = kinds.subarray(0, length);
  const columns = emptyColumns(0, used);
  const filled = [0, 0, 0];
  for (let i = 0; i < length; i++) {
    const kind = used[i] as number;
    const value = numbers[i] as number;
    if (kind > KIND.STRING) throw new RangeError(`point ${i} has kind ${kind}`);
    if (kind === KIND.BOOLEAN && value !== 0 && value !== 1) throw new RangeError(`point ${i} is no boolean`);
    columns.set |= 1 << kind;
    const place = filled[kind] as number;
    columnOf(columns, kind)[place] = value;
    filled[kind] = place + 1;
  }
  if (length === 0) columns.set = ONLY_NUMBERS;
  return columns;
}

/** The set, and the kinds of the points if it takes them to tell. */
export function writeKinds(out: ByteWriter, set: KindSet, { kinds, length }: PointColumns): void {
  out.byte(set);
  if (isMixed(set) && kinds) writeIntegers(out, Float64Array.from(kinds.subarray(0, length)), length);
}

/**
 * The kinds of so many points, undefined where all are numbers.
 * @throws DamagedChunk
 */
export function readKinds(
  input: ByteReader,
  length: number,
): { set: KindSet; kinds: Uint8Array | undefined } {
  const set = input.byte();
  if (set === 0 || set > ALL_KINDS) throw new DamagedChunk('its values are of no known kind');
  if (set === ONLY_NUMBERS) return { set, kinds: undefined };
  const kinds = new Uint8Array(length);
  if (!isMixed(set)) return { set, kinds: kinds.fill(31 - Math.clz32(set)) };
  const read = new Float64Array(length);
  readIntegers(input, read);
  for (let i = 0; i < length; i++) {
    const kind = read[i] as number;
    if (kind < 0 || kind > KIND.STRING || !hasKind(set, kind))
      throw new DamagedChunk('a point has a wrong kind');
    kinds[i] = kind;
  }
  return { set, kinds };
}

/** Puts the values of all kinds back in the points' order. */
export function joinKinds(columns: KindColumns, kinds: Uint8Array): Float64Array {
  const numbers = new Float64Array(kinds.length);
  const taken = [0, 0, 0];
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i] as number;
    const place = taken[kind] as number;
    numbers[i] = columnOf(columns, kind)[place] as number;
    taken[kind] = place + 1;
  }
  return numbers;
}
