/** Whether a board is still there: heartbeats both ways, and what is not taken for silence. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Heartbeat } from '../../src/hub/heartbeat.ts';
import { createHub } from '../../src/hub/hub.ts';
import { ROUND_BYTES } from '../../src/hub/intake.ts';
import type { Json } from '../../src/wire/index.ts';
import { FakeBoard, Wire } from './boards.ts';
import { startHub, until } from './helpers.ts';
import { DiskStore, SlowStore } from './stores.ts';

const BOARD = { board: 'greenhouse', boot: 'b1', keepalive: 1_000 };

function begin(keepalive = 1_000) {
  const clock = new ManualClock();
  const seen = { pings: [] as number[], silent: 0, isHeldBack: false, bytes: 0 };
  const heartbeat = new Heartbeat(clock, keepalive, {
    ping: (number) => seen.pings.push(number),
    silent: () => seen.silent++,
    isHeldBack: () => seen.isHeldBack,
    bytesHeard: () => seen.bytes,
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  return { clock, heartbeat, seen, pass };
}

test('asks once a keepalive, and notices 2.5 keepalives of silence', async () => {
  const { heartbeat, seen, pass } = begin();
  await pass(999);
  expect(seen.pings).toEqual([]);
  await pass(1);
  await pass(500);
  heartbeat.heard(); // at 1,500
  await pass(2_499);
  expect([seen.pings, seen.silent]).toEqual([[1, 2, 3], 0]);
  await pass(1);
  expect([seen.pings, seen.silent]).toEqual([[1, 2, 3], 1]);
  await pass(60_000);
  expect(seen.silent).toBe(1);
});

test('measures the round trip by the newest ping, and knows its own pings', async () => {
  const { clock, heartbeat, pass } = begin();
  expect(heartbeat.answered(1)).toBe(false);
  await pass(1_000);
  clock.advance(30);
  expect([heartbeat.answered(1), heartbeat.roundTrip]).toEqual([true, 30]);
  await pass(970);
  clock.advance(40);
  expect([heartbeat.answered(1), heartbeat.roundTrip]).toEqual([true, 30]); // late: it says nothing of now
  expect([heartbeat.answered(2), heartbeat.roundTrip]).toEqual([true, 40]);
  for (const number of [0, -1, 3, 1.5, Number.NaN]) expect(heartbeat.answered(number)).toBe(false);
});

test('what is not read from is not silent, nor for as long after it is read from again', async () => {
  const { heartbeat, seen, pass } = begin();
  seen.isHeldBack = true;
  for (let i = 0; i < 20; i++) await pass(1_000);
  expect(seen.pings).toHaveLength(20); // the board must hear of us all the same
  seen.isHeldBack = false;
  heartbeat.heard(); // as whoever holds it back tells
  await pass(2_499);
  expect(seen.silent).toBe(0);
  await pass(1);
  expect(seen.silent).toBe(1);
});

test('bytes of a line that is not complete are heard, too', async () => {
  const { seen, pass } = begin();
  for (let i = 0; i < 10; i++) {
    seen.bytes++;
    await pass(2_000);
  }
  expect(seen.silent).toBe(0);
  await pass(5_000);
  expect(seen.silent).toBe(1);
});

test('what came in the same turn is read before anybody is taken for dead', async () => {
  const { clock, heartbeat, seen } = begin();
  clock.advance(2_500);
  heartbeat.heard();
  await new Promise(setImmediate);
  expect(seen.silent).toBe(0);
});

test('the time that this computer slept is nobody’s silence', async () => {
  const clock = new ManualClock();
  const late: (() => void)[] = [];
  // Alarms ring when it wakes up, however late that is.
  const sleepy = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    alarm: (_: number, ring: () => void) => {
      late.push(ring);
      return { cancel: () => {} };
    },
  };
  let silent = 0;
  const heartbeat = new Heartbeat(sleepy, 1_000, {
    ping: () => {},
    silent: () => silent++,
    isHeldBack: () => false,
    bytesHeard: () => 0,
  });
  const wake = async () => {
    late.shift()?.();
    await new Promise(setImmediate);
  };
  clock.advance(3_600_000);
  await wake();
  expect(silent).toBe(0);
  clock.advance(1_000);
  await wake();
  clock.advance(1_000);
  await wake();
  expect(silent).toBe(1);
  heartbeat.stop();
});

test('a heartbeat that has stopped does nothing more, also where it was about to judge', async () => {
  const { clock, heartbeat, seen, pass } = begin();
  clock.advance(2_500);
  heartbeat.stop();
  await pass(10_000);
  expect([seen.pings.length, seen.silent]).toEqual([2, 0]);
});

test('hub and board ping each other; the answer to a board’s tells the time', async () => {
  const { hub, tcp, clock } = await startHub();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  clock.advance(1_000);
  expect(await board.next()).toEqual({ jsonrpc: '2.0', id: 'ping1', method: '$ping', params: {} });
  clock.advance(25);
  board.send({ jsonrpc: '2.0', id: 'ping1', result: {} }, { jsonrpc: '2.0', id: 'x', method: '$ping' });
  expect(await board.next()).toEqual({
    jsonrpc: '2.0',
    id: 'x',
    result: { time: clock.now(), clock: 1_025 },
  });
  expect(hub.board('greenhouse')?.info()?.session).toMatchObject({ roundTrip: 25, keepalive: 1_000 });
  expect(hub.counts.dropped).toEqual({});
  board.send({ jsonrpc: '2.0', id: 'ping2', result: {} }, { jsonrpc: '2.0', id: 7, result: {} });
  await until(() => hub.counts.dropped.UNEXPECTED_RESPONSE === 2);
});

test('what a board answers a ping with says how strongly it hears its access point', async () => {
  const { hub, tcp, clock } = await startHub();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  const rssiAfter = async (id: string, result: Json) => {
    clock.advance(1_000);
    expect(await board.next()).toMatchObject({ id, method: '$ping' });
    board.send({ jsonrpc: '2.0', id, result }, { jsonrpc: '2.0', id: 'x', method: '$ping' });
    await board.next();
    return hub.board('greenhouse')?.info()?.session?.rssi;
  };
  expect(await rssiAfter('ping1', { rssi: -61 })).toBe(-61);
  expect(await rssiAfter('ping2', { rssi: 'loud' })).toBeUndefined();
  expect(await rssiAfter('ping3', { rssi: -70.4 })).toBe(-70);
  expect(await rssiAfter('ping4', [])).toBeUndefined();
  expect(await rssiAfter('ping5', { rssi: 0 })).toBeUndefined(); // as the chip says without a connection
});

test('a plain peer is neither pinged nor answered its ping', async () => {
  const { hub, tcp, clock } = await startHub();
  const plain = new Wire(await tcp());
  plain.send({ jsonrpc: '2.0', id: 1, method: '$ping' });
  expect(await plain.next()).toMatchObject({ error: { code: -32601 } });
  clock.advance(600_000);
  expect(hub.counts.connections).toBe(1);
});

test('a board that is silent is lost, and its connection ended', async () => {
  const { hub, tcp, clock, events } = await startHub();
  const feed = events();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  expect(await feed.next('presence')).toMatchObject({ state: 'online' });
  clock.advance(2_500);
  expect(await feed.next('presence')).toEqual({
    type: 'presence',
    board: 'greenhouse',
    at: clock.now(),
    state: 'lost',
    why: 'SILENT',
  });
  expect(hub.board('greenhouse')?.send('x')).toBe(false);
  expect(hub.counts.dropped).toEqual({}); // it was not tried
  await board.ended();
  expect(hub.board('greenhouse')?.info()).not.toHaveProperty('session');
});

/** Fills the round that is gathered. */
async function fill(peer: FakeBoard): Promise<void> {
  const many = Array.from({ length: 10_000 }, () => '{"filler":1}');
  for (let bytes = 0; bytes < ROUND_BYTES; bytes += 24 * many.length) {
    const held = peer.sends(...many);
    if (held) return;
  }
}

