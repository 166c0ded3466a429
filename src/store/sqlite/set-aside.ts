import { join } from 'node:path';
import type { StoreCounts } from '../store.ts';
import { openDatabase } from './database.ts';
import type { Files } from './files.ts';
import { baseOf } from './log.ts';
import type { Place } from './opening.ts';
import { type Salvaged, salvage } from './salvage.ts';
import { Tables } from './tables.ts';
import { setAsideSentence } from './trouble.ts';

/** What SQLite keeps beside a database. */
const BESIDE = ['-wal', '-shm'];
const SALVAGED = 'salvaged.db';

export const databasePath = (folder: string): string => join(folder, 'history.db');

/**
 * Moves a database that SQLite cannot read out of the way, for somebody to look at, and puts a new one in its place with all
 * that can be read from its pages. It must be closed.
 */
export function setAside(place: Place, counts: StoreCounts, error: unknown): void {
  const { files, folder, problem } = place;
  const path = databasePath(folder);
  const salvaged = salvageInto(place, join(folder, SALVAGED));
  const names = files.list(folder);
  let number = 1;
  while (names.includes(`damaged-${number}.db`)) number++;
  const to = join(folder, `damaged-${number}.db`);
  for (const end of BESIDE) {
    if (names.includes(`history.db${end}`)) files.rename(`${path}${end}`, `${to}${end}`);
  }
  files.rename(path, to);
  if (salvaged) files.rename(join(folder, SALVAGED), path);
  files.syncFolder(folder);
  counts.damaged++;
  problem(setAsideSentence(to, error, salvaged));
}

/**
 * After a crash between the last two renames: what was salvaged is whole, and takes its place. Before that it may be any part,
 * and is done anew.
 */
export function finishSetAside(files: Files, folder: string): void {
  const names = files.list(folder);
  if (names.includes('history.db')) removeSalvaged(files, folder, names);
  else if (names.includes(SALVAGED)) files.rename(join(folder, SALVAGED), databasePath(folder));
}

function removeSalvaged(files: Files, folder: string, names: readonly string[]): void {
  for (const end of ['', ...BESIDE]) {
    if (names.includes(`${SALVAGED}${end}`)) files.remove(join(folder, `${SALVAGED}${end}`));
  }
}

/** @returns undefined when that fails, on a full disk for one: the damaged file is kept, and the hub goes on */
function salvageInto({ folder, files, openDatabase: open }: Place, path: string): Salvaged | undefined {
  const remove = () => removeSalvaged(files, folder, files.list(folder));
  try {
    remove();
    const db = openDatabase(path, false, open);
    try {
      const tables = new Tables(db, () => {});
      const salvaged = salvage(databasePath(folder), db, tables, baseOf(files, folder));
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return salvaged;
    } finally {
      db.close();
    }
  } catch {
    remove();
    return undefined;
  }
}
