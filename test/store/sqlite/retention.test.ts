import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { Layout, PackedSamples } from '../../../src/store/packed.ts';
import type { Point } from '../../../src/store/store.ts';
import { sampleOf } from '../../suites/store.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

/** Points one a second from `from` on, whose values say which they are. */
function run(
  board: string,
  metric: string,
  from: number,
  count: number,
  value = (i: number) => i,
): PackedSamples {
  const packed = new PackedSamples();
  const layout = new Layout(board, [metric]);
  for (let i = 0; i < count; i++) packed.add(layout, from + 1000 * i, [value(i)]);
  return packed;
}

async function allPoints(store: EngineStore, board: string, metric: string): Promise<Point[]> {
  const points: Point[] = [];
  for await (const page of store.points({ board, metric })) points.push(...page);
  return points;
}

function retainAll(store: EngineStore): void {
  let rounds = 0;
  while (store.engine.retain()) if (++rounds > 1_000) throw new Error('retention never ends');
}

/** What it says of itself is what it holds, before and after it is opened again. */
async function expectConsistent(store: EngineStore): Promise<void> {
  for (let round = 0; round < 2; round++) {
    let points = 0;
    for (const { board } of await store.boards()) {
      for (const { metric, points: count, from, to } of await store.series(board)) {
        const all = await allPoints(store, board, metric);
        expect([all.length, all[0]?.at, all.at(-1)?.at]).toEqual([count, from, to]);
        points += count;
      }
    }
    const info = await store.info();
    expect(info.points).toBe(points);
    expect(await store.check()).toEqual({ points, texts: info.texts, damage: [] });
    store.reopen();
  }
  expect(store.problems.filter(({ message }) => !message.includes('older than anything'))).toEqual([]);
}

test('points that are too old are served no more from that moment on, by any question', async () => {
  const clock = new ManualClock(NOW);
  const store = new EngineStore(temporaryFolder(), { maxAge: HOUR }, clock);
  await store.append({
    samples: run('a', 'x', NOW - HOUR, 100),
    texts: [{ board: 'a', at: NOW - HOUR, text: 'old' }],
  });
  await store.append({ samples: [sampleOf('a', NOW - HOUR + 20_000, { y: 1 })] });
  expect(await store.query({ board: 'a', metric: 'x' })).toHaveLength(100);
  for (const isStored of [false, true]) {
    if (isStored) store.engine.checkpoint();
    clock.advance(25_000);
    const since = clock.now() - HOUR;
    const rest = 100 - (since - (NOW - HOUR)) / 1000;
    const ask = { board: 'a', metric: 'x' };
    expect(await store.query({ ...ask, limit: 1000 })).toHaveLength(rest);
    expect(await allPoints(store, 'a', 'x')).toHaveLength(rest);
    const counts = async (query: object) =>
      (await store.buckets({ ...ask, ...query })).reduce((sum, { count }) => sum + count, 0);
    expect(await counts({})).toBe(rest);
    expect(await counts({ from: 0, buckets: 1 })).toBe(rest);
    expect((await store.latest('a')).map(({ metric }) => metric)).toEqual(['x']);
    expect((await store.series('a')).map(({ metric, from }) => [metric, from])).toEqual([['x', since]]);
    expect(await store.texts({ board: 'a' })).toEqual([]);
  }
  await store.close();
});

test('series and boards of which nothing is left disappear, and come back as new ones', async () => {
  const clock = new ManualClock(NOW);
  const store = new EngineStore(temporaryFolder(), { maxAge: HOUR }, clock);
  const texts = [{ board: 'c', at: NOW, text: 'hello' }];
  await store.append({
    samples: run('a', 'x', NOW, 5_000),
    texts,
    acks: [{ board: 'a', boot: 'b', seq: 1 }],
  });
  await store.append({ samples: [sampleOf('a', NOW + 2 * HOUR, { y: 1 }), sampleOf('b', NOW, { z: 1 })] });
  clock.advance(2 * HOUR + 5_000_000 - HOUR + 1);
  const before = await store.info();
  retainAll(store);
  expect((await store.boards()).map(({ board, series }) => [board, series])).toEqual([['a', 1]]);
  expect((await store.series('a')).map(({ metric }) => metric)).toEqual(['y']);
  expect(await store.acks('a')).toHaveLength(1);
  expect(store.counts.evicted).toBe(5_002);
  expect(await store.info()).toMatchObject({ points: before.points - 5_001, texts: 0 });
  await store.append({
    samples: run('b', 'z', clock.now(), 3),
    texts: [{ board: 'b', at: clock.now(), text: 'again' }],
  });
  expect((await allPoints(store, 'b', 'z')).map(({ value }) => value)).toEqual([0, 1, 2]);
  await expectConsistent(store);
  await store.close();
});

