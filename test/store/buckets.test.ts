import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BucketRow } from '../../src/store/buckets.ts';
import { KIND, summarize } from '../../src/store/chunk/index.ts';

const points = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 99 }),
    value: fc.option(fc.integer({ min: -50, max: 50 }), { nil: undefined }),
  }),
  { maxLength: 50 },
);

test('each point is in the bucket whose time it has, whatever the range and the number of buckets', () => {
  const property = fc.property(points, fc.integer({ min: 1, max: 150 }), (all, count) => {
    const row = new BucketRow(0, 100, count);
    for (const { at, value } of all) row.add(at, value);
    const { buckets } = row;
    const width = Math.ceil(100 / count);
    expect(buckets.length).toBeLessThanOrEqual(count);
    expect(buckets.reduce((sum, one) => sum + one.count, 0)).toBe(all.length);
    for (const bucket of buckets) {
      const own = all.filter(({ at }) => at >= bucket.at && at < bucket.at + width);
      const numbers = own.flatMap(({ value }) => value ?? []);
      expect([bucket.at % width, bucket.count]).toEqual([0, own.length]);
      expect(bucket.min).toBe(numbers.length ? Math.min(...numbers) : undefined);
      expect(bucket.max).toBe(numbers.length ? Math.max(...numbers) : undefined);
      if (bucket.mean !== undefined)
        expect(bucket.mean).toBeCloseTo(numbers.reduce((sum, one) => sum + one, 0) / numbers.length, 9);
    }
  });
  fc.assert(property);
});

test('a summary adds what its points would', () => {
  const property = fc.property(points, (all) => {
    const [one, other] = [new BucketRow(0, 100, 1), new BucketRow(0, 100, 1)];
    for (const { at, value } of all) one.add(at, value);
    const columns = {
      length: all.length,
      times: new Float64Array(all.length),
      kinds: Uint8Array.from(all, ({ value }) => (value === undefined ? KIND.STRING : KIND.NUMBER)),
      numbers: Float64Array.from(all, ({ value }) => value ?? 0),
      strings: ['text'],
    };
    for (let from = 0; from < all.length; from += 7)
      other.addSummary(0, summarize(columns, from, Math.min(all.length, from + 7)));
    expect(other.buckets).toEqual(one.buckets);
  });
  fc.assert(property);
});

test('the whole range of times has as many buckets as were asked for, and the last point is in the last', () => {
  for (const count of [1, 7, 500, 10_000]) {
    const row = new BucketRow(-8.64e15, 8.64e15 + 1, count);
    for (const at of [-8.64e15, 0, 8.64e15]) row.add(at, 1);
    expect(row.buckets.length).toBe(Math.min(count, 3));
    expect(row.buckets.reduce((sum, one) => sum + one.count, 0)).toBe(3);
    expect(row.place(8.64e15)).toBeLessThan(count);
  }
});
