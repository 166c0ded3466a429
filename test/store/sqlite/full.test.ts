import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../../../src/store/sqlite/database.ts';
import { systemFiles } from '../../../src/store/sqlite/files.ts';
import { ingest, newFolder, openEngine } from './engines.ts';
import { Workload } from './workload.ts';

const workload = new Workload(20);
const LOG_BYTES = 20_000;

/** Appends batches until one is refused. @returns the last that was taken, and why the next was not */
function fill(
  engine: ReturnType<typeof openEngine>['engine'],
  from: number,
): { taken: number; error: unknown } {
  for (let n = from; n < from + 10_000; n++) {
    const { samples, texts, acks } = workload.batch(n);
    try {
      engine.append(samples.parts, texts, acks);
    } catch (error) {
      return { taken: n - 1, error };
    }
    engine.maintain();
  }
  throw new Error('nothing was refused');
}

const FULL = { code: 'STORE_FAILED', message: expect.stringContaining('The disk is full') };

test('a database that is full leaves the log, up to four times its length; then appends are refused until there is room', async () => {
  const folder = newFolder();
  const dbs: ReturnType<typeof openSqlite>[] = [];
  const { engine, answers, problems, clock } = openEngine(folder, {
    limits: { logBytes: LOG_BYTES },
    openDatabase(path, options) {
      const db = openSqlite(path, options);
      dbs.push(db);
      return db;
    },
  });
  const limitTo = (pages: number) => dbs[0]?.exec(`PRAGMA max_page_count = ${pages}`);
  ingest(engine, workload, 1, 30);
  engine.checkpoint();
  limitTo(1); // SQLite makes that the pages there are
  const first = fill(engine, 31);
  expect(first.error).toMatchObject(FULL);
  expect(problems.length).toBeGreaterThan(0);
  for (const problem of problems) expect(problem).toMatchObject(FULL);
  expect(engine.info().bytes).toBeLessThan(400_000 + 5 * LOG_BYTES);
  for (let i = 0; i < 50; i++) expect(fill(engine, first.taken + 1)).toMatchObject({ taken: first.taken });
  await workload.audit(answers, first.taken, first.taken);
  limitTo(1_000_000);
  clock.advance(2_000);
  ingest(engine, workload, first.taken + 1, first.taken + 30);
  await workload.audit(answers, first.taken + 30, first.taken + 30);
  engine.close();
  const again = openEngine(folder);
  await workload.audit(again.answers, first.taken + 30, first.taken + 30);
  expect(again.problems).toEqual([]);
  again.engine.close();
});

test('a log that cannot grow any more refuses, and takes again when there is room', async () => {
  const folder = newFolder();
  let room = 50_000;
  const { engine, answers, clock } = openEngine(folder, {
    limits: { logBytes: 1_000_000 },
    files: {
      ...systemFiles,
      write(file, parts) {
        const all = Buffer.concat(parts).subarray(0, room);
        if (all.length === 0) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
        room -= all.length;
        return systemFiles.write(file, [all]);
      },
      truncate(file, size) {
        systemFiles.truncate(file, size);
        room = 100; // less than a batch
      },
    },
  });
  const { taken, error } = fill(engine, 1);
  expect(error).toMatchObject(FULL);
  expect(fill(engine, taken + 1)).toMatchObject({ taken, error: FULL });
  await workload.audit(answers, taken, taken);
  room = 1e9;
  clock.advance(2_000);
  ingest(engine, workload, taken + 1, taken + 10);
  engine.close();
  const again = openEngine(folder);
  await workload.audit(again.answers, taken + 10, taken + 10);
  again.engine.close();
});

const hasSh = spawnSync('sh', ['-c', 'ulimit -f 100']).status === 0;

test.skipIf(!hasSh)(
  `a file that the system lets grow no further is a full disk${hasSh ? '' : ' (skipped: needs sh with ulimit -f)'}`,
  async () => {
    for (const blocks of [150, 400]) {
      const folder = newFolder();
      const child = join(import.meta.dirname, 'full-child.ts');
      // Blocks of 512 bytes: files end at 75 or 200 KiB. The process gets a signal, which Node ignores, and EFBIG.
      const { stdout, stderr, status } = spawnSync(
        'sh',
        [
          '-c',
          `ulimit -f ${blocks}; exec "$0" --disable-warning=ExperimentalWarning "$@"`,
          process.execPath,
          child,
          folder,
        ],
        { encoding: 'utf8' },
      );
      if (blocks === 150 && status !== 0) {
        // Too little for the tables themselves: it says so, and leaves a folder that opens.
        expect(stderr).toContain('STORE_FAILED');
        openEngine(folder).engine.close();
        continue;
      }
      expect([status, stderr]).toEqual([0, '']);
      const { taken, refusals } = JSON.parse(stdout) as { taken: number; refusals: string[] };
      expect(taken).toBeGreaterThan(10);
      expect(refusals.length).toBeGreaterThan(0);
      // SQLite has one sentence for this and for a broken disk.
      for (const refusal of refusals) expect(refusal).toMatch(/The disk is full|disk I\/O error/);
      const { engine, answers } = openEngine(folder);
      await workload.audit(answers, taken, taken);
      ingest(engine, workload, taken + 1, taken + 20);
      await workload.audit(answers, taken + 20, taken + 20);
      engine.close();
      expect(readdirSync(folder).filter((name) => name.startsWith('damaged'))).toEqual([]);
    }
  },
);
