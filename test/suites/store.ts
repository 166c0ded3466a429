import { describe, expect, onTestFinished, test } from 'vitest';
import type { Store, StoredSample } from '../../src/store/store.ts';
import type { Value } from '../../src/wire/index.ts';

export function sampleOf(board: string, at: number, values: Record<string, Value>): StoredSample {
  return { board, at, values: new Map(Object.entries(values)) };
}

/** What every store must do. */
export function storeSuite(name: string, open: () => Promise<Store>): void {
  const begin = async () => {
    const store = await open();
    onTestFinished(() => store.close());
    return store;
  };

  describe(`the store contract: ${name}`, () => {
    test('an empty store answers every question', async () => {
      const store = await begin();
      expect(await store.boards()).toEqual([]);
      expect(await store.series('a')).toEqual([]);
      expect(await store.latest('a')).toEqual([]);
      expect(await store.texts({ board: 'a' })).toEqual([]);
      expect(await store.query({ board: 'a', metric: 'x' })).toEqual([]);
      await store.append({});
      expect(await store.boards()).toEqual([]);
    });

    test('keeps numbers, booleans and strings as they are', async () => {
      const store = await begin();
      const values = { n: -0.1, big: 2 ** 53, yes: true, no: false, s: '你好', empty: '' };
      await store.append({ samples: [sampleOf('a', 1000, values)] });
      const latest = await store.latest('a');
      expect(Object.fromEntries(latest.map(({ metric, value }) => [metric, value]))).toEqual(values);
      expect(latest.every(({ at }) => at === 1000)).toBe(true);
    });

    test('knows boards, series and their units', async () => {
      const store = await begin();
      const units = new Map([['temp', 'Cel']]);
      await store.append({
        samples: [
          { ...sampleOf('a', 1000, { temp: 20, hum: 40 }), units },
          sampleOf('a', 2000, { temp: 21 }),
          sampleOf('b', 1500, { x: 1 }),
        ],
      });
      expect(await store.boards()).toEqual([
        { board: 'a', series: 2, lastAt: 2000 },
        { board: 'b', series: 1, lastAt: 1500 },
      ]);
      expect(await store.series('a')).toEqual([
        { metric: 'temp', unit: 'Cel', points: 2, from: 1000, to: 2000 },
        { metric: 'hum', points: 1, from: 1000, to: 1000 },
      ]);
      expect(await store.latest('a')).toEqual([
        { metric: 'temp', unit: 'Cel', value: 21, at: 2000 },
        { metric: 'hum', value: 40, at: 1000 },
      ]);
    });

    test('answers a range by time, its end excluded, the newest where there are too many', async () => {
      const store = await begin();
      const samples = [1, 2, 3, 4, 5].map((at) => sampleOf('a', at, { x: at * 10 }));
      await store.append({ samples });
      const times = async (range: { from?: number; to?: number; limit?: number }) =>
        (await store.query({ board: 'a', metric: 'x', ...range })).map(({ at }) => at);
      expect(await times({})).toEqual([1, 2, 3, 4, 5]);
      expect(await times({ from: 2, to: 4 })).toEqual([2, 3]);
      expect(await times({ from: 4, to: 2 })).toEqual([]);
      expect(await times({ limit: 2 })).toEqual([4, 5]);
      expect(await times({ to: 4, limit: 2 })).toEqual([2, 3]);
      expect(await store.query({ board: 'a', metric: 'x', from: 3, to: 4 })).toEqual([{ at: 3, value: 30 }]);
      expect(await store.query({ board: 'a', metric: 'y' })).toEqual([]);
      expect(await store.query({ board: 'b', metric: 'x' })).toEqual([]);
    });

    test('puts late samples where they belong, equal times in the order in which they came', async () => {
      const store = await begin();
      for (const [at, x] of [
        [3, 'third'],
        [1, 'first'],
        [2, 'second'],
        [2, 'second again'],
      ] as const) {
        await store.append({ samples: [sampleOf('a', at, { x })] });
      }
      const points = await store.query({ board: 'a', metric: 'x' });
      expect(points.map(({ value }) => value)).toEqual(['first', 'second', 'second again', 'third']);
      expect(await store.latest('a')).toEqual([{ metric: 'x', value: 'third', at: 3 }]);
    });

    test('keeps texts beside samples', async () => {
      const store = await begin();
      await store.append({ texts: ['one', 'two', 'three'].map((text, at) => ({ board: 'a', at, text })) });
      expect(await store.texts({ board: 'a' })).toEqual([
        { board: 'a', at: 0, text: 'one' },
        { board: 'a', at: 1, text: 'two' },
        { board: 'a', at: 2, text: 'three' },
      ]);
      expect((await store.texts({ board: 'a', limit: 1 })).map(({ text }) => text)).toEqual(['three']);
      expect(await store.series('a')).toEqual([]);
      expect(await store.boards()).toEqual([{ board: 'a', series: 0, lastAt: 2 }]);
    });

    test('a name is data, whatever it is', async () => {
      const store = await begin();
      const values = new Map([
        ['__proto__', 1],
        ['constructor', 2],
        ['', 3],
      ]);
      await store.append({ samples: [{ board: '__proto__', at: 1, values }] });
      expect(await store.latest('__proto__')).toHaveLength(3);
      expect(await store.query({ board: '__proto__', metric: '__proto__' })).toEqual([{ at: 1, value: 1 }]);
      expect(await store.latest('constructor')).toEqual([]);
    });

    test('what is appended at the same time is all kept', async () => {
      const store = await begin();
      const appends = Array.from({ length: 50 }, (_, at) =>
        store.append({ samples: [sampleOf('a', at, { x: at })] }),
      );
      await Promise.all(appends);
      expect(await store.query({ board: 'a', metric: 'x' })).toHaveLength(50);
    });

    test('an answer is a copy', async () => {
      const store = await begin();
      await store.append({ samples: [sampleOf('a', 1, { x: 1 })] });
      const [point] = await store.query({ board: 'a', metric: 'x' });
      if (point) point.value = 2;
      expect(await store.query({ board: 'a', metric: 'x' })).toEqual([{ at: 1, value: 1 }]);
    });

    test.each([0, -1, 1.5, Number.NaN, 1e9])('a limit of %d is misuse', async (limit) => {
      const store = await begin();
      const refusal = { code: 'BAD_ARGUMENT' };
      await expect(store.query({ board: 'a', metric: 'x', limit })).rejects.toMatchObject(refusal);
      await expect(store.texts({ board: 'a', limit })).rejects.toMatchObject(refusal);
    });

    test('a closed store refuses everything but being closed again', async () => {
      const store = await begin();
      await store.close();
      await store.close();
      await expect(store.append({})).rejects.toMatchObject({ code: 'CLOSED' });
      await expect(store.boards()).rejects.toMatchObject({ code: 'CLOSED' });
    });
  });
}
