/** The store's files and database with a hook before every operation, which may let it happen, fail it, or end the process. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { OpenDatabase } from '../../../src/store/sqlite/database.ts';
import { type Files, systemFiles } from '../../../src/store/sqlite/files.ts';

export type FileOperation =
  | 'create'
  | 'write'
  | 'sync'
  | 'truncate'
  | 'close'
  | 'rename'
  | 'remove'
  | 'syncFolder';
export type Operation = FileOperation | 'exec' | 'run';

/**
 * @param run does it
 * @param part does that much of it: of a write, and says how many bytes that were; of a sync, what is not kept is lost
 */
export type Hook = <T>(operation: Operation, run: () => T, part?: (share: number) => number) => T;

export function interceptFiles(hook: Hook, files: Files = systemFiles): Files {
  const sizes = new Map<number, { written: number; synced: number }>();
  const sizeOf = (file: number) => {
    const known = sizes.get(file) ?? { written: 0, synced: 0 };
    sizes.set(file, known);
    return known;
  };
  const written = (file: number, count: number): number => {
    sizeOf(file).written += count;
    return count;
  };
  return {
    ...files,
    create(path) {
      const file = hook('create', () => files.create(path));
      sizes.delete(file);
      return file;
    },
    write: (file, parts) =>
      hook(
        'write',
        () => written(file, files.write(file, parts)),
        (share) => {
          const all = Buffer.concat(parts);
          return written(file, files.write(file, [all.subarray(0, Math.floor(share * all.length))]));
        },
      ),
    sync(file) {
      const size = sizeOf(file);
      const truncate = (to: number) => {
        files.truncate(file, to);
        size.written = to;
        return to;
      };
      const part = (share: number) =>
        truncate(size.synced + Math.floor(share * (size.written - size.synced)));
      hook('sync', () => files.sync(file), part);
      size.synced = size.written;
    },
    truncate: (file, size) =>
      hook('truncate', () => {
        files.truncate(file, size);
        sizeOf(file).written = size;
      }),
    close: (file) => hook('close', () => files.close(file)),
    rename: (from, to) => hook('rename', () => files.rename(from, to)),
    remove: (path) => hook('remove', () => files.remove(path)),
    syncFolder: (folder) => hook('syncFolder', () => files.syncFolder(folder)),
  };
}

export function interceptDatabase(hook: Hook): OpenDatabase {
  return (path, { readOnly }) => new Intercepted(path, { readOnly, timeout: 0 }, hook);
}

class Intercepted extends DatabaseSync {
  readonly #hook: Hook;

  constructor(path: string, options: { readOnly: boolean; timeout: number }, hook: Hook) {
    super(path, options);
    this.#hook = hook;
  }

  override exec(sql: string): void {
    if (sql === 'ROLLBACK')
      super.exec(sql); // it does not fail: what it undoes was never written
    else this.#hook('exec', () => super.exec(sql));
  }

  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql);
    const run = statement.run.bind(statement) as (...values: never[]) => ReturnType<StatementSync['run']>;
    statement.run = (...values: unknown[]) => this.#hook('run', () => run(...(values as never[])));
    return statement;
  }
}
