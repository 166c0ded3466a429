import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Batch, StoredSample } from '../../src/store/store.ts';
import type { Value } from '../../src/wire/index.ts';
import { type Outcome, start } from './cli.ts';
import { startUp, stop } from './up-hub.ts';

/** When the first samples are of: 2026-07-30T14:00Z. */
export const T = Date.UTC(2026, 6, 30, 14);

export function sample(
  metric: string,
  value: Value,
  at: number,
  unit?: string,
  board = 'pump',
): StoredSample {
  const units = unit === undefined ? {} : { units: new Map([[metric, unit]]) };
  return { board, at, values: new Map([[metric, value]]), ...units };
}

/** Of three kinds, and a text. */
export const SOME: Batch = {
  samples: [20, 21.5, 22, 23].flatMap((temp, at) => [
    sample('temp', temp, T + 60_000 * at, 'Cel'),
    sample('on', at === 1, T + 60_000 * at),
    sample('state', ['idle', 'idle', '=1+1', '满, "full"'][at] ?? '', T + 60_000 * at),
  ]),
  texts: [{ board: '灯', at: T, text: 'two\nlines' }],
};

/** A folder with a history in its data folder, and commands that run in it; gone after the test. */
export async function stored(...batches: Batch[]) {
  const folder = await mkdtemp(join(tmpdir(), 'kiteline stored '));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = await openSqliteStore(join(folder, 'kiteline-data/store'));
  for (const batch of batches) await store.append(batch);
  await store.close();
  const here = (args: string[], env: Record<string, string> = {}): Promise<Outcome> => {
    const program = start(args, { TZ: 'UTC', COLUMNS: '60', ...env }, folder);
    program.child.stdin?.end();
    return program.ended;
  };
  return { folder, here, path: (name: string) => join(folder, name) };
}

/** Runs what must be the same with the folder alone and with a hub that has it open. */
export async function bothWays<T>(folder: string, work: () => Promise<T>): Promise<{ alone: T; hub: T }> {
  const alone = await work();
  const hub = await startUp(folder);
  try {
    return { alone, hub: await work() };
  } finally {
    await stop(hub);
  }
}
