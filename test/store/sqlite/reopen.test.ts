import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { systemFiles } from '../../../src/store/sqlite/files.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { answersOfStore } from './answers.ts';
import { ingest, newFolder, openEngine } from './engines.ts';
import { Workload } from './workload.ts';

const workload = new Workload(10);

const logsOf = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.klog'));
const hashesOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );

/** A folder as a process leaves it that is killed: with what is in the log and not in the database. */
function crashedStore(batches: number, logBytes = 20_000): string {
  const folder = newFolder();
  const { engine } = openEngine(folder, { limits: { logBytes } });
  ingest(engine, workload, 1, batches);
  const crashed = newFolder();
  cpSync(folder, crashed, { recursive: true });
  engine.close();
  return crashed;
}

test('a log that was about to be moved into the database is replayed, and goes on', async () => {
  const folder = crashedStore(400, 1 << 20);
  const { engine, answers, problems } = openEngine(folder);
  await workload.audit(answers, 400, 400);
  ingest(engine, workload, 401, 410);
  await workload.audit(answers, 410, 410);
  expect(problems).toEqual([]);
  engine.close();
});

test('logs of several crashes are replayed one behind the other', async () => {
  let folder = newFolder();
  for (let from = 1; from <= 41; from += 10) {
    const { engine, answers } = openEngine(folder);
    if (from > 1) await workload.audit(answers, from - 1, from - 1);
    ingest(engine, workload, from, from + 9);
    const next = newFolder();
    cpSync(folder, next, { recursive: true });
    engine.close();
    folder = next;
  }
  expect(logsOf(folder)).toHaveLength(5);
  const { engine, answers } = openEngine(folder);
  await workload.audit(answers, 50, 50);
  engine.close();
  expect(logsOf(folder)).toHaveLength(1);
});

test('an empty log file, and files beside it that are none, are no harm', async () => {
  const folder = crashedStore(10);
  writeFileSync(join(folder, 'log-00000009.klog'), '');
  writeFileSync(join(folder, 'notes.klog'), 'mine');
  writeFileSync(join(folder, 'log-1.klog.bak'), 'mine');
  const { engine, answers, problems } = openEngine(folder);
  ingest(engine, workload, 11, 20);
  await workload.audit(answers, 20, 20);
  expect(problems).toEqual([]);
  engine.close();
  expect(readFileSync(join(folder, 'notes.klog'), 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'log-1.klog.bak'))).toBe(true);
});

test('a log from before a checkpoint is skipped', async () => {
  const folder = newFolder();
  const { engine } = openEngine(folder);
  ingest(engine, workload, 1, 20);
  const [log] = logsOf(folder);
  const bytes = readFileSync(join(folder, log ?? ''));
  engine.close();
  writeFileSync(join(folder, log ?? ''), bytes);
  const again = openEngine(folder);
  await workload.audit(again.answers, 20, 20);
  expect(again.problems).toEqual([]);
  again.engine.close();
});

test('a database that is gone, or empty, is told of', async () => {
  for (const lose of [rmSync, (path: string) => writeFileSync(path, '')]) {
    const folder = newFolder();
    const { engine } = openEngine(folder);
    ingest(engine, workload, 1, 20);
    engine.close();
    lose(join(folder, 'history.db'));
    const first = openEngine(folder);
    expect(first.problems).toMatchObject([
      { code: 'STORE_FAILED', message: expect.stringContaining('from 1 to 20') },
    ]);
    expect(first.engine.boards()).toEqual([]);
    ingest(first.engine, workload, 1, 5);
    first.engine.close();
    const again = openEngine(folder);
    await workload.audit(again.answers, 5, 5);
    expect(again.problems).toEqual([]);
    again.engine.close();
  }
});

