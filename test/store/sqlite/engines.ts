/** Engines and folders for the tests beside this file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import type { KitelineError } from '../../../src/errors.ts';
import { openSqlite } from '../../../src/store/sqlite/database.ts';
import { Engine, type EngineLimits, type EngineOptions } from '../../../src/store/sqlite/engine.ts';
import { systemFiles } from '../../../src/store/sqlite/files.ts';
import { answersOf } from './answers.ts';
import { limitsOf } from './limits.ts';
import type { Answers, Workload } from './workload.ts';

export interface Opened {
  engine: Engine;
  answers: Answers;
  /** What it was told of, in order. */
  problems: KitelineError[];
  clock: ManualClock;
}

export type OpenOptions = Partial<Omit<EngineOptions, 'limits'>> & { limits?: Partial<EngineLimits> };

/** A folder that is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** For stores whose machine loses no power: nothing waits for the disk, which other processes may keep busy for minutes. */
export const UNSYNCED: OpenOptions = {
  files: { ...systemFiles, sync() {}, syncFolder() {} },
  openDatabase(path, options) {
    const db = openSqlite(path, options);
    const exec = db.exec.bind(db);
    db.exec = (sql) => exec(sql.replace('synchronous = FULL', 'synchronous = OFF'));
    return db;
  },
};

export function openEngine(folder: string, { limits, ...options }: OpenOptions = {}): Opened {
  const problems: KitelineError[] = [];
  const clock = new ManualClock();
  const engine = new Engine({
    folder,
    readOnly: false,
    limits: limitsOf(limits),
    clock,
    files: systemFiles,
    openDatabase: openSqlite,
    problem: (problem) => problems.push(problem),
    ...options,
  });
  return { engine, answers: answersOf(engine), problems, clock };
}

/** Appends batches, as the store's thread does. */
export function ingest(engine: Engine, workload: Workload, from: number, to: number): void {
  for (let n = from; n <= to; n++) {
    const { samples, texts, acks } = workload.batch(n);
    engine.append(samples.parts, texts, acks);
    engine.maintain();
  }
}
