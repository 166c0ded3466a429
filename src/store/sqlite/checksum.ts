import { crc32 } from 'node:zlib';

const numbers = new Float64Array(16);
const bytes = new Uint8Array(numbers.buffer);

/** CRC32 of a row of at most 16 numbers; what SQLite keeps as NULL counts as 0. */
export function checksumOf(...row: readonly number[]): number {
  for (let i = 0; i < row.length; i++) {
    const number = row[i] as number;
    numbers[i] = Number.isNaN(number) ? 0 : number + 0; // SQLite may forget a zero's sign
  }
  return crc32(bytes.subarray(0, 8 * row.length));
}

/** The checksum that a chunk ends in; 0 of what is none. */
export const checksumOfBlob = ({ buffer, byteOffset, length }: Uint8Array): number =>
  length < 4 ? 0 : new DataView(buffer, byteOffset, length).getUint32(length - 4, true);

/** CRC32 of a row with texts in it. */
export const checksumOfText = (...row: readonly (string | number | null)[]): number =>
  crc32(JSON.stringify(row));
