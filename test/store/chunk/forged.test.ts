import { expect, test } from 'vitest';
import { BitWriter } from '../../../src/store/chunk/bits.ts';
import { ByteWriter } from '../../../src/store/chunk/bytes.ts';
import { DamagedChunk, decodeChunk, MAX_POINTS } from '../../../src/store/chunk/index.ts';
import { writeIntegers } from '../../../src/store/chunk/integers.ts';
import { sealed } from './points.ts';

const column = (out: ByteWriter, ...values: number[]) =>
  writeIntegers(out, Float64Array.from(values), values.length);

/** A chunk with a right checksum, made by hand: the first bytes, `length` times, then what the test makes of it. */
function forge(length: number, rest: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(new Uint8Array(4096));
  out.byte(1);
  out.integer(length);
  column(out, ...Array.from({ length: Math.min(length, 100) }, (_, i) => 1000 * i));
  rest(out);
  return sealed(out.bytes.subarray(0, out.at + 4));
}

const NUMBERS = 1;
const NUMBERS_AND_BOOLEANS = 3;
const STRINGS = 4;

const numbers = (out: ByteWriter, digits: number) => {
  out.byte(NUMBERS);
  out.byte(digits);
};

/** A column of two integers, the second in a block that begins with this byte. */
const block = (out: ByteWriter, head: number) => {
  out.integer(0);
  out.byte(head);
};

const xor = (out: ByteWriter, value: number, width: number) => {
  numbers(out, 255);
  const bits = new BitWriter(out);
  bits.put(value, width);
  out.at += bits.end();
  for (let i = 0; i < 16; i++) out.byte(0);
};

test('what is forged by the rules opens', () => {
  const blob = forge(2, (out) => {
    numbers(out, 1);
    column(out, 15, 25);
    out.integer(1);
    column(out, 1);
    out.float(-0);
  });
  expect(decodeChunk(blob).numbers).toEqual(Float64Array.of(1.5, -0));
});

test.each<[string, RegExp, Uint8Array]>([
  ['more points than a chunk may have', /count/, forge(MAX_POINTS + 1, () => {})],
  ['fewer than none', /count/, forge(-1, () => {})],
  ['a point and no more', /ends too early/, forge(1, () => {})],
  [
    'bytes that belong to nothing',
    /longer/,
    forge(0, (out) => [NUMBERS, 255, 0].map((byte) => out.byte(byte))),
  ],
  ['no kind at all', /no known kind/, forge(1, (out) => out.byte(0))],
  ['a kind that there is not', /no known kind/, forge(1, (out) => out.byte(8))],
  [
    'a kind that was not announced',
    /wrong kind/,
    forge(2, (out) => {
      out.byte(NUMBERS_AND_BOOLEANS);
      column(out, 0, 2);
    }),
  ],
  [
    'a kind below 0',
    /wrong kind/,
    forge(2, (out) => {
      out.byte(NUMBERS_AND_BOOLEANS);
      column(out, 0, -32); // a shift by -32 is a shift by 0: it must not pass for a number
    }),
  ],
  [
    'a kind of 32, for the same reason',
    /wrong kind/,
    forge(2, (out) => {
      out.byte(NUMBERS_AND_BOOLEANS);
      column(out, 0, 32);
    }),
  ],
  [
    'a boolean of 2',
    /boolean/,
    forge(1, (out) => {
      out.byte(2);
      column(out, 2);
    }),
  ],
  ['13 digits', /13 digits/, forge(1, (out) => numbers(out, 13))],
  [
    'an integer of nine bytes',
    /integer is too large/,
    forge(1, (out) => {
      numbers(out, 0);
      for (let i = 0; i < 8; i++) out.byte(128);
      out.byte(1);
    }),
  ],
  [
    'an integer of 2^55',
    /integer is too large/,
    forge(1, (out) => {
      numbers(out, 0);
      for (let i = 0; i < 8; i++) out.byte(255);
    }),
  ],
  [
    'a block 54 bits wide',
    /54 bits/,
    forge(2, (out) => {
      numbers(out, 0);
      block(out, 54);
    }),
  ],
  [
    'a plain integer and a half',
    /no integer/,
    forge(2, (out) => {
      numbers(out, 0);
      block(out, 63);
      out.float(1.5);
    }),
  ],
  [
    'a plain integer that is too large',
    /no integer/,
    forge(2, (out) => {
      numbers(out, 0);
      block(out, 63);
      out.float(2 ** 54);
    }),
  ],
  [
    'more exceptions than numbers',
    /count/,
    forge(1, (out) => {
      numbers(out, 0);
      column(out, 1);
      out.integer(2);
    }),
  ],
  [
    'an exception behind the last number',
    /outside/,
    forge(1, (out) => {
      numbers(out, 0);
      column(out, 1);
      out.integer(1);
      column(out, 1);
      out.float(-0);
    }),
  ],
  ['a double of no bits', /cannot have/, forge(1, (out) => xor(out, 1, 11))],
  ['a double of too many bits', /cannot have/, forge(1, (out) => xor(out, 1 | (7 << 2) | (63 << 5), 11))],
  [
    'a double without trailing zeros',
    /cannot have/,
    forge(1, (out) => xor(out, 1 | (1 << 2) | (56 << 5), 11)),
  ],
  [
    'bytes that are no UTF-8',
    /UTF-8/,
    forge(1, (out) => {
      out.byte(STRINGS);
      out.integer(1);
      column(out, 1);
      out.byte(0xff);
    }),
  ],
  [
    'a string of a length below 0',
    /length below 0/,
    forge(1, (out) => {
      out.byte(STRINGS);
      out.integer(1);
      column(out, -1);
    }),
  ],
  [
    'a string longer than the chunk',
    /ends too early/,
    forge(1, (out) => {
      out.byte(STRINGS);
      out.integer(1);
      column(out, 2 ** 53);
    }),
  ],
  [
    'the second of one string',
    /not there/,
    forge(1, (out) => {
      out.byte(STRINGS);
      out.integer(1);
      column(out, 0);
      column(out, 1);
    }),
  ],
])('%s is refused', (_, why, blob) => {
  expect(() => decodeChunk(blob)).toThrow(DamagedChunk);
  expect(() => decodeChunk(blob)).toThrow(why);
});

test.each([
  ['step back', [2, 1]],
  ['lie beyond what a Date holds', [1, 2 ** 53]],
])('times that %s are refused', (_, times) => {
  const out = new ByteWriter(new Uint8Array(100));
  out.byte(1);
  out.integer(2);
  column(out, ...times);
  expect(() => decodeChunk(sealed(out.bytes.subarray(0, out.at + 20)))).toThrow(/time is wrong/);
});
