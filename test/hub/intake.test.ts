import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Boards } from '../../src/hub/boards.ts';
import { Intake, RESERVE_BYTES, ROUND_BYTES, ROUND_MS } from '../../src/hub/intake.ts';
import type { Outcome, Round, Sender } from '../../src/hub/round.ts';
import { Layout } from '../../src/store/packed.ts';
import type { Store } from '../../src/store/store.ts';
import type { Peer } from '../../src/transport/transport.ts';
import { SlowStore } from './stores.ts';

const layout = new Layout('a', ['x']);

class Bringer implements Sender {
  readonly address: string;
  round = 0;
  readonly told: [samples: number, texts: number, Outcome][] = [];

  constructor(address = 'a:1') {
    this.address = address;
  }

  settled(samples: number, texts: number, outcome: Outcome): void {
    this.told.push([samples, texts, outcome]);
  }

  brings(intake: Intake, samples = 1): void {
    for (let i = 0; i < samples; i++) intake.samples.add(layout, i, [i]);
    intake.took(this, samples);
  }
}

function begin(store: Store) {
  const rounds: [address: string, at: number][][] = [];
  const errors: unknown[] = [];
  const clock = new ManualClock();
  const intake = new Intake(store, clock, {
    stored: (round: Round) => {
      const samples: [string, number][] = [];
      round.forEachSample(({ address }, _, at) => samples.push([address, at]));
      rounds.push(samples);
    },
    failed: (error) => errors.push(error),
  });
  return { intake, rounds, errors, clock };
}

/** Brings samples until there is no room. @returns how many */
function fill(intake: Intake, bringer: Bringer): number {
  let samples = 0;
  for (; intake.hasRoom(true); samples += 1_000) bringer.brings(intake, 1_000);
  return samples;
}

test('what comes in one turn of the event loop, or while a round is being stored, is one round, whoever sent it', async () => {
  const store = new SlowStore();
  const { intake, rounds } = begin(store);
  const [one, other] = [new Bringer('one:1'), new Bringer('other:2')];
  one.brings(intake);
  other.brings(intake, 2);
  expect(store.batches).toEqual([]);
  await new Promise(setImmediate);
  one.brings(intake, 2);
  one.brings(intake);
  intake.addText(one, { board: 'a', at: 1, text: 'hi' });
  other.brings(intake);
  intake.addText(one, { board: 'a', at: 2, text: 'ho' });
  expect(store.batches).toEqual([3]);
  const settled = [one, other].map((sender) => intake.settled(sender));
  store.finish();
  await new Promise(setImmediate);
  expect(store.batches).toEqual([3, 4]);
  expect(one.told).toEqual([[1, 0, 'STORED']]);
  store.finish();
  await Promise.all(settled);
  expect(one.told).toEqual([
    [1, 0, 'STORED'],
    [3, 1, 'STORED'],
    [0, 1, 'STORED'],
  ]);
  expect(other.told).toEqual([
    [2, 0, 'STORED'],
    [1, 0, 'STORED'],
  ]);
  expect(rounds).toEqual([
    [
      ['one:1', 0],
      ['other:2', 0],
      ['other:2', 1],
    ],
    [
      ['one:1', 0],
      ['one:1', 1],
      ['one:1', 0],
      ['other:2', 0],
    ],
  ]);
  expect(store.stored.map(({ text }) => text)).toEqual(['hi', 'ho']);
  expect(intake.settled(one)).toBeUndefined();
  await intake.close();
});

test('what nobody waits for is stored every so many milliseconds, and at once after a silence', async () => {
  const store = new SlowStore();
  const { intake, clock } = begin(store);
  const sender = new Bringer();
  const store1 = async () => {
    await new Promise(setImmediate);
    store.finish();
    await new Promise(setImmediate);
  };
  sender.brings(intake);
  await store1();
  expect(store.batches).toEqual([1]);
  sender.brings(intake);
  await new Promise(setImmediate);
  clock.advance(ROUND_MS - 1);
  sender.brings(intake, 2);
  expect(store.batches).toEqual([1]);
  clock.advance(1);
  expect(store.batches).toEqual([1, 3]);
  await store1();
  sender.brings(intake);
  const settled = intake.settled(sender); // somebody waits
  expect(store.batches).toEqual([1, 3, 1]);
  await store1();
  await settled;
  clock.advance(ROUND_MS);
  sender.brings(intake);
  await store1();
  expect(store.batches).toEqual([1, 3, 1, 1]);
  sender.brings(intake, ROUND_BYTES / 24); // full
  await store1();
  expect(store.batches).toHaveLength(5);
  await intake.close();
});