test('a page after points have become too old begins with those that are left', async () => {
  const clock = new ManualClock(NOW);
  const store = new EngineStore(temporaryFolder(), { maxAge: HOUR }, clock);
  const packed = new PackedSamples();
  const layout = new Layout('a', ['x']);
  for (let i = 0; i < 15_000; i++) packed.add(layout, NOW + (i < 12_000 ? 0 : i), [i]);
  await store.append({ samples: packed });
  const pages = store.points({ board: 'a', metric: 'x' });
  expect((await pages.next()).value).toHaveLength(10_000);
  clock.advance(HOUR + 12_100); // 100 points behind the page's last millisecond are too old as well
  const next = (await pages.next()).value as Point[];
  expect([next.length, next[0]?.value]).toEqual([2_900, 12_100]);
  await store.close();
});

test('a reader that knows what was there finds what is left, and the tail that went is begun anew', async () => {
  const clock = new ManualClock(NOW);
  const store = new EngineStore(temporaryFolder(), { maxAge: HOUR }, clock);
  await store.append({ samples: run('a', 'x', NOW, 5_000) }); // two chunks and a tail
  store.engine.checkpoint();
  expect(await allPoints(store, 'a', 'x')).toHaveLength(5_000); // the directory knows its chunks now
  clock.advance(HOUR + 2_048_000);
  retainAll(store);
  expect(await store.series('a')).toMatchObject([{ points: 2_952, from: NOW + 2_048_000 }]);
  clock.advance(10_000_000);
  await store.append({ samples: [sampleOf('a', NOW, { x: 'late' })] }); // into the tail: it is too old, all of it
  retainAll(store);
  expect(await store.boards()).toEqual([]);
  await store.append({ samples: run('a', 'x', clock.now(), 3_000) });
  expect(await allPoints(store, 'a', 'x')).toHaveLength(3_000);
  await expectConsistent(store);
  await store.close();
});

test('under endless ingest the folder stays within its bytes, the oldest goes and the newest is there', async () => {
  const maxBytes = 1024 * 1024;
  const store = new EngineStore(temporaryFolder(), { maxBytes, logBytes: maxBytes / 8 });
  let largest = 0;
  let sent = 0;
  for (let i = 0; i < 400; i++) {
    const at = NOW + 500_000 * i;
    const samples = run(`board ${i % 5}`, 'x', at, 500, (n) => Math.sin(n + 500 * i)); // which nothing makes small
    await store.append({ samples, texts: [{ board: 'talker', at, text: `${i} `.repeat(200) }] });
    sent += 501;
    largest = Math.max(largest, (await store.info()).bytes);
    const [newest] = await store.query({ board: `board ${i % 5}`, metric: 'x', limit: 1 });
    expect(newest?.at).toBe(at + 499_000);
  }
  expect(largest).toBeLessThanOrEqual(maxBytes);
  expect(largest).toBeGreaterThan(maxBytes / 2);
  const info = await store.info();
  expect(info.points + info.texts + store.counts.evicted).toBe(sent);
  expect(info.texts).toBeGreaterThan(0);
  expect(info.texts).toBeLessThan(400);
  for (const { board } of await store.boards()) {
    for (const { from } of await store.series(board)) expect(from).toBeGreaterThan(NOW + 100 * 500_000);
  }
  await expectConsistent(store);
  await store.close();
});

test('a limit that was lowered takes effect round by round, and the file shrinks', async () => {
  const folder = temporaryFolder();
  const first = new EngineStore(folder);
  for (let i = 0; i < 20; i++)
    await first.append({ samples: run('a', 'x', NOW + 1e8 * i, 10_000, (n) => Math.sin(n + 1e5 * i)) });
  await first.close();
  const store = new EngineStore(folder, { maxBytes: 600_000 });
  expect((await store.info()).bytes).toBeGreaterThan(1_000_000);
  retainAll(store);
  expect((await store.info()).bytes).toBeLessThan(600_000);
  expect((await store.query({ board: 'a', metric: 'x', limit: 1 }))[0]?.at).toBe(NOW + 1e8 * 19 + 9_999_000);
  await expectConsistent(store);
  await store.close();
});

test('even where nothing fits, the newest chunk is kept', async () => {
  const store = new EngineStore(temporaryFolder(), { maxBytes: 1 });
  for (let i = 0; i < 5; i++) await store.append({ samples: run('a', 'x', NOW + 1e8 * i, 3_000) });
  retainAll(store);
  expect((await store.query({ board: 'a', metric: 'x', limit: 1 }))[0]?.at).toBe(NOW + 4e8 + 2_999_000);
  expect((await store.series('a'))[0]?.points).toBeLessThanOrEqual(2_048);
  await expectConsistent(store);
  await store.close();
});

