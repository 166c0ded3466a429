import { expect, test } from 'vitest';
import type { HistoryAnswer } from '../../src/http/history.ts';
import { setLanguage } from '../../src/language.ts';
import { nearFirst } from '../../src/near.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Point, PointRange, StoredSample } from '../../src/store/store.ts';
import type { Value } from '../../src/wire/index.ts';
import { start } from './start.ts';

interface Problem {
  title: string;
  detail: string;
}

const T = 1_700_000_000_000;

const samples = (metric: string, values: Value[], unit?: string): StoredSample[] =>
  values.map((value, at) => ({
    board: 'pump',
    at: T + 1000 * at,
    values: new Map([[metric, value]]),
    ...(unit !== undefined && { units: new Map([[metric, unit]]) }),
  }));

async function withHistory() {
  const started = await start();
  await started.hub.store.append({
    samples: [
      ...samples('temp', [20, 21, 22, 23], 'Cel'),
      ...samples('on', [false, true, true, false]),
      ...samples('state', ['idle', 'idle', 'filling', 'idle']),
    ],
    texts: [{ board: '灯', at: T, text: 'hello' }],
  });
  const history = async (query: string, board = 'pump') => {
    const answer = await started.get(`/api/v1/boards/${encodeURIComponent(board)}/history${query}`);
    return { status: answer.status, body: (await answer.json()) as HistoryAnswer & Problem };
  };
  return { ...started, history };
}

test('few points come as they are, with what they come to', async () => {
  const { history } = await withHistory();
  expect(await history('?metric=temp')).toEqual({
    status: 200,
    body: {
      board: 'pump',
      metric: 'temp',
      unit: 'Cel',
      from: T,
      to: T + 3001,
      count: 4,
      min: 20,
      mean: 21.5,
      max: 23,
      newest: { t: T + 3000, v: 23 },
      points: [20, 21, 22, 23].map((v, at) => ({ t: T + 1000 * at, v })),
      stored: { points: 4, from: T, to: T + 3000 },
    },
  });
});

test('more points than asked for come in buckets', async () => {
  const { history } = await withHistory();
  const { body } = await history(`?metric=temp&points=2&from=${T}&to=${T + 4000}`);
  expect(body.points).toBeUndefined();
  expect(body.buckets).toEqual([
    { t: T, count: 2, min: 20, mean: 20.5, max: 21 },
    { t: T + 2000, count: 2, min: 22, mean: 22.5, max: 23 },
  ]);
  expect((await history('?metric=temp&points=4')).body.points).toHaveLength(4);
});

test('of booleans and strings it is told when they changed', async () => {
  const { history } = await withHistory();
  const { body } = await history('?metric=state');
  expect(body).toMatchObject({ count: 4, newest: { v: 'idle' } });
  expect(body.min).toBeUndefined();
  expect(body.changes).toEqual([
    { t: T, v: 'idle' },
    { t: T + 2000, v: 'filling' },
    { t: T + 3000, v: 'idle' },
  ]);
  expect((await history('?metric=on')).body).toMatchObject({ min: 0, mean: 0.5, max: 1 });
});

/** Two points a millisecond, so that a page may end inside of one. @param changed where the value becomes another */
const steps = (count: number, changed: number[]): StoredSample[] =>
  Array.from({ length: count }, (_, at) => ({
    board: 'pump',
    at: T + (at >> 1),
    values: new Map([['step', `${changed.filter((place) => place <= at).length}`]]),
  }));

class WatchedStore extends MemoryStore {
  /** The most points that were asked for at once. */
  most = 0;

  protected override _query(board: string, metric: string, range: PointRange): Promise<Point[]> {
    this.most = Math.max(this.most, range.limit);
    return super._query(board, metric, range);
  }
}

test.each([
  ['in the last of many points', 25_000, [24_999]],
  ['where pages meet', 25_000, [4_998, 4_999, 5_000, 5_001, 5_002, 14_999, 15_000, 15_001, 15_002]],
  ['in all of them, of which the newest are told', 12_000, Array.from({ length: 12_000 }, (_, at) => at)],
  ['in exactly a page', 10_000, [5]],
])('changes are found %s, and no more than 10,001 points are read at once', async (_, count, changed) => {
  const store = new WatchedStore({ pointsPerSeries: 100_000 });
  const { hub, get } = await start({ store });
  await hub.store.append({ samples: steps(count, changed) });
  const { changes } = (await (await get('/api/v1/boards/pump/history?metric=step')).json()) as HistoryAnswer;
  const expected = [0, ...changed.filter((at) => at > 0)].slice(-100);
  expect(changes?.map(({ t }) => t)).toEqual(expected.map((at) => T + (at >> 1)));
  expect(store.most).toBeLessThanOrEqual(10_001);
});

test('a name as long as a request can be is compared with thousands, by its beginning', () => {
  const names = Array.from({ length: 5_000 }, (_, at) => `${at}`.padStart(128, 'm'));
  const wanted = `mm${'x'.repeat(15_000)}`;
  // All of it would be ten thousand million steps: the test's own deadline passes in them.
  expect(nearFirst(wanted, ['x', ...names])).toHaveLength(5_001);
  expect(nearFirst('tmep', ['hum', 'temp'])).toEqual(['temp', 'hum']);
});

test('a range is given in milliseconds, in ISO 8601, or from now', async () => {
  const { history, clock } = await withHistory();
  const iso = new Date(T + 1000).toISOString();
  expect((await history(`?metric=temp&from=${iso}&to=${T + 3000}`)).body.count).toBe(2);
  clock.advance(3000);
  expect((await history('?metric=temp&from=-2s&to=now')).body).toMatchObject({ from: T + 1000, count: 2 });
  const none = await history('?metric=temp&from=-0.9s&to=-0.5s');
  expect(none.body).toMatchObject({ count: 0, points: [], stored: { points: 4 } });
  for (const range of [`from=${T + 9000}`, `to=${T - 9000}`]) {
    expect((await history(`?metric=temp&${range}`)).body).toMatchObject({ count: 0, points: [] });
  }
});

test.each([
  ['', 'metric'],
  ['?metric=temp&points=0', '"points"'],
  ['?metric=temp&points=-3', '"points"'],
  ['?metric=temp&points=10001', '"points"'],
  ['?metric=temp&from=yesterday', '"yesterday"'],
  ['?metric=temp&from=1700000000', '1700000000000'],
  [`?metric=temp&from=${T}&to=${T}`, 'ends before'],
])('%s is refused with a problem', async (query, detail) => {
  const { history } = await withHistory();
  const { status, body } = await history(query);
  expect({ status, title: body.title }).toEqual({ status: 400, title: 'Bad Request' });
  expect(body.detail).toContain(detail);
});

test('for an unknown board or metric those that exist are named, near matches first', async () => {
  const { history } = await withHistory();
  expect(await history('?metric=stste')).toMatchObject({
    status: 404,
    body: { detail: 'pump has no metric stste. It has: state, temp, on.' },
  });
  const unknown = await history('?metric=temp', 'Pmup');
  expect(unknown.body.detail).toBe('There is no board Pmup. There are: pump, 灯.');
  expect((await history('?metric=temp', '灯')).body.detail).toBe(
    '灯 has no metrics: it has sent only texts, or its samples are too old to be kept.',
  );
  setLanguage('zh');
  try {
    expect((await history('?metric=temp', '灯泡')).body.detail).toBe('没有板子 灯泡。现有：灯, pump。');
  } finally {
    setLanguage('en');
  }
});