test('somebody who waits need not wait for the turn to end', () => {
  const store = new SlowStore();
  const { intake } = begin(store);
  const sender = new Bringer();
  expect(intake.settled(sender)).toBeUndefined();
  sender.brings(intake);
  intake.flush();
  expect(store.batches).toEqual([1]);
});

test('a store that is behind costs two rounds of a bounded size, and who waits goes on in order', async () => {
  const store = new SlowStore();
  const { intake } = begin(store);
  const sender = new Bringer();
  let samples = fill(intake, sender);
  intake.flush();
  samples += fill(intake, sender);
  expect(intake.hasRoom(true)).toBe(false);
  const order: string[] = [];
  const waits = (name: string): Promise<void> =>
    intake.room().then(() => {
      if (!intake.hasRoom(true)) return waits(name);
      order.push(name);
      samples += fill(intake, sender);
      return undefined;
    });
  const waiting = ['first', 'second', 'third'].map(waits);
  expect(intake.room()).toBe(intake.room()); // one promise for all
  for (const [turn, wait] of waiting.entries()) {
    store.finish();
    await wait;
    expect(order).toHaveLength(turn + 1);
  }
  expect(order).toEqual(['first', 'second', 'third']);
  store.release();
  await intake.close();
  expect(store.samples).toHaveLength(samples);
  expect(sender.told.reduce((sum, [stored]) => sum + stored, 0)).toBe(samples);
  expect(store.most).toBeLessThan(1.01 * ROUND_BYTES);
});

test('who can wait leaves a reserve to those who cannot', () => {
  const { intake } = begin(new SlowStore());
  const sender = new Bringer();
  fill(intake, sender);
  expect([intake.hasRoom(true), intake.hasRoom(false)]).toEqual([false, true]);
  while (intake.hasRoom(false)) sender.brings(intake, 1_000);
  expect(intake.samples.bytes).toBeGreaterThan(ROUND_BYTES + 0.9 * RESERVE_BYTES);
  expect(intake.samples.bytes).toBeLessThan(ROUND_BYTES + 1.1 * RESERVE_BYTES);
});

test('texts and names count as well as values', () => {
  const { intake } = begin(new SlowStore());
  const sender = new Bringer();
  let texts = 0;
  for (; intake.hasRoom(true); texts++)
    intake.addText(sender, { board: 'a', at: 1, text: 'x'.repeat(8_000) });
  expect(texts * 16_000).toBeGreaterThan(0.9 * ROUND_BYTES);
  expect(texts * 16_000).toBeLessThan(1.1 * ROUND_BYTES);

  const { intake: other } = begin(new SlowStore());
  let names = 0;
  for (; other.hasRoom(true); names++) other.add(sender, new Layout('a', [`${names}`.padEnd(8_000)]), 1, [1]);
  expect(names * 16_000).toBeLessThan(1.1 * ROUND_BYTES);
});

test('a store that fails costs the round, and nothing of the next', async () => {
  const store = new SlowStore();
  const { intake, rounds, errors } = begin(store);
  const [unlucky, both] = [new Bringer(), new Bringer()];
  unlucky.brings(intake, 3);
  both.brings(intake, 2);
  intake.flush();
  both.brings(intake, 5);
  const failure = new Error('disk full');
  const settled = [intake.settled(unlucky), intake.settled(both)];
  store.fail(failure);
  await settled[0];
  store.finish();
  await settled[1];
  expect(unlucky.told).toEqual([[3, 0, 'STORE_FAILED']]);
  expect(both.told).toEqual([
    [2, 0, 'STORE_FAILED'],
    [5, 0, 'STORED'],
  ]);
  expect(errors).toEqual([failure]);
  expect(rounds.map(({ length }) => length)).toEqual([5]);
});

test('a closed intake takes nothing and reports nothing', async () => {
  const store = new SlowStore();
  const { intake, errors } = begin(store);
  const sender = new Bringer();
  sender.brings(intake);
  store.release();
  await intake.close();
  await store.close();
  sender.brings(intake);
  await intake.settled(sender);
  expect(sender.told).toEqual([
    [1, 0, 'STORED'],
    [1, 0, 'STORE_FAILED'],
  ]);
  expect(errors).toEqual([]);
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
