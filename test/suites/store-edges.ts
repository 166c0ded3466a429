import { describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { sampleOf } from './store.ts';

/** What every store must do with what is at the edge of what it takes, or beyond. */
export function storeEdgeSuite(name: string, open: () => Promise<Store>): void {
  const begin = async () => {
    const store = await open();
    onTestFinished(() => store.close());
    return store;
  };

  describe(`the edges of the store contract: ${name}`, () => {
    test('half a surrogate pair is U+FFFD wherever it stands, and asked for either way', async () => {
      const store = await begin();
      const half = 'half \ud800';
      const whole = 'half \ufffd';
      await store.append({
        samples: [{ board: half, at: 1, values: new Map([[half, half]]), units: new Map([[half, half]]) }],
        texts: [{ board: half, at: 1, text: half }],
        acks: [{ board: half, boot: half, seq: 1 }],
      });
      for (const name of [half, whole]) {
        expect(await store.query({ board: name, metric: name })).toEqual([{ at: 1, value: whole }]);
        expect(await store.latest(name)).toEqual([{ metric: whole, value: whole, at: 1, unit: whole }]);
        expect(await store.buckets({ board: name, metric: name })).toEqual([{ at: 1, count: 1 }]);
        expect(await store.texts({ board: name })).toEqual([{ board: whole, at: 1, text: whole }]);
        expect(await store.acks(name)).toEqual([{ board: whole, boot: whole, seq: 1 }]);
      }
      expect(await store.boards()).toEqual([{ board: whole, series: 1, lastAt: 1 }]);
    });

    test.each([
      ['a number that is not finite', { samples: [sampleOf('a', 1, { x: 1, temp: Number.NaN })] }, /temp/],
      ['an infinite number', { samples: [sampleOf('a', 1, { temp: Number.POSITIVE_INFINITY })] }, /temp/],
      ['half a millisecond', { samples: [sampleOf('a', 0.5, { x: 1 })] }, /0\.5/],
      ['a time that no Date holds', { samples: [sampleOf('a', 8.64e15 + 2, { x: 1 })] }, /a/],
      ['a text at no time', { texts: [{ board: 'a', at: Number.NaN, text: '' }] }, /NaN/],
      ['a number of a sample that is none', { acks: [{ board: 'a', boot: 'b', seq: -1 }] }, /-1/],
      ['one beyond 2^53', { acks: [{ board: 'a', boot: 'b', seq: 2 ** 60 }] }, /^a: /],
    ])('%s is misuse, and nothing of its batch is taken', async (_, bad, message) => {
      const store = await begin();
      const good = { samples: [sampleOf('a', 1, { x: 1 })], texts: [{ board: 'a', at: 1, text: 'hello' }] };
      const refusal = { code: 'BAD_ARGUMENT', message: expect.stringMatching(message) };
      await expect(store.append({ ...good, ...bad })).rejects.toMatchObject(refusal);
      expect(await store.boards()).toEqual([]);
      await store.append(good);
      expect(await store.boards()).toEqual([{ board: 'a', series: 1, lastAt: 1 }]);
    });

    test('a board of which only numbers are known has no time yet', async () => {
      const store = await begin();
      await store.append({ acks: [{ board: 'a', boot: 'b', seq: 3 }] });
      expect(await store.boards()).toEqual([{ board: 'a', series: 0, lastAt: 0 }]);
      await store.append({ samples: [sampleOf('a', -5, { x: 1 })] });
      expect(await store.boards()).toEqual([{ board: 'a', series: 1, lastAt: -5 }]);
    });

    test('a range may be open at either end, and times as far away as there are', async () => {
      const store = await begin();
      for (const at of [8.64e15, -8.64e15, 0])
        await store.append({ samples: [sampleOf('a', at, { x: at })] });
      const open = { board: 'a', metric: 'x', from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
      expect((await store.query(open)).map(({ at }) => at)).toEqual([-8.64e15, 0, 8.64e15]);
      for (const buckets of [1, 7, 10_000]) {
        const row = await store.buckets({ ...open, buckets });
        expect(row.reduce((sum, { count }) => sum + count, 0)).toBe(3);
      }
      expect(await store.buckets({ ...open, from: 1, buckets: 1 })).toMatchObject([{ at: 1, count: 1 }]);
      expect(await store.query({ ...open, to: Number.NEGATIVE_INFINITY })).toEqual([]);
      expect(await store.buckets({ ...open, from: Number.NaN })).toEqual([]);
      const ends = { from: -Number.MAX_VALUE, to: Number.MAX_VALUE };
      expect((await store.query({ ...open, ...ends })).map(({ at }) => at)).toEqual([-8.64e15, 0, 8.64e15]);
      for (const buckets of [1, 7, 10_000]) {
        const row = await store.buckets({ ...open, ...ends, buckets });
        expect(row.reduce((sum, { count }) => sum + count, 0)).toBe(3);
      }
    });
  });
}