test('whatever is appended, dropped and opened again, what is left is the newest and all of it', async () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        board: fc.nat(2),
        count: fc.integer({ min: 1, max: 3_000 }),
        back: fc.nat(5_000),
      }),
    },
    { weight: 2, arbitrary: fc.constant('retain' as const) },
    { weight: 1, arbitrary: fc.constant('reopen' as const) },
    { weight: 1, arbitrary: fc.constant('read' as const) },
  );
  const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
    const clock = new ManualClock(NOW);
    const store = new EngineStore(temporaryFolder(), { maxAge: HOUR }, clock);
    const sent = new Map<string, number[]>();
    const expectServed = async () => {
      for (const [board, times] of sent) {
        const served = times.filter((at) => at >= clock.now() - HOUR).toSorted((a, b) => a - b);
        expect((await allPoints(store, board, 'x')).map(({ at }) => at)).toEqual(served);
      }
    };
    for (const one of steps) {
      if (one === 'retain') retainAll(store);
      else if (one === 'reopen') store.reopen();
      else if (one === 'read') await expectServed();
      else {
        const [board, from] = [`board ${one.board}`, clock.now() - 1000 * one.back];
        await store.append({ samples: run(board, 'x', from, one.count) });
        sent.set(board, [
          ...(sent.get(board) ?? []),
          ...Array.from({ length: one.count }, (_, i) => from + 1000 * i),
        ]);
        clock.advance(1000 * one.count);
      }
    }
    await expectServed();
    const { points } = await store.info();
    const all = [...sent.values()].reduce((sum, times) => sum + times.length, 0);
    if (!steps.includes('reopen')) expect(points + store.counts.evicted).toBe(all);
    expect((await store.check()).damage).toEqual([]);
    await store.close();
  });
  await fc.assert(property, { numRuns: 25 });
});

test('what a board may send again is known after its samples have gone, until its place is needed or it is too old', async () => {
  const limits = { maxBytes: 300_000, boards: 10, maxAge: 1e12 };
  const store = new EngineStore(temporaryFolder(), limits);
  await store.append({ samples: run('a', 'x', NOW, 10), acks: [{ board: 'a', boot: 'b', seq: 9 }] });
  for (let i = 1; i < 60; i++)
    await store.append({ samples: run('busy', 'x', NOW + 1e7 * i, 2_000, (n) => Math.sin(n + i)) });
  retainAll(store);
  for (let round = 0; round < 2; round++) {
    expect(await store.series('a')).toEqual([]);
    expect(await store.acks('a')).toEqual([{ board: 'a', boot: 'b', seq: 9 }]);
    store.reopen();
  }
  for (let i = 0; i < 8; i++) await store.append({ samples: [sampleOf(`other ${i}`, NOW + 1e9, { x: 1 })] });
  retainAll(store);
  expect((await store.boards()).some(({ board }) => board === 'a')).toBe(false);
  expect(await store.acks('a')).toEqual([]);
  await expectConsistent(store);
  await store.close();
});

test('a check that retention overtakes finds no damage', async () => {
  const clock = new ManualClock(NOW);
  const store = new EngineStore(temporaryFolder(), { maxAge: HOUR, logBytes: 1e6 }, clock);
  for (const board of ['a', 'b', 'c'])
    await store.append({ samples: run(board, 'x', NOW - 200_000, 200_000) });
  store.engine.checkpoint();
  const check = store.check(); // it waits after the first chunks of the first series
  clock.advance(400_000_000);
  retainAll(store);
  expect((await check).damage).toEqual([]);
  expect(store.problems.filter(({ message }) => !message.includes('older than anything'))).toEqual([]);
  await store.close();
});

test('what is too old when it comes is counted, and told once an hour', async () => {
  const store = new EngineStore(temporaryFolder(), { maxAge: HOUR }, new ManualClock(NOW));
  const append = (at: number) => store.append({ samples: [sampleOf('north', at, { x: 1, y: 2 })] });
  await append(NOW);
  await append(946_684_800_000); // where the chip's clock stands after a start
  await append(946_684_801_000);
  expect(store.counts.tooOld).toBe(4);
  const told = () => store.problems.map(({ message }) => message);
  expect(told()).toEqual([expect.stringContaining('north sends samples of 2000-01-01T00:00:00.000Z')]);
  store.clock.advance(HOUR);
  await append(946_684_802_000);
  expect(told()).toHaveLength(2);
  await store.close();
});
