import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';

/** Opens an SQLite file; a test gives one whose statements fail. */
export type OpenDatabase = (path: string, options: { readOnly: boolean }) => DatabaseSync;

export const openSqlite: OpenDatabase = (path, { readOnly }) =>
  readOnly ? new ReadOnlyDatabase(path) : new DatabaseSync(path, { timeout: 0 });

/** Leaves no file behind that was not there: SQLite needs two beside the database, if it is only to read it as well. */
class ReadOnlyDatabase extends DatabaseSync {
  readonly #added: string[];

  constructor(path: string) {
    super(isAtRest(path) ? immutable(path) : path, { readOnly: true, timeout: 0 });
    this.#added = [`${path}-wal`, `${path}-shm`].filter((file) => !existsSync(file));
  }

  override close(): void {
    // Before it is closed: until then its lock keeps out whoever would write into them.
    for (const file of this.#added) {
      try {
        rmSync(file, { force: true });
      } catch {
        // Windows removes no open file; an empty one does no harm
      }
    }
    super.close();
  }
}

/**
 * Whether the database is in a folder that we may only read, where SQLite can have neither its lock nor its log, and is
 * read without: nobody has it open who left the log that a hub has as long as it runs, or was killed.
 */
function isAtRest(path: string): boolean {
  if (existsSync(`${path}-wal`)) return false;
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/** As SQLite names a file that does not change (sqlite.org/uri.html). */
function immutable(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

/**
 * How each version of the tables is made from the one before; the version is the database's `user_version`. Only ever
 * appended to. Times are milliseconds since 1970 UTC; `crc` is a CRC32 of the row's other columns (checksum.ts).
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Up to which commit the database holds what was committed: the log is replayed from there.
  -- The others are how many rows the tables have: a page that SQLite can read, but without some of its rows, is missed nowhere else.
  CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1), last_commit REAL NOT NULL, boards INTEGER NOT NULL, series INTEGER NOT NULL,
    acks INTEGER NOT NULL, texts INTEGER NOT NULL, crc INTEGER NOT NULL);
  INSERT INTO state VALUES (1, 0, 0, 0, 0, 0, 3924573617);
  CREATE TABLE boards (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last_at REAL NOT NULL, crc INTEGER NOT NULL);
  -- latest: JSON. next_no: of the chunk that is not full; tail: whether it has a row. chunks: the rows of the table below.
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, board INTEGER NOT NULL, metric TEXT NOT NULL, unit TEXT,
    points INTEGER NOT NULL, first_at REAL NOT NULL, last_at REAL NOT NULL, latest TEXT NOT NULL,
    next_no INTEGER NOT NULL, tail INTEGER NOT NULL, chunks INTEGER NOT NULL, crc INTEGER NOT NULL,
    UNIQUE (board, metric));
  -- count: points, of any kind; numbers: those of which min, max and sum are. data: the row of the table below, data_crc: its checksum.
  CREATE TABLE chunks (
    series INTEGER NOT NULL, no INTEGER NOT NULL, first_at REAL NOT NULL, last_at REAL NOT NULL,
    count INTEGER NOT NULL, numbers INTEGER NOT NULL, min REAL, max REAL, sum REAL,
    data INTEGER NOT NULL, data_crc INTEGER NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (series, no)) WITHOUT ROWID;
  CREATE INDEX chunks_by_age ON chunks (last_at);
  -- Whose chunk it is stands here as well, so that it can be told where the table above is lost.
  CREATE TABLE chunk_data (
    id INTEGER PRIMARY KEY, series INTEGER NOT NULL, no INTEGER NOT NULL, data BLOB NOT NULL, crc INTEGER NOT NULL);
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
 * Opens the database in `path` for this process alone, and brings it to the newest version; opened to be read, it must have it.
 * @param migrations other ones for a test
 * @throws KitelineError STORE_LOCKED, STORE_VERSION; else SQLite's error
 */
export function openDatabase(
  path: string,
  readOnly: boolean,
  open: OpenDatabase,
  migrations = MIGRATIONS,
): DatabaseSync {
  const db = open(path, { readOnly });
  try {
    // The lock is the system's: it goes with the process, however that ends.
    if (readOnly) {
      db.exec('SELECT count(*) FROM sqlite_schema'); // whoever has it open for reading alone still keeps a hub out
    } else {
      db.exec('PRAGMA locking_mode = EXCLUSIVE');
      refuseNewer(db, path, migrations); // before anything is written
      db.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
      db.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -16384');
      db.exec('BEGIN IMMEDIATE; COMMIT');
    }
    migrate(db, path, readOnly, migrations);
    return db;
  } catch (error) {
    db.close();
    throw isLocked(error) ? lockedError(path, error) : error;
  }
}

/** @returns the version of the tables */
function refuseNewer(db: DatabaseSync, path: string, migrations: readonly string[]): number {
  const version = Number(Object.values(db.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (version > migrations.length) throw newerError(path, version, migrations.length);
  return version;
}

function migrate(db: DatabaseSync, path: string, readOnly: boolean, migrations: readonly string[]): void {
  const version = refuseNewer(db, path, migrations);
  if (readOnly && version < migrations.length)
    throw version === 0 ? new DamagedDatabase('it is empty') : olderError(path, version, migrations.length);
  for (let next = version; next < migrations.length; next++) {
    transaction(db, () => {
      db.exec(migrations[next] as string);
      db.exec(`PRAGMA user_version = ${next + 1}`);
    });
  }
  if (schemaOf(db) !== newestSchema(migrations))
    throw new DamagedDatabase('its tables are not as Kiteline makes them');
}

/** The database can be read, and what it says makes no sense. */
export class DamagedDatabase extends Error {}

/** The tables as SQLite keeps them: a damaged name or type would fail much later, or never. */
function schemaOf(db: DatabaseSync): string {
  const rows = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all();
  return JSON.stringify(rows);
}

function newestSchema(migrations: readonly string[]): string {
  const db = new DatabaseSync(':memory:');
  for (const migration of migrations) db.exec(migration);
  const schema = schemaOf(db);
  db.close();
  return schema;
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

/** Whether the file is damaged in a way that cannot be read over. */
export const isCorrupt = (error: unknown): boolean =>
  error instanceof DamagedDatabase || [CORRUPT, NOT_A_DATABASE].includes(codeOf(error));

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

function newerError(path: string, version: number, newest: number): KitelineError {
  return new KitelineError(
    'STORE_VERSION',
    say(
      `${path} was written by a newer Kiteline (format ${version}, this one reads up to ${newest}): update Kiteline, or use another folder.`,
      `${path} 由更新版本的 Kiteline 写入（格式 ${version}，本版本最高支持 ${newest}）：请更新 Kiteline，或换一个文件夹。`,
    ),
  );
}

function olderError(path: string, version: number, newest: number): KitelineError {
  return new KitelineError(
    'STORE_VERSION',
    say(
      `${path} was written by an older Kiteline (format ${version}, now it is ${newest}), and is opened to be read only: a hub that runs with this folder once brings it up.`,
      `${path} 由旧版本的 Kiteline 写入（格式 ${version}，当前为 ${newest}），而现在以只读方式打开：用该文件夹运行一次中枢即可升级。`,
    ),
  );
}