test('a board whose messages wait for the store is not silent', async () => {
  const store = new SlowStore();
  const clock = new ManualClock();
  const hub = createHub({ store, clock });
  const filler = new FakeBoard(hub);
  const board = new FakeBoard(hub);
  await board.hello(BOARD);
  await fill(filler);
  await until(() => store.batches.length === 1);
  await fill(filler);
  const held = board.sends({ n: 1, $seq: 1 });
  expect(held).toBeInstanceOf(Promise);
  for (let i = 0; i < 10; i++) {
    clock.advance(1_000);
    await new Promise(setImmediate);
  }
  expect(board.gotOf('$ping')).toHaveLength(10);
  expect(hub.board('greenhouse')?.info()?.presence).toMatchObject({ state: 'online' });
  clock.advance(900);
  store.release();
  await held;
  await new Promise(setImmediate);
  clock.advance(2_499);
  await new Promise(setImmediate);
  expect(hub.board('greenhouse')?.info()?.presence).toMatchObject({ state: 'online' });
  clock.advance(1);
  await new Promise(setImmediate);
  expect(hub.board('greenhouse')?.info()?.presence).toMatchObject({ state: 'lost', why: 'SILENT' });
  await hub.close();
});

test('a board whose text the app is still answering is not silent', async () => {
  const store = new DiskStore();
  store.free = true;
  const { hub, tcp, clock } = await startHub({ store });
  let answer = () => {};
  hub.on('text', () => new Promise<string>((resolve) => (answer = () => resolve('"done"'))));
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.send('think\n');
  await until(() => hub.counts.texts === 1);
  for (let i = 0; i < 6; i++) {
    clock.advance(1_000);
    await new Promise(setImmediate);
  }
  expect(hub.board('greenhouse')?.info()?.presence).toMatchObject({ state: 'online' });
  answer();
  for (let i = 1; i <= 6; i++) expect(await board.next()).toMatchObject({ id: `ping${i}` });
  expect(await board.next()).toBe('done');
});
