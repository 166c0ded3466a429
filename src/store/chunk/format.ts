/**
 * A chunk of points as bytes, little-endian:
 *
 * | part | in |
 * |---|---|
 * | version | a byte |
 * | number of points | an integer (bytes.ts) |
 * | times | a column of integers (integers.ts) |
 * | which kinds of values there are | a byte of bits; if more than one, a column of integers: the kind of each (kinds.ts) |
 * | the numbers, if any | decimals (decimals.ts, numbers.ts) or XOR coded doubles (xor.ts) |
 * | the booleans, if any | a column of integers |
 * | the strings, if any | a dictionary and a column of indexes (strings.ts) |
 * | CRC32 of all that | 4 bytes |
 */
export const VERSION = 1;
export const CHECKSUM_BYTES = 4;
