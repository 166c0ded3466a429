/** What hello makes of a connection. */
import { expect, test } from 'vitest';
import { Wire } from './boards.ts';
import { startHub, until } from './helpers.ts';

const BOARD = { board: 'greenhouse', boot: 'b1' };

test('hello makes a connection the session of the board that it names, and leaves nothing of its address', async () => {
  const { hub, tcp, clock, events } = await startHub();
  const feed = events();
  const board = new Wire(await tcp());
  const result = await board.hello({
    ...BOARD,
    library: 'kiteline 0.1.0',
    boots: ['b0'],
    keepalive: 2_000,
    reset: 'watchdog',
    commands: { led: { args: { on: { type: 'bool' } } }, beep: {} },
    metrics: { temp: { unit: 'Cel' } },
  });
  expect(result).toMatchObject({ time: clock.now(), clock: 0, keepalive: 2_000, acks: { b1: 0, b0: 0 } });
  expect(await feed.next('board')).toMatchObject({ board: 'greenhouse' });
  expect(await feed.next('presence')).toMatchObject({ board: 'greenhouse', state: 'online' });
  board.send('{"temp":23.5,"hum":40}\n');
  const sample = await feed.next('sample');
  expect(sample).toMatchObject({ board: 'greenhouse' });
  expect([...(sample.units ?? [])]).toEqual([['temp', 'Cel']]);
  expect(hub.boards()).toMatchObject([
    {
      name: 'greenhouse',
      connections: 1,
      presence: { state: 'online', since: clock.now() },
      session: { id: result.session, boot: 'b1', library: 'kiteline 0.1.0', reset: 'watchdog' },
      reconnects: 0,
      restarts: 0,
      duplicates: 0,
      reported: { samples: 0, logs: 0 },
      commands: { led: { args: { on: { type: 'bool' } } }, beep: {} },
      metrics: { temp: { unit: 'Cel' } },
    },
  ]);
});

test('numbered samples are acknowledged once they are stored', async () => {
  const { hub, tcp } = await startHub();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.send({ a: 1, $seq: 1 }, { a: 2, $seq: 2 });
  expect(await board.next()).toEqual({ jsonrpc: '2.0', method: '$ack', params: { seq: 2 } });
  expect(await hub.store.acks('greenhouse')).toEqual([{ board: 'greenhouse', boot: 'b1', seq: 2 }]);
});

test('a new session takes the place of the old one', async () => {
  const { hub, tcp } = await startHub();
  const [old, other] = [new Wire(await tcp()), new Wire(await tcp())];
  await old.hello(BOARD);
  await other.hello(BOARD);
  expect(await old.next()).toEqual({ jsonrpc: '2.0', method: '$bye', params: { why: 'replaced' } });
  expect(await old.next()).toBeUndefined();
  await old.ended();
  await until(() => hub.counts.connections === 1);
  expect(hub.boards()).toMatchObject([{ name: 'greenhouse', connections: 1, reconnects: 1 }]);
});
