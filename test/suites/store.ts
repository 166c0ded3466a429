import { describe, expect, onTestFinished, test } from 'vitest';
import { Layout, PackedSamples } from '../../src/store/packed.ts';
import { BOOTS_PER_BOARD, type Store, type StoredSample } from '../../src/store/store.ts';
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

    test('gives every point of a range page by page, equal times too', async () => {
      const store = await begin();
      // More points of one millisecond than a page has, and pages that end inside such a row.
      const times = Array.from({ length: 25_000 }, (_, i) => (i < 12_000 ? 7 : 8 + Math.floor(i / 1000)));
      for (let from = 0; from < times.length; from += 5_000) {
        const samples = times.slice(from, from + 5_000).map((at, i) => sampleOf('a', at, { x: from + i }));
        await store.append({ samples });
      }
      const seen: unknown[] = [];
      for await (const page of store.points({ board: 'a', metric: 'x' })) {
        for (const { value } of page) seen.push(value);
      }
      const kept = await store.query({ board: 'a', metric: 'x', limit: 100_000 });
      expect(seen).toEqual(kept.map(({ value }) => value));
      expect(seen.length).toBeGreaterThanOrEqual(10_000);
      const some: number[] = [];
      for await (const page of store.points({ board: 'a', metric: 'x', from: 30, to: 32 }))
        some.push(...page.map(({ at }) => at));
      expect([some.length, Math.min(...some), Math.max(...some)]).toEqual([2_000, 30, 31]);
    });

    test('sums a range up in equal buckets', async () => {
      const store = await begin();
      const samples = Array.from({ length: 100 }, (_, at) => sampleOf('a', at, { x: at % 10 }));
      await store.append({ samples: [...samples.slice(50), ...samples.slice(0, 50)] });
      const ask = { board: 'a', metric: 'x' };
      expect(await store.buckets({ ...ask, from: 0, to: 100, buckets: 10 })).toEqual(
        Array.from({ length: 10 }, (_, i) => ({ at: 10 * i, count: 10, min: 0, mean: 4.5, max: 9 })),
      );
      expect(await store.buckets({ ...ask, from: 95, to: 200, buckets: 2 })).toEqual([
        { at: 95, count: 5, min: 5, mean: 7, max: 9 },
      ]);
      expect(await store.buckets({ ...ask, buckets: 1 })).toEqual([
        { at: 0, count: 100, min: 0, mean: 4.5, max: 9 },
      ]);
      expect(await store.buckets({ ...ask, from: 5, to: 5 })).toEqual([]);
      expect(await store.buckets({ ...ask, metric: 'y' })).toEqual([]);
      await expect(store.buckets({ ...ask, buckets: 0 })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    });

    test('sums up what is no number as it can be', async () => {
      const store = await begin();
      const values = [true, false, 'open', true, 'shut', 1e308, 1e308, -0.5];
      await store.append({ samples: values.map((x, at) => sampleOf('a', at, { x })) });
      expect(await store.buckets({ board: 'a', metric: 'x', from: 0, to: 8, buckets: 4 })).toEqual([
        { at: 0, count: 2, min: 0, mean: 0.5, max: 1 },
        { at: 2, count: 2, min: 1, mean: 1, max: 1 },
        { at: 4, count: 2, min: 1e308, mean: 1e308, max: 1e308 },
        { at: 6, count: 2, min: -0.5, mean: 5e307, max: 1e308 },
      ]);
      await store.append({ samples: [sampleOf('b', 0, { x: 1e308 }), sampleOf('b', 1, { x: 1e308 })] });
      const huge = { at: 0, count: 2, min: 1e308, mean: 1e308, max: 1e308 };
      expect(await store.buckets({ board: 'b', metric: 'x', buckets: 1 })).toEqual([huge]);
      await store.append({ samples: [sampleOf('c', 0, { x: 'only' })] });
      expect(await store.buckets({ board: 'c', metric: 'x' })).toEqual([{ at: 0, count: 1 }]);
    });

    test('knows the highest number of each boot id, the newest boot first', async () => {
      const store = await begin();
      const samples = [sampleOf('a', 1, { x: 1 })];
      await store.append({ samples, acks: [{ board: 'a', boot: 'first', seq: 4 }] });
      await store.append({ samples, acks: [{ board: 'a', boot: 'second', seq: 2 }] });
      await store.append({ samples, acks: [{ board: 'a', boot: 'second', seq: 1 }] });
      await store.append({ samples, acks: [{ board: 'a', boot: 'second', seq: 9 }] });
      expect(await store.acks('a')).toEqual([
        { board: 'a', boot: 'second', seq: 9 },
        { board: 'a', boot: 'first', seq: 4 },
      ]);
      expect(await store.acks('b')).toEqual([]);
      for (let boot = 0; boot < 40; boot++)
        await store.append({ samples, acks: [{ board: 'a', boot: `boot ${boot}`, seq: 1 }] });
      const kept = await store.acks('a');
      expect([kept.length, kept[0]?.boot]).toEqual([BOOTS_PER_BOARD, 'boot 39']);
    });

    test('takes packed samples, and gives them back', async () => {
      const store = await begin();
      const packed = new PackedSamples();
      const layout = new Layout('a', ['n', 'b', 's'], new Map([['n', 'Cel']]));
      for (const [at, s] of [
        [1, 'x'],
        [2, ''],
        [3, '很长'.repeat(3_000)],
      ] as const) {
        packed.add(layout, at, [at / 10, at === 2, s]);
      }
      await store.append({ samples: packed });
      expect(await store.query({ board: 'a', metric: 's' })).toMatchObject([
        { value: 'x' },
        { value: '' },
        { value: '很长'.repeat(3_000) },
      ]);
      packed.clear();
      packed.addNumbers(new Layout('a', ['n']), 4, Float64Array.of(-0, 7));
      await store.append({ samples: packed });
      const points = await store.query({ board: 'a', metric: 'n' });
      expect(points.map(({ value }) => value)).toEqual([0.1, 0.2, 0.3, -0]);
      expect(await store.latest('a')).toMatchObject([
        { metric: 'n', unit: 'Cel', value: -0, at: 4 },
        { metric: 'b', value: false, at: 3 },
        { metric: 's', at: 3 },
      ]);
    });

    test('says what it holds, and finds nothing wrong with it', async () => {
      const store = await begin();
      await store.append({
        samples: [sampleOf('a', 1, { x: 1, y: 2 }), sampleOf('b', 1, { x: 1 })],
        texts: [{ board: 'c', at: 1, text: 'hello' }],
      });
      expect(await store.info()).toMatchObject({ boards: 3, series: 3, points: 3, texts: 1 });
      expect(await store.check()).toEqual({ points: 3, texts: 1, damage: [] });
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
