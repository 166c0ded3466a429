import { BitReader, BitWriter } from './bits.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { DamagedChunk } from './damaged.ts';

/**
 * Doubles that are no short decimals: each is compared by XOR with the one before, and of the 64 bits those between
 * the leading and the trailing zeros are kept. As in Chimp (Liakos, Papakonstantinopoulou and Kotidis, PVLDB 15(11),
 * 2022), a descendant of Gorilla (Pelkonen et al., PVLDB 8(12), 2015), with one change: the count of leading zeros
 * to be taken again is that of the last value that wrote one, not of the last value.
 */
const SAME = 0; // no bit differs
const SHORT = 1; // leading zeros (3 bits), how many bits are kept (6 bits), and these: many zeros trail
const AGAIN = 2; // as many leading zeros as were written last, and all the other bits
const LEADING = 3; // leading zeros (3 bits), and all the other bits

/** Trailing zeros that must be exceeded for their count to pay. */
const FEW_TRAILING = 6;

/** Counts of leading zeros are rounded down to one of eight, to fit 3 bits. */
const LEADING_ZEROS = Uint8Array.of(0, 8, 12, 16, 18, 20, 22, 24);

/** Leading zeros, 0 to 64 → the index of the class that it is rounded down to. */
const CLASS_OF = Uint8Array.from({ length: 65 }, (_, zeros) =>
  LEADING_ZEROS.findLastIndex((at) => at <= zeros),
);

const double = new DataView(new ArrayBuffer(8));

/** How many zeros end the word, which is not 0. */
const trailingZeros = (word: number): number => 31 - Math.clz32(word & -word);

/** Writes the first `length` of the values. */
export function writeXor(out: ByteWriter, values: Float64Array, length: number): void {
  const bits = new BitWriter(out);
  let lowBefore = 0;
  let highBefore = 0;
  let written = -1;
  for (let i = 0; i < length; i++) {
    double.setFloat64(0, values[i] as number);
    const highNow = double.getInt32(0);
    const lowNow = double.getInt32(4);
    const high = highNow ^ highBefore;
    const low = lowNow ^ lowBefore;
    highBefore = highNow;
    lowBefore = lowNow;
    if ((high | low) === 0) {
      bits.put(SAME, 2);
      continue;
    }
    const kind = CLASS_OF[high !== 0 ? Math.clz32(high) : 32 + Math.clz32(low)] as number;
    const leading = LEADING_ZEROS[kind] as number;
    const trailing = low !== 0 ? trailingZeros(low) : 32 + trailingZeros(high);
    if (trailing > FEW_TRAILING) {
      const kept = 64 - leading - trailing;
      bits.put(SHORT | (kind << 2) | (kept << 5), 11);
      if (trailing >= 32) {
        bits.put(high >>> (trailing - 32), kept);
      } else {
        const shifted = (low >>> trailing) | (high << (32 - trailing));
        bits.put(shifted, Math.min(kept, 32));
        if (kept > 32) bits.put(high >>> trailing, kept - 32);
      }
      continue;
    }
    if (kind === written) bits.put(AGAIN, 2);
    else bits.put(LEADING | (kind << 2), 5);
    written = kind;
    bits.put(low, 32);
    bits.put(high, 32 - leading);
  }
  out.at += bits.end();
}

/**
 * Reads as many values as there is room for.
 * @throws DamagedChunk
 */
export function readXor(input: ByteReader, values: Float64Array): void {
  const bits = new BitReader(input);
  let low = 0;
  let high = 0;
  let leading = 0;
  for (let i = 0; i < values.length; i++) {
    const flag = bits.take(2);
    if (flag === SHORT) {
      const head = bits.take(9);
      const kept = head >>> 3;
      const trailing = 64 - (LEADING_ZEROS[head & 7] as number) - kept;
      if (kept === 0 || trailing <= FEW_TRAILING)
        throw new DamagedChunk('a double has bits that it cannot have');
      const first = bits.take(Math.min(kept, 32));
      const second = kept > 32 ? bits.take(kept - 32) : 0;
      if (trailing >= 32) {
        high ^= first << (trailing - 32);
      } else {
        low ^= first << trailing;
        high ^= (second << trailing) | (first >>> (32 - trailing));
      }
    } else if (flag !== SAME) {
      if (flag === LEADING) leading = LEADING_ZEROS[bits.take(3)] as number;
      low ^= bits.take(32);
      high ^= bits.take(32 - leading);
    }
    double.setInt32(0, high);
    double.setInt32(4, low);
    values[i] = double.getFloat64(0);
  }
  input.skip(bits.bytes());
}
