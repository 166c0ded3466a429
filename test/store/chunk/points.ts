import { crc32 } from 'node:zlib';
import { KIND, type PointColumns } from '../../../src/store/chunk/index.ts';

export type PlainValue = number | boolean | string;

/** Columns of plain times and values, as a store would fill them: a string a point. */
export function columnsOf(times: readonly number[], values: readonly PlainValue[]): PointColumns {
  const strings: string[] = [];
  const kinds = new Uint8Array(values.length);
  const numbers = Float64Array.from(values, (value, i) => {
    if (typeof value === 'number') return value;
    kinds[i] = typeof value === 'boolean' ? KIND.BOOLEAN : KIND.STRING;
    return typeof value === 'boolean' ? Number(value) : strings.push(value) - 1;
  });
  const isMixed = values.some((value) => typeof value !== 'number');
  return {
    length: values.length,
    times: Float64Array.from(times),
    kinds: isMixed ? kinds : undefined,
    numbers,
    strings,
  };
}

/** The values of columns, each as what it is. */
export function valuesOf({ length, kinds, numbers, strings }: PointColumns): (PlainValue | undefined)[] {
  return Array.from(numbers.subarray(0, length), (value, i) => {
    if (kinds?.[i] === KIND.BOOLEAN) return value === 1;
    return kinds?.[i] === KIND.STRING ? strings[value] : value;
  });
}

/** Values one a second from a fixed time on. */
export const everySecond = (values: readonly PlainValue[]): PointColumns =>
  columnsOf(
    values.map((_, i) => 1_760_000_000_000 + 1000 * i),
    values,
  );

/** A walk of `length` values with two digits after the point, the same whenever it is asked for. */
export function walk(length: number): number[] {
  let seed = 1;
  let hundredths = 2000;
  return Array.from({ length }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    hundredths += ((seed >>> 8) % 101) - 50;
    return hundredths / 100;
  });
}

/** The blob with its last four bytes made its checksum, so that what is wrong inside has to be found. */
export function sealed(blob: Uint8Array): Uint8Array {
  const copy = blob.slice();
  new DataView(copy.buffer).setUint32(copy.length - 4, crc32(copy.subarray(0, -4)), true);
  return copy;
}
