import type { ByteReader, ByteWriter } from './bytes.ts';
import { DamagedChunk } from './damaged.ts';

/**
 * Bits in 32-bit words, low ones first. Made for one run of bits and thrown away: the compiler then keeps its fields
 * in registers. Words are written whole, so up to 3 bytes behind the run are scribbled on; what is written next
 * covers them.
 */
export class BitWriter {
  #view: DataView;
  #start: number;
  #at: number;
  #word = 0;
  #fill = 0;

  constructor(out: ByteWriter) {
    this.#view = out.view;
    this.#start = out.at;
    this.#at = out.at;
  }

  /** @param value no bits set from `width` up @param width 1 to 32 */
  put(value: number, width: number): void {
    this.#word |= value << this.#fill;
    this.#fill += width;
    if (this.#fill < 32) return;
    this.#view.setInt32(this.#at, this.#word, true);
    this.#at += 4;
    this.#fill -= 32;
    // A shift by 32 would be a shift by 0: with nothing left over the next word begins empty.
    this.#word = this.#fill === 0 ? 0 : value >>> (width - this.#fill);
  }

  /** Ends the run at the next whole byte. @returns how many bytes it has */
  end(): number {
    this.#view.setInt32(this.#at, this.#word, true);
    return this.#at - this.#start + ((this.#fill + 7) >>> 3);
  }
}

/**
 * Reads what BitWriter wrote. It loads whole words, hence up to 3 bytes behind the last one that counts: a chunk
 * ends in four bytes of checksum, so they are there. Whoever is done skips `bytes()` in the reader that it began in,
 * which tells whether those bytes were the run's.
 */
export class BitReader {
  #view: DataView;
  #start: number;
  #at: number;
  #end: number;
  #word = 0;
  #left = 0;

  constructor(input: ByteReader) {
    this.#view = input.view;
    this.#start = input.at;
    this.#at = input.at;
    this.#end = input.end;
  }

  /**
   * The next `width` bits, 1 to 32, as a number from 0 to 2^32 - 1.
   * @throws DamagedChunk behind the end of the chunk
   */
  take(width: number): number {
    const mask = -1 >>> (32 - width);
    if (this.#left >= width) {
      const value = this.#word & mask;
      this.#word = width === 32 ? 0 : this.#word >>> width;
      this.#left -= width;
      return value >>> 0;
    }
    if (this.#at >= this.#end) throw new DamagedChunk('it ends too early');
    const next = this.#view.getInt32(this.#at, true);
    this.#at += 4;
    const value = (this.#word | (next << this.#left)) & mask;
    const used = width - this.#left;
    this.#word = used === 32 ? 0 : next >>> used;
    this.#left = 32 - used;
    return value >>> 0;
  }

  /** How many bytes the run has had so far, the last one counted whole. */
  bytes(): number {
    return this.#at - this.#start - (this.#left >>> 3);
  }
}
