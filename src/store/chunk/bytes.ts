import { DamagedChunk } from './damaged.ts';

/** Integers are exact up to here, either sign; nothing larger is ever written as an integer. */
export const MAX_INTEGER = 2 ** 53;

/** Writes into bytes that are known to be enough. */
export class ByteWriter {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where the next byte goes. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  float(value: number): void {
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /**
   * A signed integer in 1 to 8 bytes, |value| <= 2^53: sign and 6 bits first, then 7 bits a byte, low ones first, the
   * top bit of a byte set while more follow. Sign and size, because zigzag would need a 55th bit.
   */
  integer(value: number): void {
    const size = Math.abs(value);
    let rest = Math.floor(size / 64);
    this.byte((size % 64) | (value < 0 ? 64 : 0) | (rest > 0 ? 128 : 0));
    while (rest > 0) {
      const next = Math.floor(rest / 128);
      this.byte((rest % 128) | (next > 0 ? 128 : 0));
      rest = next;
    }
  }
}

/**
 * Reads what ByteWriter wrote.
 * @throws DamagedChunk from every method that would read behind the end, or finds what is never written
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at = 0;
  /** Index behind the last byte to be read. At least 3 more bytes lie behind it (the checksum): see BitReader. */
  readonly end: number;

  constructor(bytes: Uint8Array, end: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = end;
  }

  /** Moves on by so many bytes. @returns where they begin */
  skip(bytes: number): number {
    const start = this.at;
    if (bytes > this.end - start) throw new DamagedChunk('it ends too early');
    this.at = start + bytes;
    return start;
  }

  byte(): number {
    return this.view.getUint8(this.skip(1));
  }

  float(): number {
    return this.view.getFloat64(this.skip(8), true);
  }

  integer(): number {
    const first = this.byte();
    let size = first & 63;
    let unit = 64;
    for (let byte = first; byte >= 128; unit *= 128) {
      byte = this.byte();
      size += (byte & 127) * unit;
      if (size > MAX_INTEGER || unit > MAX_INTEGER) throw new DamagedChunk('an integer is too large');
    }
    return (first & 64) === 0 ? size : -size;
  }

  /** An integer from 0 to `most`. */
  count(most: number): number {
    const count = this.integer();
    if (count < 0 || count > most) throw new DamagedChunk(`a count is ${count} where ${most} is the most`);
    return count;
  }
}
