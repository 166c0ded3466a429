/** Commands that are accepted at once, and looked up later. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Accepted, type AcceptedCommand } from '../../src/http/accepted.ts';
import type { BoardHandle, CommandOutcome } from '../../src/index.ts';
import { FakeBoard } from '../hub/boards.ts';
import { until } from '../hub/helpers.ts';
import { detailOf, eventually, start } from './start.ts';

async function startWithBoard() {
  const all = await start();
  const board = new FakeBoard(all.hub);
  await board.hello({ board: 'shed', boot: 'b1', commands: { led: {} } });
  const post = (body: unknown, prefer = 'respond-async', name = 'shed') =>
    all.get(`/api/v1/boards/${name}/commands`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Prefer: prefer },
    });
  const look = async (path: string, init: RequestInit = {}): Promise<AcceptedCommand> =>
    (await all.get(path, init)).json() as Promise<AcceptedCommand>;
  const reply = async (name: string, result: string) => {
    const id = board.gotOf(name).at(-1)?.id ?? 0;
    await board.sends({ jsonrpc: '2.0', id, result });
  };
  return { ...all, board, post, look, reply };
}

test('a command is accepted at once, and what became of it is looked up', async () => {
  const { post, look, reply, clock } = await startWithBoard();
  const answer = await post({ name: 'led', args: { on: true } }, 'wait=10, Respond-Async');
  expect([answer.status, answer.headers.get('preference-applied')]).toEqual([202, 'respond-async']);
  const path = answer.headers.get('location') ?? '';
  const open = await look(path);
  expect(open).toEqual({
    id: path.split('/').at(-1),
    board: 'shed',
    name: 'led',
    at: clock.now(),
    state: 'open',
  });
  await reply('led', 'lit');
  await eventually(async () => (await look(path)).state === 'settled');
  expect(await look(path)).toEqual({
    ...open,
    state: 'settled',
    outcome: { outcome: 'done', result: 'lit' },
  });
});

test('one that is given up before it begins does not run; its sentence is in the language of who looks', async () => {
  const { hub, post, look } = await startWithBoard();
  await hub.store.append({ samples: [{ board: 'attic', at: 1, values: new Map([['temp', 1]]) }] });
  const path = (await post({ name: 'led' }, 'respond-async', 'attic')).headers.get('location') ?? '';
  await look(path, { method: 'DELETE' });
  await eventually(async () => (await look(path)).state === 'settled');
  const { outcome } = await look(path, { headers: { 'accept-language': 'zh' } });
  expect(outcome).toMatchObject({
    outcome: 'expired',
    why: 'CANCELLED',
    message: expect.stringContaining('取消'),
  });
});

test('what cannot be a command is refused at once, and what nobody knows is a 404', async () => {
  const { post, get } = await startWithBoard();
  expect((await post({ name: '$ack' })).status).toBe(400);
  expect((await post({ name: 'led', deadline: -1 })).status).toBe(400);
  expect((await post({ name: 'led' }, 'respond-async', 'shad')).status).toBe(404);
  const unknown = await get('/api/v1/commands/0123');
  expect([unknown.status, await detailOf(unknown)]).toEqual([
    404,
    expect.stringContaining('no command 0123'),
  ]);
});

test('the oldest that is settled makes room; where none is, no more are accepted', async () => {
  const accepted = new Accepted(new ManualClock());
  const settle: ((outcome: CommandOutcome) => void)[] = [];
  const command = () => new Promise<CommandOutcome>((resolve) => settle.push(resolve));
  const board = { name: 'shed', command } as unknown as BoardHandle;
  const first = await accepted.take(board, 'led', {}, {});
  const second = await accepted.take(board, 'led', {}, {});
  for (let i = 2; i < 1_000; i++) await accepted.take(board, 'led', {}, {});
  expect(accepted.isFull).toBe(true);
  settle[1]?.({ outcome: 'done', result: null });
  await until(() => !accepted.isFull);
  await accepted.take(board, 'led', {}, {});
  expect(accepted.forgotten).toBe(1);
  expect(accepted.get(first.id).state).toBe('open');
  expect(() => accepted.get(second.id)).toThrow(/no command/);
});
