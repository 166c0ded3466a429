import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Layout, PackedSamples } from '../../src/store/packed.ts';
import type { StoredSample } from '../../src/store/store.ts';
import { BOOLEAN, NUMBER, STRING, type Value } from '../../src/wire/index.ts';
import { sampleOf } from '../suites/store.ts';

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(-0, 5e-324, '', '\ud800', '打开', '\ufeff', '\u0000', '长'.repeat(2_000)),
);
const name = fc.constantFrom('a', 'b', '', '__proto__', '温度', 'line\nfeed');
const sample: fc.Arbitrary<StoredSample> = fc.record(
  {
    board: name,
    at: fc.oneof(
      fc.maxSafeInteger().filter((at) => Math.abs(at) <= 8.64e15),
      fc.constantFrom(8.64e15, -8.64e15, 0),
    ),
    values: fc.dictionary(name, value).map((values) => new Map(Object.entries(values))),
    units: fc.constant(new Map([['a', 'Cel']])),
  },
  { requiredKeys: ['board', 'at', 'values'] },
);
const samples = fc.array(sample, { maxLength: 60 });

/** As UTF-8 brings it back. */
const expected = ({ values, ...rest }: StoredSample): StoredSample => ({
  ...rest,
  values: new Map(
    [...values].map(([metric, one]) => [metric, typeof one === 'string' ? one.toWellFormed() : one]),
  ),
});

const layoutOf = ({ board, values, units }: StoredSample) => new Layout(board, [...values.keys()], units);

test('packed samples are what they were, here and after a journey in parts', () => {
  const property = fc.property(samples, (all) => {
    const packed = PackedSamples.of(all);
    const travelled = PackedSamples.fromParts(structuredClone(packed.parts));
    for (const one of [packed, travelled]) {
      expect([...one]).toEqual(all.map(expected));
      expect(one.length).toBe(all.length);
      expect(one.values).toBe(all.reduce((sum, { values }) => sum + values.size, 0));
    }
  });
  fc.assert(property, { numRuns: 200 });
});

test('what was cleared takes other samples as if it were new, with layouts of before among them', () => {
  const property = fc.property(samples, samples, (first, second) => {
    const packed = new PackedSamples();
    const layouts = new Map<string, Layout>();
    const add = (one: StoredSample) => {
      const own = layoutOf(one);
      const layout = layouts.get(own.key) ?? own;
      layouts.set(own.key, layout);
      packed.add(layout, one.at, [...one.values.values()]);
    };
    first.forEach(add);
    packed.clear();
    expect([packed.length, packed.values, packed.bytes, [...packed]]).toEqual([0, 0, 0, []]);
    second.forEach(add);
    expect([...packed]).toEqual(second.map(expected));
    expect(packed.parts.layouts.length).toBe(new Set(second.map((one) => layoutOf(one).key)).size);
  });
  fc.assert(property, { numRuns: 200 });
});

test('a layout may be in two packs at the same time', () => {
  const layout = new Layout('a', ['x']);
  const [one, other] = [new PackedSamples(), new PackedSamples()];
  for (let at = 0; at < 10; at++) {
    one.add(layout, at, [at]);
    other.add(layout, at, ['text']);
  }
  expect([...one].map(({ values }) => values.get('x'))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...other].every(({ values }) => values.get('x') === 'text')).toBe(true);
});

test('keeps what each value is while its memory grows, and takes a scanned sample as the same', () => {
  const packed = new PackedSamples();
  const layout = new Layout('a', ['n', 'yes', 'no', 's']);
  const kinds = Uint8Array.of(NUMBER, BOOLEAN, BOOLEAN, STRING);
  const bytes = Buffer.from('before 打开 after');
  for (let i = 0; i < 3_000; i++) {
    if (i % 2) packed.add(layout, i, [i / 10, true, false, '打开']);
    else
      packed.addScanned(
        layout,
        i,
        kinds,
        Float64Array.of(i / 10, 1, 0, 7),
        Int32Array.of(0, 0, 0, 13),
        bytes,
      );
  }
  let i = 0;
  packed.forEach((_, at, first) => {
    const all = [0, 1, 2, 3].map((place) => [packed.kindAt(first + place), packed.valueAt(first + place)]);
    const right = [NUMBER, i / 10, BOOLEAN, true, BOOLEAN, false, STRING, '打开'];
    if (at !== i || all.flat().some((one, place) => one !== right[place])) expect(all.flat()).toEqual(right);
    i++;
  });
  expect(i).toBe(3_000);
});

test('a NaN, whatever its payload, is a number and never a boolean or a string', () => {
  const payloads = new Float64Array(Uint32Array.of(1, 0x7ffc_0001, 0, 0x7ff8_0000, 9, 0xffff_ffff).buffer);
  const packed = new PackedSamples();
  packed.addNumbers(new Layout('a', ['x', 'y', 'z']), 1, payloads);
  packed.forEach((_, __, first) => {
    expect([0, 1, 2].map((place) => packed.kindAt(first + place))).toEqual([NUMBER, NUMBER, NUMBER]);
    expect(packed.valueAt(first)).toBeNaN();
  });
});

test('parts that name no layout of theirs are refused', () => {
  const parts = PackedSamples.of([sampleOf('a', 1, { x: 1 })]).parts;
  expect(() => PackedSamples.fromParts({ ...parts, layouts: [] })).toThrow(RangeError);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  '%d is refused, with its metric',
  (bad) => {
    const samples = [sampleOf('kitchen', 1, { hum: 1, temp: bad })];
    const refusal = expect.objectContaining({
      code: 'BAD_ARGUMENT',
      message: expect.stringMatching(/kitchen.*temp/),
    });
    expect(() => PackedSamples.of(samples)).toThrow(refusal);
  },
);

test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 2, -8.64e15 - 2])(
  'a time of %d is refused, with its board, by whatever adds a sample, and nothing of that stays',
  (at) => {
    const refusal = expect.objectContaining({
      code: 'BAD_ARGUMENT',
      message: expect.stringMatching(/kitchen/),
    });
    expect(() => PackedSamples.of([sampleOf('kitchen', at, { temp: 1 })])).toThrow(refusal);
    const packed = new PackedSamples();
    const layout = new Layout('kitchen', ['temp']);
    expect(() => packed.add(layout, at, [1])).toThrow(refusal);
    expect(() => packed.addNumbers(layout, at, Float64Array.of(1))).toThrow(refusal);
    const [kinds, values, ends] = [Uint8Array.of(NUMBER), Float64Array.of(1), Int32Array.of(0)];
    expect(() => packed.addScanned(layout, at, kinds, values, ends, new Uint8Array(0))).toThrow(refusal);
    expect([packed.length, packed.bytes, packed.parts.layouts]).toEqual([0, 0, []]);
  },
);
