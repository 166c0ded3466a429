import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writevSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../errors.ts';

/**
 * What the log asks of the file system, in one place, so that a test can make any of it fail. Every method throws the
 * system's error.
 */
export interface Files {
  /** A new file to append to. @returns its descriptor */
  create(path: string): number;
  /** @returns how many bytes were written: it may be fewer than asked */
  write(file: number, parts: readonly Uint8Array[]): number;
  /** Returns when what was written survives a loss of power. */
  sync(file: number): void;
  truncate(file: number, size: number): void;
  close(file: number): void;
  read(path: string): Buffer;
  size(path: string): number;
  exists(path: string): boolean;
  /** Names in a folder. */
  list(folder: string): string[];
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Returns when the folder's list of names survives a loss of power. */
  syncFolder(folder: string): void;
}

export const systemFiles: Files = {
  create: (path) => openSync(path, 'ax'),
  write: (file, parts) => writevSync(file, parts as Uint8Array[]),
  sync: (file) => fdatasyncSync(file),
  truncate: (file, size) => ftruncateSync(file, size),
  close: (file) => closeSync(file),
  read: (path) => readFileSync(path),
  size: (path) => statSync(path).size,
  exists: (path) => existsSync(path),
  list: (folder) => readdirSync(folder),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
  syncFolder(folder) {
    if (process.platform === 'win32') return; // there a folder cannot be opened, and NTFS journals names itself
    const file = openSync(folder, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
};

/** What the files of a folder take; one that is gone by the time it is looked at, as a backup's may be, takes nothing. */
export function folderBytes(files: Files, folder: string): number {
  let bytes = 0;
  for (const name of files.list(folder)) {
    try {
      bytes += files.size(join(folder, name));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
  return bytes;
}
