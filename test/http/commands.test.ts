import { expect, test } from 'vitest';
import { MAX_COMMAND } from '../../src/http/commands.ts';
import { HEARTBEAT_MS } from '../../src/http/silence.ts';
import type { JsonObject } from '../../src/index.ts';
import { FakeBoard } from '../hub/boards.ts';
import { until } from '../hub/helpers.ts';
import { detailOf, start } from './start.ts';

async function startWithBoard() {
  const all = await start();
  const board = new FakeBoard(all.hub);
  await board.hello({ board: 'shed', boot: 'b1', commands: { led: {} } });
  board.got.length = 0;
  const command = (body: unknown, board = 'shed', headers: Record<string, string> = {}) =>
    all.get(`/api/v1/boards/${board}/commands`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  /** The next command that the board gets. */
  const got = async () => {
    await until(() => board.got.length > 0);
    return board.got.shift() as { id: number; method: string; params: JsonObject };
  };
  return { ...all, board, command, got };
}

test('a board that nobody knows is a 404, which names those that there are', async () => {
  const { command } = await startWithBoard();
  const answer = await command({ name: 'led' }, 'shad');
  expect(answer.status).toBe(404);
  expect(await detailOf(answer)).toContain('There are: shed.');
});

test('a board of which only history is there is waited for, until the deadline', async () => {
  const { hub, command, clock, get } = await startWithBoard();
  await hub.store.append({ samples: [{ board: 'attic', at: 1, values: new Map([['temp', 1]]) }] });
  const outcome = command({ name: 'led', deadline: 800 }, 'attic').then((answer) => answer.json());
  let isSettled = false;
  outcome.finally(() => {
    isSettled = true;
  });
  await until(() => {
    clock.advance(100);
    return isSettled;
  });
  expect(await outcome).toMatchObject({ outcome: 'expired', why: 'OFFLINE' });
  const unknown = await get('/api/v1/boards/atic');
  expect([unknown.status, await detailOf(unknown)]).toEqual([
    404,
    'There is no board atic. There are: attic, shed.',
  ]);
});

test('what is no command is a 400, with a sentence', async () => {
  const { command } = await startWithBoard();
  for (const body of [
    'x',
    '',
    '[]',
    'null',
    {},
    { name: 1 },
    { name: 'led', args: [1] },
    { name: 'led', args: null },
    { name: 'led', deadline: '5s' },
  ]) {
    const answer = await command(body);
    expect(answer.status, JSON.stringify(body)).toBe(400);
    expect(await detailOf(answer)).toContain('{"name":"led"');
  }
  for (const body of [
    { name: '$ack' },
    { name: 'led', deadline: -1 },
    { name: 'led', args: { $deadline: 1 } },
    { name: 'led', args: { text: 'x'.repeat(9_000) } },
  ])
    expect((await command(body)).status, JSON.stringify(body).slice(0, 60)).toBe(400);
  expect((await command('x'.repeat(MAX_COMMAND + 1))).status).toBe(413);
});

test('a page of another site cannot have anything done', async () => {
  const { command } = await startWithBoard();
  const body = { name: 'led' };
  expect((await command(body, 'shed', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  // What a form or a script may send without asking first; of a browser that says nothing about itself, too.
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    expect((await command(body, 'shed', { 'Content-Type': type })).status).toBe(415);
});

test('a command is answered with its outcome', async () => {
  const { command, board, got, get } = await startWithBoard();
  const answer = command({ name: 'led', args: { on: true }, deadline: 800 });
  const { id, method, params } = await got();
  expect({ method, params }).toEqual({ method: 'led', params: { on: true, $deadline: 800 } });
  await board.sends({ jsonrpc: '2.0', id, result: { lit: true } });
  const response = await answer;
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect([response.status, await response.json()]).toEqual([200, { outcome: 'done', result: { lit: true } }]);

  const failed = command({ name: 'led' });
  const again = await got();
  await board.sends({ jsonrpc: '2.0', id: again.id, error: { code: -32000, message: 'OSError' } });
  expect(await (await failed).json()).toEqual({
    outcome: 'failed',
    error: { code: -32000, message: 'OSError' },
  });
  const { boards } = (await (await get('/api/v1/boards')).json()) as { boards: JsonObject[] };
  expect(boards).toMatchObject([{ name: 'shed', presence: { state: 'online' }, commands: { led: {} } }]);
});

test('whoever waits long for an answer is kept, and it is JSON all the same', async () => {
  const { command, board, got, clock } = await startWithBoard();
  const answer = command({ name: 'led', deadline: 60_000 });
  const { id } = await got();
  clock.advance(HEARTBEAT_MS);
  const response = await answer;
  expect(response.status).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe(' ');
  const next = reader?.read();
  await board.sends({ jsonrpc: '2.0', id, result: 'late' });
  expect(JSON.parse((await next)?.value ?? '')).toEqual({ outcome: 'done', result: 'late' });
  expect((await reader?.read())?.done).toBe(true);
});

test('whoever leaves has given the command up', async () => {
  const { board, got, get, clock } = await startWithBoard();
  const ask = (signal: AbortSignal) =>
    get('/api/v1/boards/shed/commands', {
      method: 'POST',
      body: '{"name":"led","deadline":60000}',
      headers: { 'Content-Type': 'application/json' },
      signal,
    });
  for (const when of ['early', 'late']) {
    const leave = new AbortController();
    const answer = ask(leave.signal);
    answer.catch(() => {});
    const { id } = await got();
    if (when === 'late') {
      clock.advance(HEARTBEAT_MS);
      const { body } = await answer;
      body?.cancel().catch(() => {});
    }
    leave.abort();
    await until(() => board.gotOf('$cancel').some(({ params }) => (params as JsonObject).id === id));
    await board.sends({ jsonrpc: '2.0', id, error: { code: -32002, message: '' } });
    board.got.length = 0;
  }
});
