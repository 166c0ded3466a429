import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeChunk,
  encodeChunk,
  KIND,
  MAX_POINTS,
  MAX_TIME,
  type PointColumns,
} from '../../../src/store/chunk/index.ts';
import { columnsOf, everySecond, type PlainValue, valuesOf, walk } from './points.ts';

/** Nothing, little, around one and two blocks of integers, a full chunk. */
const LENGTHS = [0, 1, 2, 3, 63, 64, 65, 66, 127, 128, 129, 130, 2048];

const anyTime = fc.oneof(
  fc.integer({ min: -MAX_TIME, max: MAX_TIME }),
  fc.integer({ min: 0, max: 2000 }),
  fc.constantFrom(-MAX_TIME, MAX_TIME, 0),
);

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: -5000, max: 5000 }).map((value) => value / 100),
  fc.float(),
  fc.constantFrom(
    -0,
    0,
    Number.NaN,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    -Number.MIN_VALUE,
  ),
  fc.constantFrom(
    2 ** 53,
    -(2 ** 53),
    2 ** 53 - 1,
    2 ** 52 + 0.5,
    2 ** 31,
    2 ** 32,
    2 ** 63,
    1e22,
    1e-12,
    1e-13,
  ),
);

const halfPairs = fc.constantFrom('\ud800', '\udc00', 'a', '\ufeff');
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: halfPairs, maxLength: 3 }),
);

/** As many as asked for, made of the few that fast-check gives: its own arrays of thousands cost seconds. */
const repeat = <T>(few: readonly T[], length: number): T[] =>
  Array.from({ length }, (_, i) => few[(i * i + i) % few.length] as T);

const manyOf = <T>(one: fc.Arbitrary<T>) =>
  fc
    .tuple(fc.array(one, { minLength: 1, maxLength: 40 }), fc.constantFrom(...LENGTHS))
    .map(([few, length]) => repeat(few, length));

const sorted = (times: number[]) => times.sort((a, b) => a - b);

/** What comes back must be the same: Object.is for numbers, so that -0 and NaN count. */
function expectSame(opened: PointColumns, packed: PointColumns): void {
  expect(opened.length).toBe(packed.length);
  expect(opened.times).toEqual(packed.times.slice(0, packed.length));
  expect(valuesOf(opened)).toEqual(
    valuesOf(packed).map((v) => (typeof v === 'string' ? v.toWellFormed() : v)),
  );
}

const roundTrip = (points: PointColumns) => expectSame(decodeChunk(encodeChunk(points)), points);

describe('what is packed comes back', () => {
  test('numbers of every sort, at any times', () => {
    fc.assert(
      fc.property(manyOf(anyTime), manyOf(anyNumber), (times, numbers) => {
        const length = Math.min(times.length, numbers.length);
        roundTrip(columnsOf(sorted(times.slice(0, length)), numbers.slice(0, length)));
      }),
      { numRuns: 400 },
    );
  });

  test('numbers of one sort, so that each way to pack them has its turn', () => {
    const digits = fc.integer({ min: 0, max: 15 });
    const size = fc.integer({ min: 0, max: 53 });
    fc.assert(
      fc.property(
        digits,
        size,
        manyOf(fc.double({ min: -1, max: 1, noNaN: true })),
        (places, bits, parts) => {
          roundTrip(everySecond(parts.map((part) => Math.round(part * 2 ** bits) / 10 ** places)));
          roundTrip(everySecond(parts.map((part) => Math.fround(part * 2 ** bits))));
        },
      ),
    );
  });

  test('doubles of any bits', () => {
    const bits = fc.tuple(fc.integer(), fc.integer());
    fc.assert(
      fc.property(manyOf(bits), (words) => {
        roundTrip(everySecond([...new Float64Array(Int32Array.from(words.flat()).buffer)]));
      }),
    );
  });

  test('decimals with a few values among them that are none', () => {
    const odd = fc.tuple(fc.nat({ max: 2047 }), anyNumber);
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 100 }), (changes) => {
        const values = walk(2048);
        for (const [index, value] of changes) values[index] = value;
        roundTrip(everySecond(values));
      }),
    );
  });

  test('numbers, booleans and strings, mixed and not', () => {
    const value: fc.Arbitrary<PlainValue> = fc.oneof(anyNumber, fc.boolean(), anyText);
    for (const one of [value, fc.boolean(), anyText]) {
      fc.assert(fc.property(manyOf<PlainValue>(one), (values) => roundTrip(everySecond(values))));
    }
  });

  test('times at both ends, and all at once', () => {
    roundTrip(columnsOf([-MAX_TIME, -MAX_TIME, MAX_TIME, MAX_TIME], [1, 2, 3, 4]));
    roundTrip(columnsOf(new Array(2048).fill(MAX_TIME), walk(2048)));
  });

  test('integers from one end to the other', () => {
    const end = 2 ** 53;
    roundTrip(everySecond([end, -end]));
    roundTrip(everySecond([-end, end]));
    roundTrip(everySecond([0, end, 0, -end, end - 1, 1 - end]));
    const far = Math.round(0.6 * end); // each step fits 53 bits, the spread of steps and of values does not
    roundTrip(everySecond([-far, 0, far, 0, -far, 1]));
  });

  test('as many points as there may be', () => {
    roundTrip(everySecond(walk(MAX_POINTS)));
    roundTrip(everySecond(walk(MAX_POINTS).map(Math.sqrt)));
  });

  test('a chunk after a large one is none the worse for it', () => {
    roundTrip(everySecond(Array.from({ length: 300 }, (_, i) => 'ü'.repeat(8000) + i)));
    roundTrip(everySecond(walk(100)));
  });
});

