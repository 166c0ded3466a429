import { dirname } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { Files } from './files.ts';

/** A transaction takes some milliseconds, and they are seconds apart. */
const ATTEMPTS = 100;

let number = 0;

/**
 * Copies a database while it is used into a new file, which bears its name only when it is whole.
 * @throws KitelineError BAD_ARGUMENT when there is such a file, STORE_FAILED when it cannot be written
 */
export async function backupTo(db: DatabaseSync, file: string, files: Files): Promise<void> {
  if (files.exists(file)) throw existsError(file);
  const partial = `${file}.${process.pid}-${++number}.partial`;
  try {
    await copy(db, partial);
    if (files.exists(file)) throw existsError(file);
    files.rename(partial, file);
    files.syncFolder(dirname(file));
  } catch (error) {
    for (const end of ['', '-journal', '-wal', '-shm']) removeIfPossible(files, `${partial}${end}`);
    throw error instanceof KitelineError ? error : failedError(file, error);
  }
}

/**
 * Node ends a backup whose first step meets a transaction of ours with SQLite's code 0, "not an error": it did not begin, and is
 * begun again.
 */
async function copy(db: DatabaseSync, file: string): Promise<void> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      await backup(db, file);
      return;
    } catch (error) {
      if (left === 0 || !db.isOpen || (error as { errcode?: number }).errcode !== 0) throw error;
      await setImmediate();
    }
  }
}

function removeIfPossible(files: Files, path: string): void {
  try {
    files.remove(path);
  } catch {
    // what is wrong with the disk is told by the error that brought us here
  }
}

function existsError(file: string): KitelineError {
  return new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${file} exists already: a backup never writes over a file.`,
      `${file} 已存在：备份不会覆盖已有文件。`,
    ),
  );
}

function failedError(file: string, cause: unknown): KitelineError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KitelineError(
    'STORE_FAILED',
    say(`The backup ${file} could not be written: ${why}.`, `无法写入备份 ${file}：${why}。`),
    { cause },
  );
}
