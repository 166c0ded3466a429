import { crc32 } from 'node:zlib';
import { ByteReader } from './bytes.ts';
import { DamagedChunk } from './damaged.ts';
import { CHECKSUM_BYTES, VERSION } from './format.ts';
import { readIntegers } from './integers.ts';
import { emptyColumns, joinKinds, type KindColumns, readKinds } from './kinds.ts';
import { readNumbers } from './numbers.ts';
import { MAX_POINTS, MAX_TIME, type PointColumns } from './points.ts';
import { readStrings } from './strings.ts';

/**
 * Opens what `encodeChunk` packed. The arrays are new and exactly `length` long; `kinds` is undefined where all
 * values are numbers; each string stands in `strings` once, unless two of them differed in half surrogate pairs only.
 *
 * A damaged or hostile blob costs what MAX_POINTS points cost (about 3 MB) and the strings that it really holds, and
 * is refused as a whole.
 * @throws DamagedChunk when the checksum or anything else in it is not as `encodeChunk` writes it
 */
export function decodeChunk(blob: Uint8Array): PointColumns {
  const end = blob.length - CHECKSUM_BYTES;
  if (end < 0) throw new DamagedChunk(`it has ${blob.length} bytes`);
  const input = new ByteReader(blob, end);
  if (input.view.getUint32(end, true) !== crc32(blob.subarray(0, end))) {
    throw new DamagedChunk('its checksum does not match');
  }
  const version = input.byte();
  if (version !== VERSION) {
    throw new DamagedChunk(`it is of version ${version}, and this Kiteline reads version ${VERSION} only`);
  }
  const length = input.count(MAX_POINTS);
  const times = readTimes(input, length);
  const values = readValues(input, length);
  if (input.at !== end) throw new DamagedChunk('it is longer than what it holds');
  return { length, times, ...values };
}

function readTimes(input: ByteReader, length: number): Float64Array {
  const times = new Float64Array(length);
  readIntegers(input, times);
  let before = -MAX_TIME;
  let inOrder = true;
  for (let i = 0; i < length; i++) {
    const time = times[i] as number;
    if (!(time >= before)) inOrder = false;
    before = time;
  }
  if (!inOrder || before > MAX_TIME) throw new DamagedChunk('a time is wrong');
  return times;
}

function readValues(input: ByteReader, length: number): Omit<PointColumns, 'length' | 'times'> {
  const { set, kinds } = readKinds(input, length);
  if (kinds === undefined) {
    const numbers = new Float64Array(length);
    readNumbers(input, numbers);
    return { kinds, numbers, strings: [] };
  }
  const columns: KindColumns = emptyColumns(set, kinds);
  if (columns.numbers.length > 0) readNumbers(input, columns.numbers);
  if (columns.booleans.length > 0) readBooleans(input, columns.booleans);
  const strings = columns.texts.length > 0 ? readStrings(input, columns.texts) : [];
  return { kinds, numbers: joinKinds(columns, kinds), strings };
}

function readBooleans(input: ByteReader, booleans: Float64Array): void {
  readIntegers(input, booleans);
  for (const value of booleans) {
    if (value !== 0 && value !== 1) throw new DamagedChunk('a boolean is neither true nor false');
  }
}
