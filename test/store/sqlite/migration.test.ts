import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { MIGRATIONS, openDatabase, openSqlite } from '../../../src/store/sqlite/database.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { sampleOf } from '../../suites/store.ts';
import { temporaryFolder } from './engine-store.ts';

const FIRST = ['CREATE TABLE one (x)'];
const THIRD = [...FIRST, 'CREATE TABLE two (x); INSERT INTO two VALUES (7)', 'ALTER TABLE two ADD COLUMN y'];

const versionOf = (db: DatabaseSync) => db.prepare('PRAGMA user_version').get()?.user_version;

test('a store of an older version is brought up step by step, and keeps what it has', () => {
  const path = join(temporaryFolder(), 'history.db');
  const old = openDatabase(path, false, openSqlite, FIRST);
  old.exec('INSERT INTO one VALUES (1)');
  old.close();
  for (let round = 0; round < 2; round++) {
    const db = openDatabase(path, false, openSqlite, THIRD);
    expect(versionOf(db)).toBe(3);
    expect({ ...db.prepare('SELECT * FROM one, two').get() }).toMatchObject({ x: 7, y: null });
    db.close();
  }
});

test('a step that fails leaves the version before it, whole, and can be taken again', () => {
  const path = join(temporaryFolder(), 'history.db');
  const broken = [...THIRD.slice(0, 2), 'CREATE TABLE three (x); INSERT INTO nowhere VALUES (1)'];
  openDatabase(path, false, openSqlite, FIRST).close();
  expect(() => openDatabase(path, false, openSqlite, broken)).toThrow('nowhere');
  const raw = new DatabaseSync(path);
  expect(versionOf(raw)).toBe(2);
  expect(raw.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'three'").get()?.n).toBe(0);
  raw.close();
  const db = openDatabase(path, false, openSqlite, THIRD);
  expect(versionOf(db)).toBe(3);
  db.close();
});

test('a store that is opened to be read is not brought up, and says what would', () => {
  const path = join(temporaryFolder(), 'history.db');
  openDatabase(path, false, openSqlite, FIRST).close();
  const refusal = expect.objectContaining({
    code: 'STORE_VERSION',
    message: expect.stringContaining('format 1'),
  });
  expect(() => openDatabase(path, true, openSqlite, THIRD)).toThrow(refusal);
  const raw = new DatabaseSync(path);
  expect(versionOf(raw)).toBe(1);
  raw.close();
});

test.each([false, true])(
  'a store of a newer version is refused and left as it is (read only: %s)',
  async (readOnly) => {
    const folder = temporaryFolder();
    const store = await openSqliteStore(folder);
    await store.append({ samples: [sampleOf('a', 1, { x: 1 })] });
    await store.close();
    const path = join(folder, 'history.db');
    const newer = new DatabaseSync(path);
    newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    newer.close();
    await expect(openSqliteStore(folder, { readOnly })).rejects.toMatchObject({ code: 'STORE_VERSION' });
    const again = new DatabaseSync(path);
    expect(versionOf(again)).toBe(MIGRATIONS.length + 1);
    again.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    again.close();
    const same = await openSqliteStore(folder);
    expect(await same.query({ board: 'a', metric: 'x' })).toEqual([{ at: 1, value: 1 }]);
    await same.close();
  },
);
