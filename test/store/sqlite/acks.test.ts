import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { type Ack, BOOTS_PER_BOARD } from '../../../src/store/store.ts';
import { sampleOf } from '../../suites/store.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const BOARDS = ['a', 'b', 'c'];

/** What is appended of one board and boot id: numbers rise, and each sample's value is its number. */
type Step =
  | { what: 'append'; board: number; boot: number; count: number }
  | { what: 'wait'; minutes: number }
  | { what: 'checkpoint' | 'retain' | 'restart' | 'crash' | 'damage' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant('append' as const),
      board: fc.nat(BOARDS.length - 1),
      boot: fc.nat(BOOTS_PER_BOARD + 3),
      count: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('wait' as const), minutes: fc.nat(40) }) },
  {
    weight: 5,
    arbitrary: fc.record({ what: fc.constantFrom('checkpoint', 'retain', 'restart', 'crash', 'damage') }),
  },
);

/** The store after its process was killed, and what is beside it is as it was at that moment. */
function killed(store: EngineStore): EngineStore {
  const folder = temporaryFolder();
  cpSync(store.folder, folder, { recursive: true });
  store.engine.close();
  return new EngineStore(folder, store.limits, store.clock);
}

/** The store after it was closed and the first page of its database lost. */
function damaged(store: EngineStore): EngineStore {
  store.engine.close();
  const path = join(store.folder, 'history.db');
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0, 0, 8192));
  return new EngineStore(store.folder, store.limits, store.clock);
}

test('whatever happens to a store, it knows of each board which of its samples it has, and has each once', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
    let store = new EngineStore(temporaryFolder(), { maxAge: HOUR, logBytes: 8_192 }, new ManualClock(NOW));
    const acks = new Map<string, Ack[]>(); // of each board, the newest first
    const sent = new Map<string, { at: number; value: number }[]>(); // of each board and boot id
    for (const one of steps) {
      if (one.what === 'append') {
        const [board, boot] = [BOARDS[one.board] as string, `boot ${one.boot}`];
        const known = acks.get(board) ?? [];
        const points = sent.get(`${board} ${boot}`) ?? [];
        sent.set(`${board} ${boot}`, points);
        const samples = Array.from({ length: one.count }, () => {
          const [at, value] = [store.clock.now(), points.length + 1];
          points.push({ at, value });
          return sampleOf(board, at, { [boot]: value });
        });
        const ack = { board, boot, seq: points.length };
        await store.append({ samples, acks: [ack] });
        const others = known.filter((other) => other.boot !== boot);
        acks.set(board, [ack, ...others].slice(0, BOOTS_PER_BOARD));
      } else if (one.what === 'wait') store.clock.advance(60_000 * one.minutes);
      else if (one.what === 'checkpoint') store.engine.checkpoint();
      else if (one.what === 'retain') {
        while (store.engine.retain());
        const left = (await store.boards()).map(({ board }) => board);
        for (const board of acks.keys()) if (!left.includes(board)) acks.delete(board);
      } else if (one.what === 'restart') store.reopen();
      else store = one.what === 'crash' ? killed(store) : damaged(store);
      const since = store.clock.now() - HOUR;
      for (const board of BOARDS) expect(await store.acks(board)).toEqual(acks.get(board) ?? []);
      for (const [key, points] of sent) {
        const [board, metric] = [key.slice(0, 1), key.slice(2)];
        const served = points.filter(({ at }) => at >= since);
        expect(await store.query({ board, metric, limit: 100_000 })).toEqual(served);
      }
    }
    expect((await store.check()).damage.filter((sentence) => !/set aside/.test(sentence))).toEqual([]);
    store.engine.close();
  });
  await fc.assert(property, { numRuns: 25 });
}, 120_000);
