import { expect, test, vi } from 'vitest';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Point, PointRange } from '../../src/store/store.ts';
import type { Value } from '../../src/wire/index.ts';
import { detailOf, eventually, start } from './start.ts';

const T = Date.UTC(2026, 6, 30, 14);
const AWKWARD = ['a "quoted", text', 'two\nlines', '=1+1', '+CPIN: READY', '-5', '@x', '阀门', ''];

async function withHistory() {
  const started = await start();
  const put = (board: string, metric: string, value: Value, at: number, unit?: string) => ({
    board,
    at,
    values: new Map([[metric, value]]),
    ...(unit !== undefined && { units: new Map([[metric, unit]]) }),
  });
  await started.hub.store.append({
    samples: [
      put('pump', 'temp', 20.5, T, 'Cel'),
      put('pump', 'temp', -3, T + 1000),
      put('pump', 'on', true, T),
      ...AWKWARD.map((text, at) => put('灯, 2', 'state', text, T + at)),
    ],
    texts: [{ board: 'pump', at: T, text: 'say "hi"' }],
  });
  return { ...started, lines: async (query: string) => (await started.get(`/api/v1/export${query}`)).text() };
}

test('CSV is as RFC 4180 has it, and no spreadsheet runs what a board has sent', async () => {
  const { lines, get } = await withHistory();
  expect((await lines('?board=pump')).split('\r\n')).toEqual([
    'time,board,metric,value,unit',
    '2026-07-30T14:00:00.000Z,pump,temp,20.5,Cel',
    '2026-07-30T14:00:01.000Z,pump,temp,-3,Cel',
    '2026-07-30T14:00:00.000Z,pump,on,true,',
    '',
  ]);
  const all = await lines('');
  for (const field of ['"a ""quoted"", text"', '"two\nlines"', "'=1+1", "'+CPIN: READY", "'-5", "'@x", '']) {
    expect(all).toContain(`,"灯, 2",state,${field},\r\n`);
  }
  const { headers } = await get('/api/v1/export');
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(headers.get('content-disposition')).toContain('kiteline.csv');
});

test('JSON Lines have every value as it came', async () => {
  const { lines } = await withHistory();
  const text = await lines(`?board=${encodeURIComponent('灯, 2')}&metric=state&format=jsonl`);
  const rows = text.trimEnd().split('\n');
  expect(rows.map((line) => JSON.parse(line))).toEqual(
    AWKWARD.map((v, at) => ({ t: T + at, board: '灯, 2', metric: 'state', v })),
  );
});

test('a range, and texts', async () => {
  const { lines } = await withHistory();
  expect((await lines(`?board=pump&from=${T + 1}`)).split('\r\n')).toHaveLength(3);
  expect((await lines('?texts=1')).split('\r\n')).toEqual([
    'time,board,text',
    '2026-07-30T14:00:00.000Z,pump,"say ""hi"""',
    '',
  ]);
  expect(JSON.parse(await lines('?texts=1&format=jsonl'))).toEqual({ t: T, board: 'pump', text: 'say "hi"' });
});

test.each([
  ['?metric=temp', 400, 'board=pump'],
  ['?board=pump&metric=temp&texts=1', 400, 'no metric'],
  ['?format=xlsx', 400, 'csv, jsonl'],
  ['?from=soon', 400, '"soon"'],
  ['?board=pomp', 404, 'There are: pump'],
  ['?board=pump&metric=tamp', 404, 'It has: temp'],
])('%s is refused', async (query, status, detail) => {
  const { get } = await withHistory();
  const answer = await get(`/api/v1/export${query}`);
  expect(answer.status).toBe(status);
  expect(await detailOf(answer)).toContain(detail);
});

/** A series without end, that counts how many of its pages were read. */
class EndlessStore extends MemoryStore {
  pages = 0;

  protected override async _query(_board: string, _metric: string, range: PointRange): Promise<Point[]> {
    this.pages++;
    const from = Math.max(0, range.from) + range.skip;
    return Array.from({ length: range.limit }, (_, at) => ({ at: from + at, value: at }));
  }
}

async function endless() {
  const store = new EndlessStore();
  await store.append({ samples: [{ board: 'pump', at: 1, values: new Map([['n', 1]]) }] });
  return { store, ...(await start({ store })) };
}

test('no more is read than the client takes', async () => {
  const { store, get } = await endless();
  const leave = new AbortController();
  const { body } = await get('/api/v1/export', { signal: leave.signal });
  await body?.getReader().read();
  let before = -1;
  await eventually(() => {
    const stands = before === store.pages;
    before = store.pages;
    return stands;
  });
  expect(store.pages).toBeLessThan(100); // what sockets and streams hold: some megabytes
  leave.abort();
});

test('a few at a time; the place of a client that goes, or takes nothing for ten minutes, is free again', async () => {
  const { get, clock } = await endless();
  const leave = new AbortController();
  const first = await get('/api/v1/export', { signal: leave.signal });
  const others = await Promise.all([2, 3, 4].map(() => get('/api/v1/export')));
  expect((await get('/api/v1/export', { method: 'HEAD' })).status).toBe(200);
  const refused = await get('/api/v1/export');
  expect(refused.status).toBe(503);
  expect(await detailOf(refused)).toContain('Too many exports');
  leave.abort();
  await expect(first.text()).rejects.toThrow();
  const again = new AbortController();
  await eventually(async () => (await get('/api/v1/export', { signal: again.signal })).status === 200);
  const complaint = vi.spyOn(console, 'error').mockReturnValue(); // of the server, for each that it cuts
  clock.advance(11 * 60_000);
  for (const { body } of others) await expect(new Response(body).text()).rejects.toThrow();
  again.abort();
  complaint.mockRestore();
});
