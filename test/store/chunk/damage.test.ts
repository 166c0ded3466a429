import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DamagedChunk, decodeChunk, encodeChunk, type PointColumns } from '../../../src/store/chunk/index.ts';
import { everySecond, sealed, walk } from './points.ts';

const SMALL = encodeChunk(everySecond([1.5, true, 'on', -0, 'off', 2.25, Math.PI, false]));

/** One of each way to pack; all with more than a block. */
const BLOBS = [
  encodeChunk(everySecond(walk(300))),
  encodeChunk(everySecond(walk(300).map(Math.fround))),
  encodeChunk(everySecond(walk(300).map((value, i) => (i % 60 === 0 ? Number.NaN : value)))),
  encodeChunk(everySecond(walk(300).map((value, i) => (i % 2 === 0 ? value > 20 : value)))),
  encodeChunk(everySecond(walk(300).map((value) => `at ${value > 20}`))),
  encodeChunk(everySecond(walk(300).map((value) => Math.round(value * 1e13)))),
];

function flipped(blob: Uint8Array, index: number, mask: number): Uint8Array {
  const copy = blob.slice();
  copy[index] = (copy[index] ?? 0) ^ mask;
  return copy;
}

/** It opens as points that could be packed, or is refused as damaged: nothing else. */
function opensOrIsRefused(blob: Uint8Array): void {
  let points: PointColumns;
  try {
    points = decodeChunk(blob);
  } catch (error) {
    if (!(error instanceof DamagedChunk)) throw error;
    return;
  }
  encodeChunk(points);
}

describe('a damaged chunk is refused', () => {
  test('every value of every byte of a small one', () => {
    for (let index = 0; index < SMALL.length; index++) {
      for (let mask = 1; mask < 256; mask++) {
        expect(() => decodeChunk(flipped(SMALL, index, mask))).toThrow(DamagedChunk);
      }
    }
  });

  test('every length that it could be torn to, and longer', () => {
    for (const blob of [SMALL, ...BLOBS]) {
      for (let length = 0; length < blob.length; length++) {
        expect(() => decodeChunk(blob.subarray(0, length))).toThrow(DamagedChunk);
      }
      expect(() => decodeChunk(Uint8Array.of(...blob, 0))).toThrow(DamagedChunk);
    }
  });

  test('a bit anywhere in a full one', () => {
    const full = encodeChunk(everySecond(walk(2048)));
    fc.assert(
      fc.property(fc.nat({ max: full.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, mask) => {
        expect(() => decodeChunk(flipped(full, index, mask))).toThrow(DamagedChunk);
      }),
      { numRuns: 1000 },
    );
  });

  test('one of a later version says so', () => {
    expect(() => decodeChunk(sealed(flipped(SMALL, 0, 3)))).toThrow(
      /version 2, and this Kiteline reads version 1/,
    );
  });
});

describe('whoever knows the checksum too gets points or a refusal', () => {
  test('every value of every byte of each blob', () => {
    for (const blob of [SMALL, ...BLOBS]) {
      const step = blob === SMALL ? 1 : 17;
      for (let index = 1; index < blob.length - 4; index++) {
        for (let mask = 1; mask < 256; mask += step) opensOrIsRefused(sealed(flipped(blob, index, mask)));
      }
    }
  });

  test('blobs torn at every byte', () => {
    for (const blob of [SMALL, ...BLOBS]) {
      for (let length = 4; length < blob.length; length++) {
        const torn = sealed(blob.slice(0, length));
        expect(() => decodeChunk(torn)).toThrow(DamagedChunk);
      }
    }
  });

  test('any bytes, with and without a likely beginning', () => {
    const head = fc.constantFrom<number[]>([], [1], [1, 20], [1, 255, 255, 7], [1, 2, 0, 0]);
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 200 }), (first, rest) => {
        opensOrIsRefused(Uint8Array.of(...first, ...rest));
        opensOrIsRefused(sealed(Uint8Array.of(...first, ...rest, 0, 0, 0, 0)));
      }),
      { numRuns: 20_000 },
    );
  });
});
