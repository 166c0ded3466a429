import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
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

/** A store of two boards with some chunks and texts, closed, and then what is done to its database. */
async function damagedFolder(damage: (db: DatabaseSync, path: string) => void): Promise<string> {
  const folder = temporaryFolder();
  const store = new EngineStore(folder);
  for (const board of ['a', 'b']) {
    const samples = new PackedSamples();
    const layout = new Layout(board, ['x']);
    for (let i = 0; i < 5_000; i++) samples.addNumbers(layout, NOW + i, Float64Array.of(i));
    const texts = Array.from({ length: 5 }, (_, i) => ({ board, at: NOW + i, text: `text ${i}` }));
    await store.append({ samples, texts });
  }
  await store.close();
  const path = join(folder, 'history.db');
  const db = new DatabaseSync(path);
  damage(db, path);
  if (db.isOpen) db.close();
  return folder;
}

function retainAll(store: EngineStore): void {
  let rounds = 0;
  while (store.engine.retain()) if (++rounds > 100) throw new Error('retention never ends');
}

test('a chunk whose number of points is damaged is given up like the others', async () => {
  const folder = await damagedFolder((db) =>
    db.exec("UPDATE chunks SET count = 'x' WHERE series = 1 AND no = 0"),
  );
  const clock = new ManualClock(NOW + 2_050);
  const store = new EngineStore(folder, { maxAge: 1 }, clock);
  retainAll(store);
  expect(store.problems.map(({ message }) => message)).toEqual([expect.stringContaining('a row is damaged')]);
  for (let round = 0; round < 2; round++) {
    expect((await store.series('a')).map(({ points }) => points)).toEqual([2_952]);
    expect((await store.info()).points).toBe(2 * 2_952);
    store.reopen();
  }
  expect((await store.check()).damage).toEqual([]);
  await store.close();
});

test('texts that their own numbers do not find are damage, and keep retention neither busy nor from the others', async () => {
  const folder = await damagedFolder((db, path) => {
    const row = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'texts'").get();
    db.close();
    const bytes = readFileSync(path);
    const page = 8192 * (Number(row?.rootpage) - 1);
    const count = bytes.readUInt16BE(page + 3);
    expect(count).toBe(10);
    const places = Array.from({ length: count }, (_, i) => bytes.readUInt16BE(page + 8 + 2 * i));
    places.reverse().forEach((place, i) => {
      bytes.writeUInt16BE(place, page + 8 + 2 * i);
    });
    writeFileSync(path, bytes);
  });
  const store = new EngineStore(folder, { maxBytes: 1, logBytes: 1 });
  for (let round = 0; round < 2; round++) retainAll(store); // the first sets it aside
  expect(readdirSync(folder)).toContain('damaged-1.db');
  expect(await store.info()).toMatchObject({ texts: 0, series: 1 });
  await store.close();
});
