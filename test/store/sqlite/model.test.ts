import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bucket } from '../../../src/store/buckets.ts';
import { MemoryStore } from '../../../src/store/memory.ts';
import type { Point, Store } from '../../../src/store/store.ts';
import { BOARDS, METRICS, Model, type Question, type Step, steps } from '../model.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

const RUNS = Number(process.env.KITELINE_MODEL_RUNS ?? 40);

/** Long rows of points are compared by themselves, which is faster than `toEqual` is; that says what differs. */
function expectPoints(points: readonly Point[], expected: readonly Point[]): void {
  const same = ({ at, value }: Point, i: number) =>
    at === expected[i]?.at && Object.is(value, expected[i]?.value);
  if (points.length !== expected.length || !points.every(same)) expect(points).toEqual(expected);
}

function expectBuckets(buckets: readonly Bucket[], expected: readonly Bucket[]): void {
  // A chunk's sum is added as a whole, so sums differ by rounding; of huge numbers they can be anything.
  const withoutMean = (row: readonly Bucket[]) =>
    row.map(({ mean, ...rest }) =>
      mean === undefined ? rest : { ...rest, min: Number(rest.min) + 0, max: Number(rest.max) + 0 },
    );
  expect(withoutMean(buckets)).toEqual(withoutMean(expected));
  buckets.forEach(({ min = 0, max = 0, mean }, i) => {
    const size = Math.max(Math.abs(min), Math.abs(max));
    if (mean === undefined) expect(expected[i]?.mean).toBeUndefined();
    else if (size < 1e15) expect(Math.abs(mean - (expected[i]?.mean ?? 0))).toBeLessThanOrEqual(1e-9 * size);
    else expect(mean >= min && mean <= max).toBe(true);
  });
}

async function expectAnswers(
  store: Store,
  model: Model,
  { board, metric, from, to, limit, skip }: Question,
): Promise<void> {
  const range = model.range(board, metric, from, to);
  const bounds = { board, metric, from, to };
  expectPoints(await store.query({ ...bounds, limit }), range.slice(-limit));
  const given = Math.min(skip, range.findLastIndex(({ at }) => at === from) + 1);
  const oldest = { from, to, limit, keep: 'oldest' as const, skip };
  if (from < to)
    expectPoints(await store['_query'](board, metric, oldest), range.slice(given, given + limit));
  if (from < to && Number.isFinite(to - from))
    expectBuckets(
      await store.buckets({ ...bounds, buckets: limit }),
      model.buckets(board, metric, from, to, limit),
    );
}

async function expectEverything(store: Store, model: Model): Promise<void> {
  const lastAts = [...model.boards].map(([board, { lastAt, series }]) => ({
    board,
    series: series.size,
    lastAt: Number.isFinite(lastAt) ? lastAt : 0,
  }));
  const boards = await store.boards();
  expect(boards.toSorted((a, b) => (a.board < b.board ? -1 : 1))).toEqual(
    lastAts.toSorted((a, b) => (a.board < b.board ? -1 : 1)),
  );
  let [points, series, texts] = [0, 0, 0];
  for (const name of BOARDS) {
    const board = name.toWellFormed();
    expect(await store.series(name)).toEqual(model.series(board));
    expect(await store.latest(name)).toEqual(model.latest(board));
    expect(await store.texts({ board: name, limit: 1000 })).toEqual(model.texts(board));
    expect(await store.texts({ board: name, limit: 2 })).toEqual(model.texts(board).slice(-2));
    expect(await store.acks(name)).toEqual(model.boards.get(board)?.acks ?? []);
    texts += model.texts(board).length;
    for (const metric of METRICS) {
      const seen: Point[] = [];
      for await (const page of store.points({ board: name, metric })) seen.push(...page);
      expectPoints(seen, model.points(board, metric));
      const [first, last] = [seen[0]?.at ?? 0, seen.at(-1)?.at ?? 0];
      const buckets = await store.buckets({ board: name, metric, buckets: 7 });
      expectBuckets(buckets, model.buckets(board, metric, first, last + 1, 7));
      points += seen.length;
    }
    series += model.series(board).length;
  }
  expect(await store.info()).toMatchObject({ boards: boards.length, series, points, texts });
  expect(await store.check()).toEqual({ points, texts, damage: [] });
}

async function go(store: Store, all: readonly Step[], engine?: EngineStore): Promise<void> {
  const model = new Model();
  for (const step of all) {
    if (step === 'checkpoint') engine?.engine.checkpoint();
    else if (step === 'reopen') engine?.reopen();
    else if ('ask' in step)
      await expectAnswers(store, model, { ...step.ask, board: step.ask.board.toWellFormed() });
    else {
      await store.append(step.append);
      model.append(step.append);
    }
  }
  await expectEverything(store, model);
  if (!engine) return;
  engine.reopen();
  await expectEverything(store, model);
  expect(engine.problems).toEqual([]);
}

test('the SQLite store answers as sorted arrays would, whatever comes in whatever order', {
  timeout: 600_000,
}, async () => {
  const property = fc.asyncProperty(steps, async (all) => {
    const store = new EngineStore(temporaryFolder());
    try {
      await go(store, all, store);
    } finally {
      await store.close();
    }
  });
  await fc.assert(property, { numRuns: RUNS });
});

test('the memory store answers the same', { timeout: 600_000 }, async () => {
  const property = fc.asyncProperty(steps, async (all) => {
    await go(new MemoryStore({ pointsPerSeries: 1e6, textsPerBoard: 1e6, bytes: 1e9 }), all);
  });
  await fc.assert(property, { numRuns: RUNS });
});
