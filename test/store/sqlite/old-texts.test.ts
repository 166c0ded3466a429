import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

const NOW = 1_700_000_000_000;

test('texts that are too old go some thousands at a time: whoever appends waits for no more', async () => {
  const clock = new ManualClock(NOW);
  const store = new EngineStore(temporaryFolder(), { maxAge: 1_000, textsPerBoard: 20_000 }, clock);
  const texts = (at: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ board: 'a', at, text: `text ${i}` }));
  await store.append({ texts: texts(NOW, 12_000) });
  await store.append({ texts: texts(NOW + 2_000, 3) });
  clock.advance(2_000);
  const left = [];
  for (let isMore = true; isMore; ) {
    isMore = store.engine.retain();
    left.push((await store.info()).texts);
  }
  expect(left).toEqual([7_003, 2_003, 3]);
  expect(store.counts.evicted).toBe(12_000);
  store.reopen();
  expect(await store.check()).toEqual({ points: 0, texts: 3, damage: [] });
  await store.close();
});
