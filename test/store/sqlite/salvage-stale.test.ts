import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { BOOTS_PER_BOARD } from '../../../src/store/store.ts';
import { sampleOf } from '../../suites/store.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

/** SQLite leaves pages that it needs no more as they are: on them stands what was given up or replaced long ago. */
const PAGE = 8192;
const NOW = 1_700_000_000_000;

const pathOf = ({ folder }: EngineStore) => join(folder, 'history.db');

/**
 * A store whose database lost its first page, and has the pages of an older state as well.
 * @param stale where they stand: before or behind the others that are in use
 */
function salvageOf(older: Buffer, newer: Buffer, stale: 'before' | 'behind'): EngineStore {
  const [one, two] = stale === 'before' ? [older, newer] : [newer, older];
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const bytes = Buffer.concat([Buffer.alloc(PAGE), one.subarray(PAGE), two.subarray(PAGE)]);
  writeFileSync(join(folder, 'history.db'), bytes);
  return new EngineStore(folder, {}, new ManualClock(NOW));
}

/** What a store answers about everything. */
async function answersOf(store: EngineStore) {
  const boards = await store.boards();
  return Promise.all(
    boards
      .toSorted((a, b) => (a.board < b.board ? -1 : 1))
      .map(async ({ board }) => ({
        board,
        acks: await store.acks(board),
        latest: await store.latest(board),
        points: await Promise.all(
          (await store.series(board)).map(({ metric }) => store.query({ board, metric })),
        ),
        texts: await store.texts({ board }),
      })),
  );
}

const bytesOf = (store: EngineStore): Buffer => {
  store.engine.checkpoint();
  return readFileSync(pathOf(store));
};

/** Appends one sample of each metric, a text and an ack. */
const appendTo = (store: EngineStore, board: string, at: number, metrics: string[], boot: string) =>
  store.append({
    samples: [sampleOf(board, at, Object.fromEntries(metrics.map((metric) => [metric, at - NOW])))],
    texts: [{ board, at, text: `${board} at ${at - NOW}` }],
    acks: [{ board, boot, seq: at - NOW + 1 }],
  });

/** Everything is given up, and the ids that were highest may be given again. */
function giveUp(store: EngineStore): void {
  store.clock.advance(100_000);
  while (store.engine.retain());
  store.reopen();
}

test.each(['before', 'behind'] as const)(
  'a board that was given up and came back is salvaged as it is now, its old pages standing %s it',
  async (where) => {
    const store = new EngineStore(temporaryFolder(), { maxAge: 50_000 }, new ManualClock(NOW));
    await appendTo(store, 'a', NOW, ['x', 'y'], 'first');
    await appendTo(store, 'b', NOW, ['z'], 'first');
    await appendTo(store, 'stays', NOW, ['p'], 'first');
    const older = bytesOf(store);
    store.clock.advance(100_000);
    await appendTo(store, 'c', NOW + 100_000, ['v'], 'second'); // the others' numbers are not given again
    await appendTo(store, 'stays', NOW + 100_000, ['q'], 'first');
    while (store.engine.retain());
    await appendTo(store, 'stays', NOW + 100_001, ['p'], 'first');
    await appendTo(store, 'a', NOW + 100_001, ['y', 'x'], 'second');
    await appendTo(store, 'a', NOW + 100_002, ['y', 'x'], 'second');
    const newer = bytesOf(store);
    const expected = await answersOf(store);
    expect(expected).toHaveLength(3);
    const salvaged = salvageOf(older, newer, where);
    const found = await answersOf(salvaged);
    const since = NOW + 50_000; // texts have nothing else to tell old ones by: they go for their age
    const texts = found.flatMap((board) => board.texts);
    for (const board of found) board.texts = board.texts.filter(({ at }) => at > since);
    expect(found.filter(({ board }) => board !== 'b')).toEqual(expected);
    expect((await salvaged.info()).texts).toBe(texts.length);
    expect((await salvaged.check()).damage).toEqual([]);
    expect(salvaged.problems).toHaveLength(1); // of what was done
    await salvaged.close();
    await store.close();
  },
);

test.each(['before', 'behind'] as const)(
  'numbers of rows that were given again after a start mean what they mean now, old pages standing %s the others',
  async (where) => {
    const store = new EngineStore(temporaryFolder(), { maxAge: 50_000 }, new ManualClock(NOW));
    for (let i = 0; i < 20; i++) await appendTo(store, 'a', NOW + i, ['x', 'y'], 'first');
    const many = Array.from({ length: 5_000 }, (_, i) => sampleOf('a', NOW + 20 + i, { x: i }));
    await store.append({ samples: many }); // of whose chunks the board that comes then has no numbers
    const older = bytesOf(store);
    giveUp(store);
    for (let i = 0; i < 3; i++) await appendTo(store, 'b', NOW + 100_000 + i, ['z', 'x'], 'second');
    const newer = bytesOf(store);
    const expected = await answersOf(store);
    expect(expected).toHaveLength(1);
    const salvaged = salvageOf(older, newer, where);
    const found = await answersOf(salvaged);
    // Of the texts, which have nothing else to tell them by, both are kept: the old ones go for their age.
    const since = NOW + 50_000;
    expect(
      found.map(({ texts, ...rest }) => ({ ...rest, texts: texts.filter(({ at }) => at > since) })),
    ).toEqual(expected.map(({ acks, ...rest }) => ({ acks: expect.arrayContaining(acks), ...rest })));
    expect((await salvaged.check()).damage).toEqual([]);
    await salvaged.close();
    await store.close();
  },
);

test('of the numbers of boots that come to light again, no more are kept than otherwise', async () => {
  const store = new EngineStore(temporaryFolder(), {}, new ManualClock(NOW));
  const boots = (from: number) => Array.from({ length: BOOTS_PER_BOARD }, (_, i) => `boot ${from + i}`);
  for (const boot of boots(0)) await appendTo(store, 'a', NOW, ['x'], boot);
  const older = bytesOf(store);
  for (const boot of boots(100)) await appendTo(store, 'a', NOW + 1, ['x'], boot);
  const newer = bytesOf(store);
  const expected = await store.acks('a');
  const salvaged = salvageOf(older, newer, 'behind');
  expect(await salvaged.acks('a')).toEqual(expected);
  expect((await salvaged.check()).damage).toEqual([]);
  await appendTo(salvaged, 'a', NOW + 2, ['x'], 'boot 200');
  expect((await salvaged.acks('a')).map(({ boot }) => boot)).toEqual([
    'boot 200',
    ...boots(100).slice(1).reverse(),
  ]);
  await salvaged.close();
  await store.close();
});