test('what is read only changes no byte of any file and adds none, also beside what a crash left', async () => {
  const killed = newFolder();
  const { engine } = openEngine(killed);
  ingest(engine, workload, 1, 30);
  const peaceful = newFolder();
  engine.close();
  cpSync(killed, peaceful, { recursive: true });
  for (const folder of [crashedStore(30), crashedStore(30, 3_000), peaceful]) {
    const before = hashesOf(folder);
    const opened = openEngine(folder, { readOnly: true });
    await workload.audit(opened.answers, 30, 30);
    opened.engine.maintain();
    opened.engine.retain();
    const { samples, texts, acks } = workload.batch(31);
    expect(() => opened.engine.append(samples.parts, texts, acks)).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT' }),
    );
    opened.engine.close();
    expect(hashesOf(folder)).toEqual(before);
    const store = await openSqliteStore(folder, { readOnly: true });
    await workload.audit(answersOfStore(store), 30, 30);
    await store.close();
    expect(hashesOf(folder)).toEqual(before);
  }
});

test('read only finds no store where there is none, and makes none', async () => {
  const folder = newFolder();
  await expect(openSqliteStore(folder, { readOnly: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(readdirSync(folder)).toEqual([]);
});

test('a store that is open is refused to others, in the same process as well', async () => {
  const folder = newFolder();
  const store = await openSqliteStore(folder);
  await store.append(workload.batch(1));
  const locked = { code: 'STORE_LOCKED' };
  await expect(openSqliteStore(folder)).rejects.toMatchObject(locked);
  await expect(openSqliteStore(folder, { readOnly: true })).rejects.toMatchObject(locked);
  expect(() => openEngine(folder)).toThrow(expect.objectContaining(locked));
  const program = `import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, '../../../src/store/sqlite.ts'))};
    await openSqliteStore(${JSON.stringify(folder)}).catch(({ code }) => console.log(code));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stdout.trim()).toBe('STORE_LOCKED');
  await store.append(workload.batch(2));
  await workload.audit(answersOfStore(store), 2, 2);
  await store.close();
  const reader = openEngine(folder, { readOnly: true });
  expect(() => openEngine(folder)).toThrow(expect.objectContaining(locked));
  openEngine(folder, { readOnly: true }).engine.close();
  await workload.audit(reader.answers, 2, 2);
  reader.engine.close();
  openEngine(folder).engine.close();
});

test('a store is free again when the process that had it was killed', async () => {
  const folder = newFolder();
  const program = `import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, '../../../src/store/sqlite.ts'))};
    await openSqliteStore(${JSON.stringify(folder)}); console.log('open');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await expect(openSqliteStore(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await openSqliteStore(folder)).close();
});

test('a store of a newer Kiteline is left alone', async () => {
  const folder = newFolder();
  openEngine(folder).engine.close();
  const db = new DatabaseSync(join(folder, 'history.db'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  const before = hashesOf(folder);
  await expect(openSqliteStore(folder)).rejects.toMatchObject({ code: 'STORE_VERSION' });
  expect(hashesOf(folder)).toEqual(before);
});

test('what cannot be read is set aside and told, and what is in the log is served from a new database', async () => {
  const folder = crashedStore(30, 3_000);
  writeFileSync(join(folder, 'history.db'), 'this is no database, and was never one');
  const problems: string[] = [];
  const store = await openSqliteStore(folder, { onProblem: ({ message }) => problems.push(message) });
  expect(problems.join('\n')).toMatch(/set aside as .*damaged-1\.db/);
  expect(readFileSync(join(folder, 'damaged-1.db'), 'utf8')).toMatch(/^this is no database/);
  expect(store.counts.damaged).toBeGreaterThan(0);
  await workload.auditPart(answersOfStore(store), 30);
  await store.append(workload.batch(31));
  await store.close();
  const again = await openSqliteStore(folder);
  expect((await again.acks('南')).at(0)).toMatchObject({ seq: 31 });
  await again.close();
});

test('a file that goes while the folder is measured takes nothing', () => {
  const folder = newFolder();
  const files = { ...systemFiles, list: (path: string) => [...systemFiles.list(path), 'gone.partial'] };
  const { engine } = openEngine(folder, { files });
  expect(engine.info().bytes).toBeGreaterThan(0);
  engine.close();
});
