import { cpSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KitelineError } from '../../../src/errors.ts';
import type { Engine } from '../../../src/store/sqlite/engine.ts';
import { newFolder, openEngine } from './engines.ts';
import { FailingHook, type Fault } from './faults.ts';
import { type Hook, interceptDatabase, interceptFiles, type Operation } from './intercept.ts';
import { Workload } from './workload.ts';

/** A workload in which no batch is like another, whichever are refused: the n-th that is taken is batch n. */
const small = { workload: new Workload(3), limits: { logBytes: 2_000 } }; // about four batches
/** Batches of which a few make a full chunk. */
const large = { workload: new Workload(1_300), limits: { logBytes: 200_000 } };
const BATCHES = 10;

const FILE_OPERATIONS = ['create', 'write', 'sync', 'truncate', 'close', 'remove', 'syncFolder'] as const;
const SHARES = { nothing: 0, half: 0.4, all: 1 } as const;
const TIMES = { once: 1, 'three times': 3, 'from then on': Number.POSITIVE_INFINITY } as const;

/** Offers batches, each until it is taken or there were so many refusals. @returns the last that was taken, and how many refusals */
function offer(
  { workload }: typeof small,
  engine: Engine,
  from: number,
  offers: number,
): { taken: number; refused: number } {
  let n = from;
  let refused = 0;
  for (let i = 0; i < offers; i++) {
    const { samples, texts, acks } = workload.batch(n);
    try {
      engine.append(samples.parts, texts, acks);
      n++;
    } catch (error) {
      expect(error).toBeInstanceOf(KitelineError);
      expect((error as KitelineError).code).toBe('STORE_FAILED');
      expect((error as Error).message).toMatch(/The disk is full|could not be written or read/);
      refused++;
    }
    engine.maintain();
  }
  return { taken: n - 1, refused };
}

/**
 * One fault in the life of a store: what was taken before, meanwhile and after is there once, here and after a crash
 * and after closing.
 * @returns whether the fault came to be
 */
async function liveThrough(fault: Fault, nth: number, life = small): Promise<boolean> {
  const { workload, limits } = life;
  const folder = newFolder();
  const failing = new FailingHook(fault);
  const { engine, answers, clock } = openEngine(folder, {
    limits,
    files: interceptFiles(failing.hook),
    openDatabase: interceptDatabase(failing.hook),
  });
  failing.failAt(nth);
  let { taken } = offer(life, engine, 1, BATCHES);
  const { failed } = failing;
  await workload.audit(answers, taken, taken);
  expect(engine.info().bytes).toBeLessThan(400_000 + 8 * limits.logBytes);
  const crashed = newFolder();
  cpSync(folder, crashed, { recursive: true });
  failing.stop();
  clock.advance(2_000); // it may try again
  const after = offer(life, engine, taken + 1, BATCHES);
  expect(after.refused).toBe(0);
  taken = after.taken;
  await workload.audit(answers, taken, taken);
  engine.close();
  const again = openEngine(folder);
  await workload.audit(again.answers, taken, taken);
  expect(again.problems).toEqual([]);
  again.engine.close();
  await dieThere(life, crashed, taken - BATCHES);
  return failed > 0;
}

/** The process has died during the fault: a batch that was refused is there whole or not at all. */
async function dieThere({ workload }: typeof small, folder: string, taken: number): Promise<void> {
  const { engine, answers } = openEngine(folder);
  await workload.audit(answers, taken, taken + 1);
  engine.close();
}

function faultsOf(operation: Operation): [string, Fault][] {
  const isPartial = operation === 'write' || operation === 'sync';
  return Object.entries(SHARES)
    .filter(([, share]) => isPartial || share !== SHARES.half)
    .flatMap(([done, share]) =>
      Object.entries(TIMES).map(([often, times]): [string, Fault] => [
        `${operation} fails ${often}, ${done} of it done`,
        { operation, code: share === 0 ? 'ENOSPC' : 'EIO', share, times },
      ]),
    );
}

test.each(FILE_OPERATIONS.flatMap(faultsOf))('%s: what was taken is there once', async (_, fault) => {
  let nth = 1;
  while (await liveThrough(fault, nth)) nth++;
  // A log is cut only after another failure.
  expect(nth).toBeGreaterThan(fault.operation === 'truncate' ? 0 : 1);
});

test('a write that is shorter than asked, and says so, is gone on with', async () => {
  for (const share of [0.01, 0.4, 0.99]) {
    const fault: Fault = { operation: 'write', code: 'none', share, times: Number.POSITIVE_INFINITY };
    await liveThrough(fault, 1);
  }
});

test.each([...faultsOf('run'), ...faultsOf('exec').filter(([, { share }]) => share === 0)])(
  'the database: %s: what was taken is there once',
  async (_, fault) => {
    // The statements of one checkpoint and a bit: those of the next are the same.
    for (let nth = 1; nth <= 40 && (await liveThrough(fault, nth)); nth++);
  },
);

test('what may be left of a refused batch is never found in place of a later one', async () => {
  const { workload, limits } = small;
  const folder = newFolder();
  const failing = new Set<Operation>();
  const hook: Hook = (operation, run) => {
    if (failing.has(operation)) throw Object.assign(new Error('injected'), { code: 'EIO' });
    return run();
  };
  const { engine } = openEngine(folder, { limits, files: interceptFiles(hook) });
  offer(small, engine, 1, 3);
  failing.add('sync').add('truncate').add('remove');
  const { samples } = workload.batch(99);
  expect(() => engine.append(samples.parts, [], [])).toThrow('could not be written');
  failing.delete('sync');
  expect(() => engine.checkpoint()).toThrow('injected'); // the file with what was refused in it stays
  for (let i = 0; i < 2; i++) offer(small, engine, 4 + i, 1);
  const crashed = newFolder();
  cpSync(folder, crashed, { recursive: true });
  const again = openEngine(crashed);
  await workload.audit(again.answers, 5, 5);
  again.engine.close();
  engine.close();
});

test('full chunks that could not be stored are stored later', async () => {
  const fault: Fault = { operation: 'exec', code: 'EIO', share: 0, times: 1 };
  for (let nth = 1; nth <= 12 && (await liveThrough(fault, nth, large)); nth++);
  for (let nth = 5; nth <= 65; nth += 6) await liveThrough({ ...fault, operation: 'run' }, nth, large);
});
