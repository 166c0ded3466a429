import type { ByteReader, ByteWriter } from './bytes.ts';
import { DamagedChunk } from './damaged.ts';
import { MAX_DIGITS, POWERS, scale } from './decimals.ts';
import { readIntegers, writeIntegers } from './integers.ts';
import { readXor, writeXor } from './xor.ts';

/** In place of a count of digits: the column is XOR coded. */
const XOR = 255;

/**
 * Writes the first `length` of the values, any doubles: as decimals if all but a few are, by XOR otherwise. They come
 * back bit for bit; a NaN comes back as one, whatever its payload.
 */
export function writeNumbers(out: ByteWriter, values: Float64Array, length: number): void {
  const scaled = scale(values, length);
  if (!scaled) {
    out.byte(XOR);
    writeXor(out, values, length);
    return;
  }
  out.byte(scaled.digits);
  writeIntegers(out, scaled.integers, length);
  out.integer(scaled.exceptionCount);
  writeIntegers(out, scaled.exceptions, scaled.exceptionCount);
  for (let i = 0; i < scaled.exceptionCount; i++) {
    out.float(values[scaled.exceptions[i] as number] as number);
  }
}

/**
 * Reads as many values as there is room for.
 * @throws DamagedChunk
 */
export function readNumbers(input: ByteReader, values: Float64Array): void {
  const digits = input.byte();
  if (digits === XOR) {
    readXor(input, values);
    return;
  }
  if (digits > MAX_DIGITS) throw new DamagedChunk(`its numbers have ${digits} digits`);
  readIntegers(input, values);
  const factor = POWERS[digits] as number;
  if (digits > 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / factor;
  const exceptions = new Float64Array(input.count(values.length));
  readIntegers(input, exceptions);
  for (const index of exceptions) {
    const value = input.float();
    if (index < 0 || index >= values.length) throw new DamagedChunk('a number stands outside of it');
    values[index] = value;
  }
}
