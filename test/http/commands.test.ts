import { expect, test } from 'vitest';
import { MAX_COMMAND } from '../../src/http/commands.ts';
import { detailOf, start } from './start.ts';

async function startWithBoard() {
  const all = await start();
  await all.post('{"a":1}', '/samples?board=shed');
  const command = (body: unknown, board = 'shed', headers: Record<string, string> = {}) =>
    all.get(`/api/v1/boards/${board}/commands`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  return { ...all, command };
}

test('a board that nobody knows is a 404, which names those that there are', async () => {
  const { command } = await startWithBoard();
  const answer = await command({ name: 'led' }, 'shad');
  expect(answer.status).toBe(404);
  expect(await detailOf(answer)).toContain('There are: shed.');
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
