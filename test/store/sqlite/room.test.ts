import { expect, test } from 'vitest';
import { Layout, PackedSamples } from '../../../src/store/packed.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

const NOW = 1_700_000_000_000;

test.each([
  ['stands', NOW],
  ['is at the end of all times', 8.64e15],
])('a board whose clock %s has no more room than others', async (_, at) => {
  const maxBytes = 1024 * 1024;
  const store = new EngineStore(temporaryFolder(), { maxBytes, logBytes: maxBytes / 8 });
  const layout = new Layout('a', ['x']);
  let sent = 0;
  for (let i = 0; i < 80; i++) {
    const samples = new PackedSamples();
    for (let n = 0; n < 3_000; n++) samples.addNumbers(layout, at, Float64Array.of(Math.sin(sent++))); // which nothing makes small
    await store.append({ samples });
    expect((await store.info()).bytes).toBeLessThanOrEqual(maxBytes);
  }
  const { points } = await store.info();
  expect(points).toBeGreaterThan(10_000);
  expect(points + store.counts.evicted).toBe(sent);
  const [newest] = await store.query({ board: 'a', metric: 'x', limit: 1 });
  expect(newest).toEqual({ at, value: Math.sin(sent - 1) });
  expect((await store.check()).damage).toEqual([]);
  await store.close();
});
