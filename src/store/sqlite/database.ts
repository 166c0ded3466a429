import { DatabaseSync } from 'node:sqlite';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';

/** Opens an SQLite file; a test gives one whose statements fail. */
export type OpenDatabase = (path: string, options: { readOnly: boolean }) => DatabaseSync;

export const openSqlite: OpenDatabase = (path, { readOnly }) =>
  new DatabaseSync(path, { readOnly, timeout: 0 });

/**
 * How each version of the tables is made from the one before; the version is the database's `user_version`. Only ever
 * appended to. Times are milliseconds since 1970 UTC; `crc` is a CRC32 of the row's other columns (checksum.ts).
 */
const MIGRATIONS: readonly string[] = [
  `
  -- Up to which commit the database holds what was committed: the log is replayed from there.
  CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), last_commit REAL NOT NULL, crc INTEGER NOT NULL);
  INSERT INTO state VALUES (1, 0, 0);
  CREATE TABLE boards (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last_at REAL NOT NULL, crc INTEGER NOT NULL);
  -- latest: JSON. next_no: of the chunk that is not full; tail: whether it has a row. chunks: the rows of the table below.
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, board INTEGER NOT NULL, metric TEXT NOT NULL, unit TEXT,
    points INTEGER NOT NULL, first_at REAL NOT NULL, last_at REAL NOT NULL, latest TEXT NOT NULL,
    next_no INTEGER NOT NULL, tail INTEGER NOT NULL, chunks INTEGER NOT NULL, crc INTEGER NOT NULL,
    UNIQUE (board, metric));
  -- count: points, of any kind; numbers: those of which min, max and sum are.
  CREATE TABLE chunks (
    series INTEGER NOT NULL, no INTEGER NOT NULL, first_at REAL NOT NULL, last_at REAL NOT NULL,
    count INTEGER NOT NULL, numbers INTEGER NOT NULL, min REAL, max REAL, sum REAL,
    data INTEGER NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (series, no)) WITHOUT ROWID;
  CREATE INDEX chunks_by_age ON chunks (last_at);
  CREATE TABLE chunk_data (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE texts (
    id INTEGER PRIMARY KEY, board INTEGER NOT NULL, at REAL NOT NULL, text TEXT NOT NULL, crc INTEGER NOT NULL);
  CREATE INDEX texts_by_board ON texts (board, at, id);
  -- place: rises with every change, so that the newest boot ids can be told.
  CREATE TABLE acks (
    board INTEGER NOT NULL, boot TEXT NOT NULL, seq INTEGER NOT NULL, place INTEGER NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY (board, boot)) WITHOUT ROWID;
  `,
];

/** SQLite's result codes (sqlite.org/rescode.html), the lower eight bits. */
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/**
 * Opens the database in `path` for this process alone, and brings it to the newest version.
 * @throws KitelineError STORE_LOCKED, STORE_VERSION; else SQLite's error
 */
export function openDatabase(path: string, readOnly: boolean, open: OpenDatabase): DatabaseSync {
  const db = open(path, { readOnly });
  try {
    // The lock is the system's: it goes with the process, however that ends. Without it there would be shared memory, too.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    if (readOnly) {
      db.exec('BEGIN; SELECT count(*) FROM sqlite_schema; COMMIT');
    } else {
      db.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
      db.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -16384');
      db.exec('BEGIN IMMEDIATE; COMMIT');
    }
    migrate(db, path, readOnly);
    return db;
  } catch (error) {
    db.close();
    throw isLocked(error) ? lockedError(path, error) : error;
  }
}

function migrate(db: DatabaseSync, path: string, readOnly: boolean): void {
  const version = Number(Object.values(db.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (version > MIGRATIONS.length) throw versionError(path, version);
  if (readOnly) return;
  for (let next = version; next < MIGRATIONS.length; next++) {
    transaction(db, () => {
      db.exec(MIGRATIONS[next] as string);
      db.exec(`PRAGMA user_version = ${next + 1}`);
    });
  }
}

/** All of `work` or nothing of it. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // After some errors SQLite has rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Whether the file is damaged in a way that SQLite itself cannot read over. */
export const isCorrupt = (error: unknown): boolean => [CORRUPT, NOT_A_DATABASE].includes(codeOf(error));

const isLocked = (error: unknown): boolean => [BUSY, LOCKED].includes(codeOf(error));

function codeOf(error: unknown): number {
  if (systemCode(error) !== 'ERR_SQLITE_ERROR') return 0;
  return Number((error as { errcode?: number }).errcode) & 0xff;
}

function lockedError(path: string, cause: unknown): KitelineError {
  return new KitelineError(
    'STORE_LOCKED',
    say(
      `${path} is in use by another process, a hub most likely: stop it, or ask it instead (--hub).`,
      `${path} 正被另一个进程使用，很可能是一个中枢：请停止它，或改为向它查询（--hub）。`,
    ),
    { cause },
  );
}

function versionError(path: string, version: number): KitelineError {
  return new KitelineError(
    'STORE_VERSION',
    say(
      `${path} was written by a newer Kiteline (format ${version}, this one reads up to ${MIGRATIONS.length}): update Kiteline, or use another folder.`,
      `${path} 由更新版本的 Kiteline 写入（格式 ${version}，本版本最高支持 ${MIGRATIONS.length}）：请更新 Kiteline，或换一个文件夹。`,
    ),
  );
}