test('arrays longer than the points are read as far as the points go', () => {
  const points = { ...everySecond([1.5, true, 'on', 'off', 2, 3]), length: 4 };
  roundTrip(points);
  roundTrip({ ...everySecond([1, 2, 3]), length: 2 });
});

test('kinds that say that all are numbers come back undefined, and each string once', () => {
  const numbers = decodeChunk(encodeChunk({ ...everySecond([1, 2]), kinds: new Uint8Array(2) }));
  expect(numbers.kinds).toBeUndefined();
  expect(decodeChunk(encodeChunk({ ...everySecond([]), kinds: new Uint8Array(0) })).kinds).toBeUndefined();
  expect(decodeChunk(encodeChunk(everySecond(['on', 'off', 'on']))).strings).toEqual(['on', 'off']);
});

test('half a surrogate pair becomes U+FFFD, a byte order mark stays', () => {
  const opened = decodeChunk(encodeChunk(everySecond(['\ud800', 'a\udc00b', '\ufeffhello', ''])));
  expect(valuesOf(opened)).toEqual(['\ufffd', 'a\ufffdb', '\ufeffhello', '']);
});

test('a blob is the same whether its memory is aligned or not', () => {
  const blob = encodeChunk(everySecond(walk(300)));
  const shifted = new Uint8Array(blob.length + 3);
  shifted.set(blob, 3);
  expectSame(decodeChunk(shifted.subarray(3)), everySecond(walk(300)));
});

test.each<[string, Partial<PointColumns>]>([
  ['a time that steps back', { times: Float64Array.of(2, 1) }],
  ['half a millisecond', { times: Float64Array.of(1, 1.5) }],
  ['no time', { times: Float64Array.of(1, Number.NaN) }],
  ['a time that no Date has', { times: Float64Array.of(1, MAX_TIME + 1) }],
  ['an unknown kind', { kinds: Uint8Array.of(0, 3) }],
  ['a boolean that is 2', { kinds: Uint8Array.of(0, KIND.BOOLEAN), numbers: Float64Array.of(0, 2) }],
  ['a string that is not there', { kinds: Uint8Array.of(0, KIND.STRING), numbers: Float64Array.of(0, 1) }],
  ['more points than times', { length: 3 }],
  ['fewer kinds than points', { kinds: new Uint8Array(1) }],
  ['half a point', { length: 0.5 }],
  ['fewer than no points', { length: -1 }],
])('%s is no point for a chunk', (_, wrong) => {
  expect(() => encodeChunk({ ...everySecond([0, 1]), strings: ['on'], ...wrong })).toThrow(RangeError);
});

test('more points than a chunk may hold are refused', () => {
  expect(() => encodeChunk(everySecond(new Array(MAX_POINTS + 1).fill(0)))).toThrow(RangeError);
});

describe('a chunk is small', () => {
  const bytesAPoint = (points: PointColumns) => encodeChunk(points).length / points.length;
  const jittered = (values: number[]) =>
    columnsOf(
      values.map((value, i) => 1000 * i + (Math.abs(Math.round(value * 100)) % 11)),
      values,
    );

  test.each<[string, PointColumns, number]>([
    ['a constant', everySecond(new Array(2048).fill(23.4)), 0.05],
    ['a counter', everySecond(Array.from({ length: 2048 }, (_, i) => 10 * i)), 0.05],
    ['two decimals in steps up to 0.5', everySecond(walk(2048)), 0.95],
    ['the same with 10 ms of jitter', jittered(walk(2048)), 1.6],
    ['the same widened from 32 bits', everySecond(walk(2048).map(Math.fround)), 3.7],
    ['roots of 17 digits', everySecond(walk(2048).map((value) => Math.sqrt(Math.abs(value)))), 6.4],
    ['a switch', everySecond(walk(2048).map((value) => value % 0.02 > 0.01)), 0.2],
    ['a word of two', everySecond(walk(2048).map((value) => (value % 0.02 > 0.01 ? 'on' : 'off'))), 0.2],
  ])('%s', (_, points, most) => expect(bytesAPoint(points)).toBeLessThan(most));
});
