import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Layout, PackedSamples } from '../../../src/store/packed.ts';
import type { EngineLimits } from '../../../src/store/sqlite/engine.ts';
import type { StoreCheck } from '../../../src/store/store.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

function open(limits: Partial<EngineLimits> = {}): EngineStore {
  const all = { seriesPerBoard: 1_000, series: 1_000, logBytes: 1 << 20, ...limits };
  const store = new EngineStore(temporaryFolder(), all);
  onTestFinished(() => store.close());
  return store;
}

/** @param between is run whenever the check lets other work go on */
async function checkWith(store: EngineStore, between: (turn: number) => unknown): Promise<StoreCheck> {
  let isOver = false;
  const found = store.check().finally(() => {
    isOver = true;
  });
  found.catch(() => {}); // whoever awaits it is told
  for (let turn = 1; !isOver; turn++) {
    await setImmediate();
    if (!isOver) await between(turn);
    if (turn > 1_000) throw new Error('the check never ends');
  }
  return found;
}

/** As many series as numbers, of one point each. */
function wide(count: number): PackedSamples {
  const packed = new PackedSamples();
  const metrics = Array.from({ length: count }, (_, i) => `metric ${i}`);
  packed.addNumbers(new Layout('a', metrics), 1, new Float64Array(count));
  return packed;
}

const textsOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ board: 'a', at: from + i, text: `text ${from + i}` }));

test('a check of many short series lets other work go on', async () => {
  const store = open();
  await store.append({ samples: wide(1_000) });
  store.reopen();
  let turns = 0;
  const found = await checkWith(store, () => turns++);
  expect(found).toEqual({ points: 1_000, texts: 0, damage: [] });
  expect(turns).toBeGreaterThan(10);
});

test('series that retention gives up while others are checked are not counted', async () => {
  const store = open({ maxAge: 1_000 });
  await store.append({ samples: wide(300) });
  const found = await checkWith(store, (turn) => {
    if (turn > 1) return;
    store.clock.advance(1e13);
    while (store.engine.retain());
  });
  expect(found.damage).toEqual([]);
  expect(found.points).toBeLessThan(200);
});

test('a check of many texts lets other work go on', async () => {
  const store = open();
  await store.append({ texts: textsOf(0, 900) });
  store.engine.checkpoint();
  let turns = 0;
  const found = await checkWith(store, () => turns++);
  expect(found).toEqual({ points: 0, texts: 900, damage: [] });
  expect(turns).toBeGreaterThan(10);
});

test('texts that come as fast as a check reads them, and those that go meanwhile, are no damage and keep no check from its end', async () => {
  const store = open({ textsPerBoard: 400 });
  await store.append({ texts: textsOf(0, 400) });
  store.engine.checkpoint();
  const found = await checkWith(store, async (turn) => {
    await store.append({ texts: textsOf(1_000 + 100 * turn, 1_100 + 100 * turn) });
    store.engine.checkpoint();
  });
  expect(found.damage).toEqual([]);
  expect(await store.check()).toEqual({ points: 0, texts: 400, damage: [] });
});
