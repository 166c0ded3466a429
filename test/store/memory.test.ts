import fc from 'fast-check';
import { expect, test } from 'vitest';
import { History } from '../../src/store/history.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { sampleOf, storeSuite } from '../suites/store.ts';
import { storeEdgeSuite } from '../suites/store-edges.ts';

storeSuite('memory', async () => new MemoryStore());
storeEdgeSuite('memory', async () => new MemoryStore());

test('keeps so many points of a series, the newest', async () => {
  const store = new MemoryStore({ pointsPerSeries: 3 });
  for (let at = 0; at < 10; at++) await store.append({ samples: [sampleOf('a', at, { x: at })] });
  expect((await store.query({ board: 'a', metric: 'x' })).map(({ at }) => at)).toEqual([7, 8, 9]);
  expect(store.counts.evicted).toBe(7);
});

test('keeps so many texts of a board', async () => {
  const store = new MemoryStore({ textsPerBoard: 2 });
  await store.append({ texts: ['a', 'b', 'c'].map((text, at) => ({ board: 'x', at, text })) });
  expect((await store.texts({ board: 'x' })).map(({ text }) => text)).toEqual(['b', 'c']);
});

test('takes so many series of a board, and still the values of those', async () => {
  const store = new MemoryStore({ seriesPerBoard: 2 });
  await store.append({ samples: [sampleOf('a', 1, { x: 1, y: 1, z: 1 }), sampleOf('a', 2, { z: 2, x: 2 })] });
  expect((await store.latest('a')).map(({ metric, at }) => [metric, at])).toEqual([
    ['x', 2],
    ['y', 1],
  ]);
  expect(store.counts.tooManySeries).toBe(2);
});

test('gives up the board that was silent longest when there are too many', async () => {
  const store = new MemoryStore({ boards: 2 });
  for (const board of ['a', 'b', 'a', 'c']) await store.append({ samples: [sampleOf(board, 1, { x: 1 })] });
  expect((await store.boards()).map(({ board }) => board)).toEqual(['a', 'c']);
  expect(store.counts.evictedBoards).toBe(1);
});

test('stays within its bytes, whatever comes', async () => {
  const bytes = 100_000;
  const store = new MemoryStore({ bytes });
  for (let i = 0; i < 2_000; i++) {
    const samples = [sampleOf(`board ${i % 7}`, i, { [`m${i % 31}`]: 'x'.repeat(i % 2_000) })];
    await store.append({ samples, texts: [{ board: 'talker', at: i, text: 'y'.repeat(i % 500) }] });
    expect(store.bytes).toBeLessThanOrEqual(bytes);
  }
  expect(store.counts.evicted).toBeGreaterThan(0);
  expect(await store.boards()).not.toEqual([]);
});

test('a history is what a sorted list would be', () => {
  const step = fc.oneof(fc.nat(50), fc.constant('shift' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.nat(60), fc.nat(60), (steps, from, to) => {
      const history = new History();
      let model: { at: number; value: number }[] = [];
      steps.forEach((at, value) => {
        if (at === 'shift') {
          history.shift();
          model.shift();
          return;
        }
        history.add(at, value);
        model = [...model, { at, value }].sort((a, b) => a.at - b.at);
      });
      expect(history.length).toBe(model.length);
      expect(history.newest).toEqual(model.at(-1));
      const range = model.filter(({ at }) => at >= from && at < to);
      const ask = { from, to, limit: 5, skip: 0 };
      expect(history.between({ ...ask, keep: 'newest' })).toEqual(range.slice(-5));
      const given = Math.min(2, range.filter(({ at }) => at === from).length);
      expect(history.between({ ...ask, keep: 'oldest', skip: 2 })).toEqual(range.slice(given, given + 5));
    }),
  );
});
