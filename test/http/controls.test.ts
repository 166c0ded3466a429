/** Steering a board over HTTP. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/index.ts';
import { FakeBoard } from '../hub/boards.ts';
import { detailOf, start } from './start.ts';

async function startWithRover() {
  const all = await start();
  const board = new FakeBoard(all.hub);
  const controls = { drive: { args: { left: { type: 'float', min: -1, max: 1 } }, lease: 300 } };
  await board.hello({ board: 'rover', boot: 'b1', controls });
  const path = (board: string, control: string) => `/api/v1/boards/${board}/controls/${control}`;
  const put = (body: unknown, where = path('rover', 'drive'), type = 'application/json') =>
    all.get(where, {
      method: 'PUT',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': type },
    });
  const remove = (query: string, where = path('rover', 'drive')) =>
    all.get(`${where}${query}`, { method: 'DELETE' });
  const json = async (answer: Promise<Response>): Promise<JsonObject> => {
    const response = await answer;
    return { status: response.status, ...((await response.json()) as JsonObject) };
  };
  const sets = () => board.gotOf('$set').map(({ params }) => params as JsonObject);
  return { ...all, board, put, remove, json, sets, path };
}

test('PUT takes the control and sets, goes on under the same name, and says how it stands', async () => {
  const { put, json, sets, clock } = await startWithRover();
  const first = await json(put({ holder: 'ann', args: { left: 0.5 }, holdMs: 400 }));
  expect(first).toMatchObject({ status: 200, holder: 'ann', since: clock.now(), lease: 300, via: 'session' });
  clock.advance(50);
  const { id } = first;
  expect(await json(put({ holder: 'ann', args: { left: 0.6 } }))).toMatchObject({ status: 200, id });
  expect(sets()).toMatchObject([
    { n: 1, t: 0, args: { left: 0.5 } },
    { n: 2, t: 50, args: { left: 0.6 } },
  ]);
  clock.advance(250);
  expect(await json(put({ holder: 'ann', id: String(id) }))).toMatchObject({ status: 200, id });
});

test('another one gets a 409 that says who and since when, unless he takes it over', async () => {
  const { put, json, clock } = await startWithRover();
  const { id } = await json(put({ holder: 'ann', args: { left: 0.5 } }));
  const since = clock.now();
  clock.advance(100);
  expect(await json(put({ holder: 'ben', args: { left: 0 } }))).toMatchObject({
    status: 409,
    detail: expect.stringContaining('ann holds drive of rover since'),
    holder: 'ann',
    since,
  });
  expect(await json(put({ holder: 'op', args: { left: 0 }, takeover: true }))).toMatchObject({
    status: 200,
    holder: 'op',
  });
  expect(await json(put({ holder: 'ann', id: String(id) }))).toMatchObject({
    status: 409,
    detail: 'op took it over.',
    ended: { why: 'TAKEN_OVER', by: 'op', holder: 'ann' },
  });
  expect(await json(put({ holder: 'ann' }))).toMatchObject({ status: 409, holder: 'op' });
});

test('a lease that lapsed does not go on by its id, and a new one is another', async () => {
  const { put, json, clock, sets } = await startWithRover();
  const { id } = await json(put({ holder: 'ann', args: { left: 0.5 }, holdMs: 100 }));
  clock.advance(1_000);
  expect(await json(put({ holder: 'ann', args: { left: 1 }, id: String(id) }))).toMatchObject({
    status: 409,
    ended: { why: 'LAPSED' },
  });
  expect(await json(put({ holder: 'ann', id: 'nothing' }))).toMatchObject({ status: 409 });
  const again = await json(put({ holder: 'ann', args: { left: 0.2 } }));
  expect(again.status).toBe(200);
  expect(again.id).not.toBe(id);
  expect(sets().map(({ args }) => args)).toEqual([{ left: 0.5 }, { left: 0.5 }, { left: 0.2 }]);
});

test('DELETE gives it back: the holder, or whoever takes it', async () => {
  const { put, remove, json, sets, hub } = await startWithRover();
  await put({ holder: 'ann', args: { left: 0.5 } });
  expect(await json(remove('?holder=ben'))).toMatchObject({ status: 409, holder: 'ann' });
  expect((await remove('')).status).toBe(400);
  expect(await json(remove('?holder=ann'))).toMatchObject({ status: 200, ended: { why: 'RELEASED' } });
  expect(sets().at(-1)).toMatchObject({ n: 2, args: null });
  expect(await json(remove('?holder=ann'))).toMatchObject({ status: 200 });
  expect(sets()).toHaveLength(2);
  const handle = hub.board('rover')?.control('drive', { holder: 'app' });
  handle?.set({ left: 1 });
  expect(await json(remove('?takeover'))).toMatchObject({
    status: 200,
    ended: { why: 'RELEASED', holder: 'operator' },
  });
  expect(handle?.end).toMatchObject({ why: 'TAKEN_OVER', by: 'operator' });
  expect(sets().at(-1)).toMatchObject({ args: null });
});

test('what is not there is a 404, a board that is not connected a 503', async () => {
  const { put, remove, path, board } = await startWithRover();
  for (const answer of [
    await put({ holder: 'ann' }, path('rovr', 'drive')),
    await put({ holder: 'ann' }, path('rover', 'driv')),
    await remove('?takeover', path('rover', 'driv')),
  ])
    expect([answer.status, await detailOf(answer)]).toEqual([404, expect.stringMatching(/rover|drive/)]);
  board.breaks();
  expect((await put({ holder: 'ann' })).status).toBe(503);
});

test('a setpoint that will not do is a 400, and leaves the control as it was', async () => {
  const { put, hub, sets } = await startWithRover();
  const drive = () => hub.board('rover')?.info()?.controls?.drive;
  for (const body of [
    'x',
    '[]',
    '{}',
    { args: { left: 0 } },
    { holder: 7 },
    { holder: '' },
    { holder: 'ann', args: [] },
    { holder: 'ann', args: { left: 2 } },
    { holder: 'ann', args: { left: 0 }, holdMs: -1 },
    { holder: 'ann', args: { left: 0 }, holdMs: '1' },
    { holder: 'ann', takeover: 1 },
    { holder: 'ann', id: 1 },
  ]) {
    const answer = await put(body);
    expect([answer.status, (await detailOf(answer)).length > 20], JSON.stringify(body)).toEqual([400, true]);
    expect(drive(), JSON.stringify(body)).not.toHaveProperty('holder');
  }
  expect(sets()).toEqual([]);
  await put({ holder: 'ann', args: { left: 0.1 } });
  expect((await put({ holder: 'ann', args: { left: 2 } })).status).toBe(400);
  expect((await put({ holder: 'op', args: { left: 2 }, takeover: true })).status).toBe(400);
  expect(drive()).toMatchObject({ holder: 'ann' });
  expect((await put({ holder: 'ann' }, undefined, 'text/plain')).status).toBe(415);
});

test('a page of another site steers nothing', async () => {
  const { get, path, sets } = await startWithRover();
  const answer = await get(path('rover', 'drive'), {
    method: 'PUT',
    body: '{"holder":"evil","args":{"left":1}}',
    headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'cross-site' },
  });
  expect([answer.status, sets()]).toEqual([403, []]);
});

test('a token that is taken back steers no more: the board stops at once', async () => {
  const { server, board, put, json, hub, get, path, sets } = await startWithRover();
  const { secret, id } = await server.tokens.add('operator', 'phone');
  const asPhone = (body: unknown) =>
    get(path('rover', 'drive'), {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', authorization: `Bearer ${secret}` },
    });
  expect(await json(asPhone({ holder: 'ann', args: { left: 0.5 }, holdMs: 60_000 }))).toMatchObject({
    status: 200,
  });
  await server.tokens.revoke(id);
  expect(hub.board('rover')?.info()?.controls?.drive?.ended?.why).toBe('RELEASED');
  expect(sets().at(-1)).toMatchObject({ args: null });

  // One that somebody else goes on with is his.
  const other = await server.tokens.add('operator', 'tablet');
  const asOther = { authorization: `Bearer ${other.secret}`, 'Content-Type': 'application/json' };
  await put({ holder: 'ann', args: { left: 0.5 }, holdMs: 60_000 });
  const body = JSON.stringify({ holder: 'ann', args: { left: 0.4 }, holdMs: 60_000 });
  await get(path('rover', 'drive'), { method: 'PUT', body, headers: asOther });
  await put({ holder: 'ann', args: { left: 0.3 }, holdMs: 60_000 });
  await server.tokens.revoke(other.id);
  expect(hub.board('rover')?.info()?.controls?.drive?.holder).toBe('ann');
  expect(board.isEnded).toBe(false);
});
