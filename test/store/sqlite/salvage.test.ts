import { readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { PackedSamples } from '../../../src/store/packed.ts';
import { rowsOnPages } from '../../../src/store/sqlite/pages.ts';
import { ingest, newFolder, openEngine } from './engines.ts';
import { BOARDS, METRICS, Workload } from './workload.ts';

const PAGE = 8192;
const BATCHES = 60;

/** A store that was closed in peace, of some dozen pages. */
function closedStore() {
  const folder = newFolder();
  const workload = new Workload(300);
  const { engine } = openEngine(folder, { limits: { logBytes: 200_000 } });
  ingest(engine, workload, 1, BATCHES);
  engine.close();
  const path = join(folder, 'history.db');
  return { folder, workload, path, bytes: readFileSync(path) };
}

function pointsOf(workload: Workload): number {
  let points = 0;
  for (const board of BOARDS) {
    for (const metric of METRICS) points += workload.points(board, metric, BATCHES).length;
  }
  return points;
}

test('a database whose first page is gone is read from the others, and nothing is missing', async () => {
  const { folder, workload, path, bytes } = closedStore();
  writeFileSync(path, Buffer.concat([Buffer.alloc(PAGE), bytes.subarray(PAGE)]));
  const { engine, answers, problems } = openEngine(folder);
  expect(await workload.audit(answers, BATCHES, BATCHES)).toBe(BATCHES);
  expect(problems.map(({ message }) => message).join()).toContain(`${pointsOf(workload)} points of 9 series`);
  expect(readFileSync(join(folder, 'damaged-1.db'))).toHaveLength(bytes.length);
  ingest(engine, workload, BATCHES + 1, BATCHES + 20);
  engine.close();
  const again = openEngine(folder);
  expect(await workload.audit(again.answers, BATCHES + 20, BATCHES + 20)).toBe(BATCHES + 20);
  expect(again.problems).toEqual([]);
  again.engine.close();
});

test('of a database that was cut off, what is left is served', async () => {
  const { folder, workload, path, bytes } = closedStore();
  const served: number[] = [];
  for (const part of [0.9, 0.7]) {
    writeFileSync(path, bytes);
    truncateSync(path, Math.floor(part * bytes.length));
    const { engine, answers, problems } = openEngine(folder);
    served.push((await workload.auditPart(answers, BATCHES)) / pointsOf(workload));
    expect(problems.length).toBeGreaterThan(0);
    expect((await engine.check()).damage.join()).not.toContain('chunk');
    engine.close();
  }
  // The file is small: which pages hold the chunks counts as much as how many there are.
  expect(served[0]).toBeGreaterThan(0.6);
  expect(served[1]).toBeGreaterThan(0.3);
});

test('whichever page is lost, little is lost with it but for those that name boards and series', async () => {
  const { folder, workload, path, bytes } = closedStore();
  const all = pointsOf(workload);
  const shares: number[] = [];
  for (let at = 0; at < bytes.length; at += PAGE) {
    const damaged = Buffer.from(bytes);
    damaged.fill(0, at, at + PAGE);
    writeFileSync(path, damaged);
    const { engine, answers } = openEngine(folder);
    shares.push((await workload.auditPart(answers, BATCHES)) / all);
    engine.close();
  }
  const good = shares.filter((share) => share > 0.8).length;
  expect(good).toBeGreaterThan(0.75 * shares.length);
});

test('opened to be read, a damaged database stays as it is, and whoever asks is told what helps', () => {
  const { folder, path, bytes } = closedStore();
  truncateSync(path, Math.floor(0.7 * bytes.length));
  expect(() => openEngine(folder, { readOnly: true })).toThrow(
    /is damaged \(.*\)\. A hub that runs with this folder/,
  );
  expect(readdirSync(folder)).not.toContain('damaged-1.db');
});

test('a set-aside that was cut off between its last steps is finished', async () => {
  const { folder, workload, path } = closedStore();
  renameSync(path, join(folder, 'salvaged.db'));
  const { engine, answers, problems } = openEngine(folder);
  expect(await workload.audit(answers, BATCHES, BATCHES)).toBe(BATCHES);
  expect(problems).toEqual([]);
  expect(readdirSync(folder)).not.toContain('salvaged.db');
  engine.close();
});

test('a set-aside that was cut off before its last steps leaves nothing behind', async () => {
  const { folder, workload } = closedStore();
  for (const end of ['', '-wal', '-shm']) writeFileSync(join(folder, `salvaged.db${end}`), 'a part');
  const { engine, answers, problems } = openEngine(folder);
  expect(await workload.audit(answers, BATCHES, BATCHES)).toBe(BATCHES);
  expect(problems).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('salvaged'))).toEqual([]);
  engine.close();
});

test('rows are found on the pages as SQLite gives them, also those that fill more than one', () => {
  const folder = newFolder();
  const { engine } = openEngine(folder);
  const samples = Array.from({ length: 5_000 }, (_, i) => ({
    board: 'a',
    at: 7 * i,
    values: new Map([['x', Math.sin(i) * 1e-7]]),
  }));
  engine.append(PackedSamples.of(samples).parts, [{ board: 'a', at: 1, text: 'x'.repeat(50_000) }], []);
  engine.close();
  const path = join(folder, 'history.db');
  const db = new DatabaseSync(path, { readOnly: true });
  const blobs = db.prepare('SELECT id, data FROM chunk_data ORDER BY id').all();
  const [text] = db.prepare('SELECT text FROM texts').all();
  db.close();
  const rows = [...rowsOnPages(path)];
  const found = rows.filter(({ columns }) => columns[3] instanceof Uint8Array);
  expect(blobs.some(({ data }) => (data as Uint8Array).length > PAGE)).toBe(true);
  for (const { id, data } of blobs) {
    const same = found.filter(
      (row) => row.id === id && Buffer.compare(row.columns[3] as Buffer, data as Buffer) === 0,
    );
    expect(same.length).toBeGreaterThan(0);
  }
  expect(rows.some(({ columns }) => columns[3] === text?.text)).toBe(true);
});
