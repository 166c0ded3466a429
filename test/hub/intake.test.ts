import { expect, test } from 'vitest';
import { Boards } from '../../src/hub/boards.ts';
import { Intake } from '../../src/hub/intake.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { PackedSamples } from '../../src/store/packed.ts';
import type { StoredSample } from '../../src/store/store.ts';
import type { Peer } from '../../src/transport/transport.ts';
import { sampleOf } from '../suites/store.ts';

class SlowStore extends MemoryStore {
  readonly batches: number[] = [];
  #waiting: (() => void)[] = [];

  protected override async _append(samples: PackedSamples): Promise<void> {
    this.batches.push(samples.length);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  finish(): void {
    this.#waiting.shift()?.();
  }
}

const one = [sampleOf('a', 1, { x: 1 })];

test('what comes while a batch is being stored is the next batch, whoever sent it', async () => {
  const store = new SlowStore();
  const intake = new Intake(store, () => {});
  const first = intake.add(one, []);
  const rest = [intake.add(one, []), intake.add(one, []), intake.add(one, [])];
  store.finish();
  expect(await first).toBe('STORED');
  expect(store.batches).toEqual([1, 3]);
  store.finish();
  expect(await Promise.all(rest)).toEqual(['STORED', 'STORED', 'STORED']);
  await intake.close();
});

test('a store that is behind costs a bounded amount, and says so', async () => {
  const store = new SlowStore();
  const intake = new Intake(store, () => {});
  const thousand = Array.from({ length: 1_000 }, () => one[0] as StoredSample);
  const outcomes: Promise<string>[] = [];
  for (let i = 0; i < 30; i++) outcomes.push(intake.add(thousand, []));
  for (let i = 0; i < 2; i++) {
    store.finish();
    await outcomes[i];
  }
  const told = await Promise.all(outcomes);
  expect(told.filter((outcome) => outcome === 'STORED')).toHaveLength(21);
  expect(told.filter((outcome) => outcome === 'STORE_BEHIND')).toHaveLength(9);
  expect(store.batches).toEqual([1_000, 20_000]);
});

test('who can be made to wait is not told that the store is behind, and waits in order', async () => {
  const store = new SlowStore();
  const intake = new Intake(store, () => {});
  const many = Array.from({ length: 15_000 }, () => one[0] as StoredSample);
  const outcomes = [1, 2, 3, 4].map(() => intake.add(many, [], true));
  const small = intake.add(one, [], true);
  expect(await intake.add(one, [])).toBe('STORE_BEHIND');
  for (const outcome of outcomes) {
    store.finish();
    expect(await outcome).toBe('STORED');
  }
  expect(await small).toBe('STORED');
  expect(store.batches).toEqual([15_000, 15_000, 15_000, 15_001]);
  await intake.close();
});

test('a batch that is alone is taken, however large', async () => {
  const intake = new Intake(new MemoryStore(), () => {});
  const many = Array.from({ length: 50_000 }, () => one[0] as StoredSample);
  expect(await intake.add(many, [])).toBe('STORED');
});

test('a closed intake takes nothing and reports nothing', async () => {
  const intake = new Intake(new MemoryStore(), () => {
    throw new Error('must not be told');
  });
  await intake.close();
  expect(await intake.add(one, [])).toBe('STORE_FAILED');
});

test('so many boards are known; the one that was silent longest goes, but not one that is connected', () => {
  const names: string[] = [];
  const boards = new Boards(({ name }) => names.push(name), 2);
  const connected = boards.touch('a', 1);
  connected.connections = 1;
  connected.heard({ address: 'a:1', transport: 'tcp' } as Peer, 1);
  for (const name of ['b', 'c', 'd']) boards.touch(name, 2);
  expect(boards.list().map(({ name }) => name)).toEqual(['a', 'd']);
  expect(boards.evicted).toBe(2);
  boards.get('d')?.heard({ address: 'd:1', transport: 'tcp' } as Peer, 3);
  if (boards.get('d')) (boards.get('d') as { connections: number }).connections = 1;
  boards.touch('e', 3);
  expect(boards.list().map(({ name }) => name)).toEqual(['d', 'e']);
  expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
});
