/** What the hub tells of boards that say hello: who is there, what they log and lose. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { KitelineError } from '../../src/errors.ts';
import { Boards } from '../../src/hub/boards.ts';
import type { LogMessage, PresenceMessage, Problem } from '../../src/hub/events.ts';
import { createHub } from '../../src/hub/hub.ts';
import { Quarrel } from '../../src/hub/quarrel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { JsonObject } from '../../src/wire/index.ts';
import { FakeBoard, Wire } from './boards.ts';
import { startHub, until } from './helpers.ts';
import { DiskStore } from './stores.ts';

const BOARD = { board: 'greenhouse', boot: 'b1' };

function begin() {
  const clock = new ManualClock();
  const hub = createHub({ store: new MemoryStore(), clock });
  const presences: Omit<PresenceMessage, 'at'>[] = [];
  const logs: LogMessage[] = [];
  const problems: Problem[] = [];
  hub.on('presence', ({ at, ...rest }) => presences.push(rest));
  hub.on('log', (message) => logs.push(message));
  hub.on('problem', (problem) => problems.push(problem));
  const connect = async (params: JsonObject = BOARD) => {
    const board = new FakeBoard(hub);
    await board.hello(params);
    return board;
  };
  return { clock, hub, presences, logs, problems, connect, info: () => hub.board('greenhouse')?.info() };
}

test('online and lost, since when and why; how often it came back, and started anew', async () => {
  const { clock, presences, connect, info } = begin();
  const first = await connect();
  expect(info()).toMatchObject({
    presence: { state: 'online', since: clock.now() },
    reconnects: 0,
    restarts: 0,
  });
  clock.advance(500);
  first.breaks();
  expect(info()?.presence).toEqual({ state: 'lost', since: clock.now(), why: 'RESET' });
  expect(info()).not.toHaveProperty('session');
  const second = await connect();
  expect(info()).toMatchObject({ presence: { state: 'online' }, reconnects: 1, restarts: 0 });
  second.session.closed('CLOSED');
  await connect({ ...BOARD, boot: 'b2' });
  expect(info()).toMatchObject({ reconnects: 1, restarts: 1 });
  const last = await connect({ ...BOARD, boot: 'b2' });
  expect(info()).toMatchObject({ reconnects: 2, restarts: 1 });
  last.sends({ jsonrpc: '2.0', method: '$bye', params: { why: 'deep sleep' } });
  expect(last.isEnded).toBe(true);
  last.session.closed('CLOSED');
  expect(presences).toEqual([
    { board: 'greenhouse', state: 'online' },
    { board: 'greenhouse', state: 'lost', why: 'RESET' },
    { board: 'greenhouse', state: 'online' },
    { board: 'greenhouse', state: 'lost', why: 'CLOSED' },
    { board: 'greenhouse', state: 'online' },
    { board: 'greenhouse', state: 'online', why: 'REPLACED' },
    { board: 'greenhouse', state: 'lost', why: 'BYE', said: 'deep sleep' },
  ]);
});

test('a board that says no more than goodbye', async () => {
  const { connect, info } = begin();
  const board = await connect();
  board.sends({ jsonrpc: '2.0', method: '$bye' });
  board.session.closed('CLOSED');
  expect(info()?.presence).toMatchObject({ state: 'lost', why: 'BYE' });
  expect(info()?.presence).not.toHaveProperty('said');
});

test('a board that said goodbye is lost when all is stored, also where it leaves its end open; commands wait for it', async () => {
  const store = new DiskStore();
  const { hub, clock, tcp } = await startHub({ store });
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.send({ temp: 1, $seq: 1 });
  board.notify('$log', { level: 'print', text: 'tired' });
  board.notify('$bye', { why: 'deep sleep' });
  await until(() => store.waiting === 1);
  const state = () => hub.board('greenhouse')?.info()?.presence?.state;
  expect(state()).toBe('online');
  store.release();
  expect(await board.next()).toMatchObject({ method: '$ack', params: { seq: 1 } });
  expect(await board.next()).toBeUndefined();
  expect(hub.counts.connections).toBe(1);
  expect(hub.board('greenhouse')?.info()?.presence).toEqual({
    state: 'lost',
    since: clock.now(),
    why: 'BYE',
    said: 'deep sleep',
  });
  const outcome = hub.board('greenhouse')?.command('led', {}, { deadline: 100 });
  clock.advance(100);
  expect(await outcome).toMatchObject({ outcome: 'expired', why: 'OFFLINE' });
});

test('what came again in the same read as the goodbye is acknowledged', async () => {
  const { connect } = begin();
  const board = await connect();
  await board.sends({ temp: 1, $seq: 1 });
  await board.session.finished();
  board.breaks();
  const back = await connect();
  back.sends({ temp: 1, $seq: 1 }, { jsonrpc: '2.0', method: '$bye' }, { temp: 2, $seq: 2 });
  expect(back.gotOf('$ack')).toMatchObject([{ params: { seq: 1 } }]);
});

test('over TCP: an orderly end, a reset, and the feed', async () => {
  const { tcp, events } = await startHub();
  const feed = events();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.end.socket.end();
  expect(await feed.next('presence')).toMatchObject({ state: 'online' });
  expect(await feed.next('presence')).toMatchObject({ board: 'greenhouse', state: 'lost', why: 'CLOSED' });
  const again = new Wire(await tcp());
  await again.hello(BOARD);
  await again.reset();
  expect(await feed.next('presence')).toMatchObject({ state: 'online' });
  expect(await feed.next('presence')).toMatchObject({ state: 'lost', why: 'RESET' });
});

test('what a board logs is kept with its texts, and told', async () => {
  const { tcp, hub, events, clock } = await startHub();
  const feed = events();
  const told: LogMessage[] = [];
  hub.on('log', (message) => told.push(message));
  hub.on('text', () => 'not for logs');
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.notify('$log', { level: 'print', text: 'hello\nworld' });
  board.notify('$log', { level: 'error', text: 'x'.repeat(5_000), t: 1_700_000_000_123 });
  expect(await feed.next('log')).toEqual({
    type: 'log',
    board: 'greenhouse',
    at: clock.now(),
    level: 'print',
    text: 'hello\nworld',
  });
  expect(await feed.next('log')).toMatchObject({ at: 1_700_000_000_123, text: 'x'.repeat(4_096) });
  expect(told.map(({ level }) => level)).toEqual(['print', 'error']);
  board.end.socket.end(); // ours follows when all is stored
  await board.ended();
  expect(await hub.store.texts({ board: 'greenhouse' })).toHaveLength(2);
  expect(hub.counts).toMatchObject({ texts: 2, dropped: { LOG_CUT: 1 } });
  expect(board.end.socket.bytesRead).toBeLessThan(300); // the hello's result alone
});

test('notifications that make no sense are counted', async () => {
  const { hub, connect } = begin();
  const board = await connect();
  const notify = (method: string, params?: unknown) =>
    board.sends({ jsonrpc: '2.0', method, ...(params !== undefined && { params }) } as JsonObject);
  for (const params of [
    undefined,
    [],
    { level: 'print' },
    { level: 'loud', text: 'x' },
    { level: 'log', text: 1 },
  ])
    notify('$log', params);
  for (const params of [undefined, [1], { samples: -1 }, { samples: 'many' }, { logs: 0.5 }])
    notify('$dropped', params);
  notify('$log', { level: 'log', text: 'a time that is none', t: 'now' });
  notify('$unknown', {});
  notify('$cancel', { id: 5 });
  expect(hub.counts).toMatchObject({ texts: 1, dropped: { BAD_NOTIFICATION: 10, UNKNOWN_METHOD: 1 } });
});

test('the protocol’s notifications mean nothing of a plain peer', async () => {
  const { hub } = begin();
  const plain = new FakeBoard(hub);
  for (const method of ['$log', '$dropped', '$bye', '$cancel'])
    plain.sends({ jsonrpc: '2.0', method, params: { level: 'log', text: 'x' } });
  expect(hub.counts.dropped).toEqual({ UNKNOWN_METHOD: 4 });
  expect(plain.isEnded).toBe(false);
});

test('what a board had to drop is told when it grows, and added up over its starts', async () => {
  const { hub, connect, info } = begin();
  const feed = hub.subscribe();
  const told = async () =>
    (await feed.next())?.flatMap((event) => (event.type === 'dropped' ? [[event.samples, event.logs]] : []));
  const first = await connect({ ...BOARD, dropped: { samples: 2 } });
  first.sends({ jsonrpc: '2.0', method: '$dropped', params: { samples: 5, logs: 1 } });
  first.sends({ jsonrpc: '2.0', method: '$dropped', params: { samples: 5, logs: 1 } });
  expect(await told()).toEqual([
    [2, 0],
    [3, 1],
  ]);
  const again = await connect({ ...BOARD, dropped: { samples: 6, logs: 1 } });
  again.breaks();
  expect(await told()).toEqual([[1, 0]]);
  const anew = await connect({ ...BOARD, boot: 'b2', dropped: { samples: 1, logs: 0 } });
  anew.sends({ jsonrpc: '2.0', method: '$dropped', params: { samples: 0, logs: 0 } });
  expect(await told()).toEqual([[1, 0]]);
  expect(info()?.reported).toEqual({ samples: 7, logs: 1 });
  feed.close();
});

test('two programs that use one name are told of once, with both addresses', async () => {
  const { clock, problems, connect } = begin();
  const addresses: string[] = [];
  for (let i = 0; i < 12; i++) {
    addresses.push((await connect({ ...BOARD, boot: `b${i % 2}` })).address);
    clock.advance(5_000);
  }
  expect(problems).toHaveLength(1);
  const [{ what, error }] = problems as [Problem];
  expect(what).toBe('name used twice');
  expect(error).toBeInstanceOf(KitelineError);
  expect(error).toMatchObject({ code: 'NAME_TAKEN' });
  const { message } = error as KitelineError;
  expect(message).toContain('greenhouse');
  expect(
    addresses.filter((address) => message.includes(`${address} `) || message.includes(`${address},`)),
  ).toHaveLength(2);
});

test('a board that starts again and again is no quarrel, nor are two that meet now and then', () => {
  const restarting = new Quarrel();
  for (let i = 0; i < 50; i++) expect(restarting.evicts(`b${i + 1}`, `b${i}`, 100 * i)).toBe(false);
  const same = new Quarrel();
  for (let i = 0; i < 50; i++) expect(same.evicts('b1', 'b1', 100 * i)).toBe(false);
  const seldom = new Quarrel();
  for (let i = 0; i < 50; i++) expect(seldom.evicts(`b${i % 2}`, `b${(i + 1) % 2}`, 20_000 * i)).toBe(false);
  const quarrel = new Quarrel();
  const told: number[] = [];
  for (let i = 0; i < 1_000; i++) if (quarrel.evicts(`b${i % 2}`, `b${(i + 1) % 2}`, 1_000 * i)) told.push(i);
  expect(told).toEqual([4, 604]);
});

test('units that are announced belong to the samples, until others are', async () => {
  const { hub, connect } = begin();
  const board = await connect({ ...BOARD, metrics: { temp: { unit: 'Cel' }, hum: { unit: '%RH' } } });
  for (let i = 1; i <= 3; i++)
    board.sends(
      { temp: 20, on: true, $seq: i },
      { on: false },
      '[{"n":"hum","v":40},{"n":"temp","u":"K","v":293}]',
    );
  await board.session.finished();
  const units = async () =>
    Object.fromEntries((await hub.store.series('greenhouse')).map(({ metric, unit }) => [metric, unit]));
  expect(await units()).toEqual({ temp: 'K', on: undefined, hum: '%RH' });
  const again = await connect({ ...BOARD, metrics: { temp: { unit: 'degF' } } });
  again.sends({ temp: 70, on: true, $seq: 4 });
  await again.session.finished();
  expect(await units()).toEqual({ temp: 'degF', on: undefined, hum: '%RH' });
  expect(hub.board('greenhouse')?.info()?.metrics).toEqual({ temp: { unit: 'degF' } });
});

test('a board that is forgotten loses its session with its place', () => {
  const forgotten: string[] = [];
  const boards = new Boards(() => {}, 1);
  boards.touch('a', 1).presence = { forget: () => forgotten.push('a') } as never;
  boards.touch('b', 2);
  expect(forgotten).toEqual(['a']);
});

test('1,000 boards that come at once are all online, and each has its own', async () => {
  const { hub, tcp } = await startHub();
  const wires = await Promise.all(Array.from({ length: 1_000 }, async () => new Wire(await tcp())));
  const results = await Promise.all(
    wires.map((wire, i) => wire.hello({ board: `board ${i}`, boot: `b${i}` })),
  );
  expect(new Set(results.map(({ session }) => session)).size).toBe(1_000);
  for (const wire of wires) wire.send({ n: 1, $seq: 1 });
  for (const wire of wires) expect(await wire.next()).toMatchObject({ method: '$ack', params: { seq: 1 } });
  const boards = hub.boards();
  expect(boards.filter(({ presence }) => presence?.state === 'online')).toHaveLength(1_000);
  // Again, all of them, while the hub has not noticed that the old connections are dead.
  const again = await Promise.all(wires.map(async () => new Wire(await tcp())));
  const acks = await Promise.all(again.map((wire, i) => wire.hello({ board: `board ${i}`, boot: `b${i}` })));
  expect(acks.every(({ acks }, i) => (acks as JsonObject)[`b${i}`] === 1)).toBe(true);
  await Promise.all(wires.map((wire) => wire.ended()));
  await until(() => hub.counts.connections === 1_000);
  expect(hub.boards().every(({ connections, reconnects }) => connections === 1 && reconnects === 1)).toBe(
    true,
  );
});
