import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { Layout, PackedSamples } from '../../../src/store/packed.ts';
import type { EngineLimits } from '../../../src/store/sqlite/engine.ts';
import { sampleOf } from '../../suites/store.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

const NOW = 1_700_000_000_000;

function open(limits: Partial<EngineLimits>, clock = new ManualClock(NOW)): EngineStore {
  const store = new EngineStore(temporaryFolder(), limits, clock);
  onTestFinished(() => store.close());
  return store;
}

const namesOf = async (store: EngineStore) => (await store.boards()).map(({ board }) => board).toSorted();

test('of too many boards the last are not taken, and counted; the others go on, also after a restart', async () => {
  const store = open({ boards: 2 });
  for (let round = 1; round <= 2; round++) {
    for (const board of ['a', 'b', 'c']) {
      const texts = [{ board, at: NOW, text: 'hello' }];
      await store.append({
        samples: [sampleOf(board, NOW + round, { x: 1 })],
        texts,
        acks: [{ board, boot: 'b', seq: 1 }],
      });
    }
    expect(await namesOf(store)).toEqual(['a', 'b']);
    expect(store.counts).toMatchObject({ tooManyBoards: 2, tooManySeries: 0 });
    expect(await store.query({ board: 'c', metric: 'x' })).toEqual([]);
    expect(await store.acks('c')).toEqual([]);
    store.reopen();
  }
  expect(await store.query({ board: 'b', metric: 'x' })).toHaveLength(2);
});

test('of too many series of a board, or of all, the last are not taken, and counted value by value', async () => {
  const store = open({ seriesPerBoard: 3, series: 4 });
  await store.append({ samples: [sampleOf('a', NOW, { p: 1, q: 2, r: 3, s: 4, t: 5 })] });
  expect(store.counts.tooManySeries).toBe(2);
  await store.append({
    samples: [sampleOf('b', NOW, { p: 1, q: 2 }), sampleOf('a', NOW + 1, { t: 1, p: 6 })],
  });
  expect(store.counts.tooManySeries).toBe(4);
  expect((await store.series('a')).map(({ metric, points }) => [metric, points])).toEqual([
    ['p', 2],
    ['q', 1],
    ['r', 1],
  ]);
  expect((await store.series('b')).map(({ metric }) => metric)).toEqual(['p']);
});

test('a place that was freed is taken again', async () => {
  const clock = new ManualClock(NOW);
  const store = open({ boards: 2, seriesPerBoard: 1, series: 2, maxAge: 1_000 }, clock);
  await store.append({ samples: [sampleOf('a', NOW, { x: 1 }), sampleOf('b', NOW, { x: 1, y: 1 })] });
  clock.advance(500);
  await store.append({ samples: [sampleOf('a', NOW + 500, { x: 2 }), sampleOf('c', NOW + 500, { x: 1 })] });
  expect(store.counts).toMatchObject({ tooManyBoards: 1, tooManySeries: 1 });
  clock.advance(600);
  store.engine.retain(); // b is gone
  await store.append({
    samples: [sampleOf('c', clock.now(), { y: 1, z: 2 }), sampleOf('a', clock.now(), { y: 1 })],
  });
  expect(await namesOf(store)).toEqual(['a', 'c']);
  expect(await store.latest('c')).toMatchObject([{ metric: 'y', value: 1 }]);
  clock.advance(900);
  await store.append({ samples: [sampleOf('c', clock.now(), { y: 5 })] });
  clock.advance(200);
  store.engine.retain(); // a is gone
  await store.append({ samples: [sampleOf('a', clock.now(), { y: 1 })] });
  expect(await store.latest('a')).toMatchObject([{ metric: 'y', value: 1 }]);
  expect(await store.query({ board: 'c', metric: 'y' })).toHaveLength(1);
});

test('texts of a board are as many as may be, the newest, at once and after a restart', async () => {
  const store = open({ textsPerBoard: 3 });
  for (let at = 0; at < 10; at++) await store.append({ texts: [{ board: 'a', at, text: `${at}` }] });
  await store.append({ texts: [{ board: 'b', at: 0, text: 'other' }] });
  for (let round = 0; round < 2; round++) {
    expect((await store.texts({ board: 'a' })).map(({ text }) => text)).toEqual(['7', '8', '9']);
    expect(await store.texts({ board: 'b' })).toHaveLength(1);
    store.engine.checkpoint();
  }
  expect(store.counts.evicted).toBe(7);
  expect((await store.info()).texts).toBe(4);
});

test('a board that makes up 10,000 names takes its own places and nobody else’s', async () => {
  const store = open({ seriesPerBoard: 100, series: 1_000, logBytes: 1024 * 1024 });
  for (let from = 0; from < 10_000; from += 100) {
    const samples = Array.from({ length: 100 }, (_, i) => [
      sampleOf('bad', NOW + from + i, { [`made up ${from + i}`]: i }),
      sampleOf('good', NOW + from + i, { x: i }),
    ]);
    await store.append({ samples: samples.flat() });
  }
  expect(await store.series('bad')).toHaveLength(100);
  expect(store.counts.tooManySeries).toBe(9_900);
  expect(await store.query({ board: 'good', metric: 'x', limit: 100_000 })).toHaveLength(10_000);
});

test('layouts that never come again cost no memory for ever', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const store = open({ seriesPerBoard: 1_000, logBytes: 256 * 1024 });
  const names = Array.from({ length: 60 }, (_, i) => `a metric with a long name, number ${i}`);
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const values = new Float64Array(names.length);
  const send = async (from: number, to: number) => {
    const packed = new PackedSamples();
    for (let i = from; i < to; i++) {
      // The same names in another order each time: two are exchanged.
      const metrics = [...names];
      const [one, other] = [i % 60, Math.floor(i / 60) % 60];
      metrics[one] = names[other] as string;
      metrics[other] = names[one] as string;
      packed.addNumbers(new Layout('bad', metrics, new Map([['', String(i)]])), NOW + i, values);
    }
    await store.append({ samples: packed });
  };
  await send(0, 500);
  const before = heap();
  for (let i = 500; i < 12_500; i += 500) await send(i, i + 500);
  expect(heap() - before).toBeLessThan(64 * 1024 * 1024);
  expect(store.counts.tooManySeries).toBe(0);
});
