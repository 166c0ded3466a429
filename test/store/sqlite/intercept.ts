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
 * @param writePart of a write: does that much of it, and says how many bytes that were
 */
export type Hook = <T>(operation: Operation, run: () => T, writePart?: (share: number) => number) => T;

export function interceptFiles(hook: Hook, files: Files = systemFiles): Files {
  return {
    ...files,
    create: (path) => hook('create', () => files.create(path)),
    write: (file, parts) =>
      hook(
        'write',
        () => files.write(file, parts),
        (share) => {
          const all = Buffer.concat(parts);
          return files.write(file, [all.subarray(0, Math.floor(share * all.length))]);
        },
      ),
    sync: (file) => hook('sync', () => files.sync(file)),
    truncate: (file, size) => hook('truncate', () => files.truncate(file, size)),
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
    this.#hook('exec', () => super.exec(sql));
  }

  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql);
    const run = statement.run.bind(statement) as (...values: never[]) => ReturnType<StatementSync['run']>;
    statement.run = (...values: unknown[]) => this.#hook('run', () => run(...(values as never[])));
    return statement;
  }
}
