import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type OpenDatabase, openSqlite } from '../../../src/store/sqlite/database.ts';
import { systemFiles } from '../../../src/store/sqlite/files.ts';
import { ingest, newFolder, openEngine } from './engines.ts';
import { interceptDatabase, interceptFiles, type Operation } from './intercept.ts';
import { BOARDS, Workload } from './workload.ts';

/** As node:sqlite throws SQLITE_CORRUPT (sqlite.org/rescode.html). */
const corrupt = () =>
  Object.assign(new Error('database disk image is malformed'), { code: 'ERR_SQLITE_ERROR', errcode: 11 });

/** A store whose database is found damaged, at the next write and by whoever opens it, until it is renamed; while it is stuck it cannot be. */
function openFragile(folder: string, limits = {}) {
  const database = { isDamaged: false, isStuck: false, openLogs: 0 };
  const hook = <T>(operation: Operation, run: () => T): T => {
    if (operation === 'create') database.openLogs++;
    if (operation === 'close') database.openLogs--;
    if (operation === 'run' && database.isDamaged) throw corrupt();
    if (operation !== 'rename') return run();
    if (database.isStuck) throw Object.assign(new Error('EIO: injected'), { code: 'EIO' });
    database.isDamaged = false;
    return run();
  };
  const openWhole = interceptDatabase(hook);
  const openDatabase: OpenDatabase = (path, options) => {
    if (!path.endsWith('history.db')) return openSqlite(path, options);
    if (database.isDamaged) throw corrupt();
    return openWhole(path, options);
  };
  const opened = openEngine(folder, { limits, files: interceptFiles(hook, systemFiles), openDatabase });
  return { ...opened, database };
}

const damagedIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('damaged-'));

test('a damaged database that could not be set aside is set aside later, and commits go on meanwhile', async () => {
  const folder = newFolder();
  const workload = new Workload(1); // a batch is of one board: the others' chunks are not in memory when it begins
  const first = openEngine(folder);
  ingest(first.engine, workload, 1, 20);
  first.engine.close();
  const { engine, answers, problems, database } = openFragile(folder);
  ingest(engine, workload, 21, 21);
  await answers.points(BOARDS[0], 'n');
  database.isDamaged = true;
  database.isStuck = true;
  expect(() => engine.checkpoint()).toThrow('EIO');
  ingest(engine, workload, 22, 40);
  expect(() => engine.checkpoint()).toThrow('EIO');
  ingest(engine, workload, 41, 50);
  for (const ask of [
    () => answers.points(BOARDS[0], 'n'),
    () => answers.texts(BOARDS[0]),
    () => engine.info(),
  ])
    expect(ask).toThrow('could not be set aside');
  await expect(engine.check()).rejects.toThrow('could not be set aside');
  database.isStuck = false;
  engine.checkpoint();
  expect(damagedIn(folder)).toHaveLength(1);
  ingest(engine, workload, 51, 60);
  await workload.audit(answers, 60, 60);
  expect(problems.map(({ message }) => message).join('\n')).toMatch(/^The database was damaged.*$/);
  engine.close();
  expect(database.openLogs).toBe(0);
  const again = openEngine(folder);
  await workload.audit(again.answers, 60, 60);
  again.engine.close();
});

test('while a damaged database cannot be set aside, the log takes so much and no more', () => {
  const folder = newFolder();
  const limits = { logBytes: 4_000 };
  const workload = new Workload(3);
  const { engine, clock, database } = openFragile(folder, limits);
  ingest(engine, workload, 1, 5);
  database.isDamaged = true;
  database.isStuck = true;
  const add = () => {
    for (let n = 6; n <= 1_000; n++) {
      clock.advance(2_000); // it tries again each time
      ingest(engine, workload, n, n);
    }
  };
  expect(add).toThrow('EIO');
  const log = readdirSync(folder).filter((name) => name.endsWith('.klog'));
  const bytes = log.reduce((sum, name) => sum + systemFiles.size(join(folder, name)), 0);
  expect(bytes).toBeLessThan(6 * limits.logBytes);
  database.isStuck = false;
  engine.close();
});

test('a database that is found damaged at a backup is set aside, and the backup has what the new one has', async () => {
  const folder = newFolder();
  const workload = new Workload(3);
  const { engine, database } = openFragile(folder);
  ingest(engine, workload, 1, 20);
  engine.checkpoint();
  ingest(engine, workload, 21, 40);
  database.isDamaged = true;
  const copy = newFolder();
  await engine.backup(join(copy, 'history.db'));
  engine.close();
  const backup = openEngine(copy);
  await workload.audit(backup.answers, 40, 40);
  backup.engine.close();
});

test('a check whose database is set aside meanwhile looks at the new one', async () => {
  const workload = new Workload(3);
  const { engine, database } = openFragile(newFolder());
  ingest(engine, workload, 1, 400);
  engine.checkpoint();
  ingest(engine, workload, 401, 401);
  const check = engine.check();
  database.isDamaged = true;
  engine.checkpoint();
  expect((await check).points).toBe(3 * 3 * 401);
  engine.close();
});

test('a database that retention finds damaged is set aside as well: else nothing would ever be given up', () => {
  const folder = newFolder();
  const { engine, problems, clock, database } = openFragile(folder, { maxAge: 1_000 });
  ingest(engine, new Workload(3), 1, 20);
  engine.checkpoint();
  clock.advance(1e13);
  database.isDamaged = true;
  engine.retain();
  expect(problems.at(-1)?.message).toMatch(/set aside/);
  expect(damagedIn(folder)).toHaveLength(1);
  while (engine.retain());
  expect(engine.info().points).toBe(0);
  engine.close();
});

test('a chunk whose key nothing finds is damage, and keeps retention neither busy nor from the others', () => {
  const folder = newFolder();
  const first = openEngine(folder);
  ingest(first.engine, new Workload(3), 1, 20);
  first.engine.close();
  const db = new DatabaseSync(join(folder, 'history.db'));
  // A number that is read as its neighbour: of more bits than a double has.
  const columns = 'no, first_at, last_at, count, numbers, min, max, sum, data, data_crc, crc';
  db.exec(`INSERT INTO chunks SELECT (1 << 60) + 1, ${columns} FROM chunks WHERE series = 1`);
  db.close();
  const { engine, clock } = openEngine(folder, { limits: { maxAge: 1_000 } });
  clock.advance(1e13);
  let rounds = 0;
  while (engine.retain() && rounds < 100) rounds++;
  expect(rounds).toBeLessThan(100);
  while (engine.retain());
  expect(engine.info().points).toBe(0);
  expect(damagedIn(folder)).toHaveLength(1);
  engine.close();
});

test('maintenance whose questions the database does not answer is told, and throws nothing', () => {
  const { engine, problems } = openEngine(newFolder(), {
    limits: { maxBytes: 1e6, logBytes: 1 },
    openDatabase(path, options) {
      const db = interceptDatabase((_, run) => run())(path, options);
      const prepare = db.prepare.bind(db);
      db.prepare = (sql) => {
        if (sql.includes('freelist_count')) throw new Error('disk I/O error');
        return prepare(sql);
      };
      return db;
    },
  });
  ingest(engine, new Workload(3), 1, 1);
  expect(problems.map(({ message }) => message).join()).toContain('disk I/O error');
  engine.close();
});
