import type { DatabaseSync } from 'node:sqlite';
import type { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { StoreCounts } from '../store.ts';
import { Catalog, type CatalogLimits, countRows } from './catalog.ts';
import { isCorrupt, type OpenDatabase, openDatabase } from './database.ts';
import { Directory } from './directory.ts';
import type { Files } from './files.ts';
import { Ingest } from './ingest.ts';
import { Log } from './log.ts';
import { Reader } from './reader.ts';
import type { State } from './rows.ts';
import { databasePath, finishSetAside, setAside } from './set-aside.ts';
import { Tables } from './tables.ts';

export interface Place {
  folder: string;
  readOnly: boolean;
  limits: CatalogLimits;
  files: Files;
  openDatabase: OpenDatabase;
  /** Told of what is damaged and of what fails beside a call, a sentence each time. */
  problem: (problem: KitelineError) => void;
}

/** A store that is open: its files, and what of them is in memory. */
export interface Opened {
  db: DatabaseSync;
  tables: Tables;
  catalog: Catalog;
  directory: Directory;
  reader: Reader;
  ingest: Ingest;
  log: Log;
  /** The number of the last commit, and of the last that the database holds. */
  commit: number;
  stored: number;
}

/**
 * Opens the database and replays the log. A database that SQLite cannot read is set aside, and what can be read of it is in a new one.
 * @param since what is older is not served
 * @param damage is told of each place that is damaged and left out
 * @throws KitelineError STORE_LOCKED, STORE_VERSION; the system's error
 */
export function openFiles(
  place: Place,
  counts: StoreCounts,
  since: number,
  damage: (sentence: string) => void,
): Opened {
  try {
    return openOnce(place, counts, since, damage);
  } catch (error) {
    if (!isCorrupt(error) || place.readOnly) throw error;
    setAside(place, counts, error);
    return openOnce(place, counts, since, damage);
  }
}

function openOnce(
  place: Place,
  counts: StoreCounts,
  since: number,
  damage: (sentence: string) => void,
): Opened {
  const path = databasePath(place.folder);
  if (!place.readOnly) finishSetAside(place.files, place.folder);
  const db = openDatabase(path, place.readOnly, place.openDatabase);
  const row = (what: string) => damage(rowSentence(path, what));
  try {
    const tables = new Tables(db, row);
    const state = tables.state();
    const stored = state.commit;
    const directory = new Directory(tables, damage);
    const catalog = new Catalog(tables, place.limits, row);
    const missing = missingRows(state, catalog);
    if (missing) damage(missingSentence(path, missing));
    const ingest = new Ingest(catalog, directory, counts);
    const log = new Log(place.files, place.folder);
    const commit = log.replay(
      stored,
      (next) => {
        try {
          ingest.apply(next, since);
        } catch (error) {
          // Written so by a fault of ours: one commit less is better than a hub that never starts again.
          damage(commitSentence(place.folder, next.number, error));
        }
      },
      damage,
    );
    return { db, tables, catalog, directory, reader: new Reader(directory), ingest, log, commit, stored };
  } catch (error) {
    db.close();
    throw error;
  }
}

function rowSentence(path: string, what: string): string {
  return say(
    `${path}: a row is damaged and left out (${what}).`,
    `${path}：有一行数据已损坏，被跳过（${what}）。`,
  );
}

/** What the tables should have and do not. */
function missingRows(state: State, catalog: Catalog): string {
  const rows = countRows(catalog);
  return (['boards', 'series', 'acks'] as const)
    .filter((table) => rows[table] !== state[table])
    .map((table) => `${table}: ${rows[table]}/${state[table]}`)
    .join(', ');
}

function missingSentence(path: string, what: string): string {
  return say(
    `${path}: not every row is there and whole (${what}): what belongs to the others is left out.`,
    `${path}：有些数据行缺失或损坏（${what}）：与其相关的内容被跳过。`,
  );
}

function commitSentence(folder: string, number: number, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return say(
    `${folder}: commit ${number} of the log makes no sense and is left out (${why}).`,
    `${folder}：日志中的第 ${number} 次提交无法理解，被跳过（${why}）。`,
  );
}
