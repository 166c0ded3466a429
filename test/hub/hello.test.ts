/** What hello makes of a connection, and what it refuses. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { helloLimits, helloOf } from '../../src/hub/hello.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Json, JsonObject } from '../../src/wire/index.ts';
import { FakeBoard, hello, Wire } from './boards.ts';
import { quietHub, startHub, until } from './helpers.ts';
import { DiskStore } from './stores.ts';

const BOARD = { board: 'greenhouse', boot: 'b1' };
const FULL = {
  ...BOARD,
  library: 'kiteline 0.1.0',
  boots: ['b0'],
  keepalive: 2_000,
  reset: 'watchdog',
  commands: {
    led: {
      args: {
        on: { type: 'bool' },
        level: { type: 'int', min: 0, max: 100, unit: '%', optional: true },
        mode: { type: 'str', choices: ['eco', 'boost'] },
      },
    },
    beep: {},
  },
  controls: {
    drive: { args: { left: { type: 'float', min: -1, max: 1 } }, lease: 400 },
    horn: { lease: 50 },
  },
  metrics: { temp: { unit: 'Cel' } },
};

test('hello makes a connection the session of the board that it names, and leaves nothing of its address', async () => {
  const { hub, tcp, clock, events } = await startHub();
  const feed = events();
  const board = new Wire(await tcp());
  const result = await board.hello(FULL);
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
      messages: 1,
      presence: { state: 'online', since: clock.now() },
      session: {
        id: result.session,
        boot: 'b1',
        library: 'kiteline 0.1.0',
        reset: 'watchdog',
        address: board.end.address,
        since: clock.now(),
        keepalive: 2_000,
      },
      reconnects: 0,
      restarts: 0,
      duplicates: 0,
      reported: { samples: 0, logs: 0 },
      commands: FULL.commands,
      controls: {
        drive: { ...FULL.controls.drive, via: 'session', sent: 0, replaced: 0 },
        horn: { ...FULL.controls.horn, via: 'session', sent: 0, replaced: 0 },
      },
      metrics: FULL.metrics,
    },
  ]);
  await board.reset();
  await until(() => hub.counts.connections === 0);
  expect(hub.boards()).toMatchObject([{ name: 'greenhouse', connections: 0 }]);
});

test('a plain peer has none of a session', async () => {
  const { hub, tcp } = await startHub();
  (await tcp()).send('{"a":1,"$seq":1}\n');
  await until(() => hub.counts.samples === 1);
  const info = hub.board('127.0.0.1')?.info();
  for (const field of ['presence', 'session', 'reconnects', 'restarts', 'duplicates', 'reported', 'commands'])
    expect(info).not.toHaveProperty(field);
});

test.each([
  [{ ...BOARD, board: undefined }, 'board: a name'],
  [{ ...BOARD, board: 7 }, 'board: a name'],
  [{ ...BOARD, board: '' }, 'board: a name'],
  [{ ...BOARD, board: 'x'.repeat(65) }, 'board: a name'],
  [{ ...BOARD, board: 'a\u001b[2J' }, 'board: a name'],
  [{ ...BOARD, board: '\ud800' }, 'board: a name'],
  [{ ...BOARD, board: '$hub' }, 'does not begin with $'],
  [{ ...BOARD, board: '10.0.0.7' }, 'not an IP address'],
  [{ ...BOARD, board: '::1' }, 'not an IP address'],
  [{ ...BOARD, board: '[fe80::1%eth0]' }, 'not an IP address'],
  [{ board: 'a' }, 'boot: an id'],
  [{ ...BOARD, boot: 5 }, 'boot: an id'],
  [{ ...BOARD, boot: 'x'.repeat(65) }, 'boot: an id'],
  [{ ...BOARD, boots: 'b0' }, 'boots: an array'],
  [{ ...BOARD, boots: [1] }, 'boots: an id'],
  [{ ...BOARD, boots: Array.from({ length: 16 }, (_, i) => `b${i}x`) }, 'boots: an array of at most 15'],
  [{ ...BOARD, keepalive: '10' }, 'keepalive: a number'],
  [{ ...BOARD, keepalive: 0 }, 'keepalive: a number'],
  [{ ...BOARD, library: 'x'.repeat(65) }, 'library: text'],
  [{ ...BOARD, library: {} }, 'library: text'],
  [{ ...BOARD, reset: 'a\nb' }, 'reset: text'],
  [{ ...BOARD, dropped: 3 }, 'dropped: an object'],
  [{ ...BOARD, dropped: { samples: -1 } }, 'dropped: an object'],
  [{ ...BOARD, metrics: [] }, 'metrics: an object'],
  [{ ...BOARD, metrics: { temp: 'Cel' } }, 'metrics.temp: an object'],
  [{ ...BOARD, metrics: { '': { unit: 'Cel' } } }, 'metrics: "" is not'],
  [{ ...BOARD, metrics: { temp: { unit: 7 } } }, 'metrics.temp.unit: text'],
  [{ ...BOARD, controls: 'drive' }, 'controls: an object'],
  [{ ...BOARD, controls: { $drive: { lease: 100 } } }, "is not a control's name"],
  [{ ...BOARD, controls: { drive: {} } }, 'controls.drive.lease: milliseconds, 50 to 60000'],
  [{ ...BOARD, controls: { drive: { lease: 49 } } }, 'controls.drive.lease'],
  [{ ...BOARD, controls: { drive: { lease: 60_001 } } }, 'controls.drive.lease'],
  [{ ...BOARD, controls: { drive: { lease: '100' } } }, 'controls.drive.lease'],
  [{ ...BOARD, controls: { drive: { lease: 100, args: 1 } } }, 'controls.drive.args: an object'],
  [
    { ...BOARD, controls: { drive: { lease: 100, args: { on: {} } } } },
    'controls: drive.on.type: one of bool',
  ],
  [
    {
      ...BOARD,
      controls: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`c${i}`, { lease: 100 }])),
    },
    'controls: at most 16',
  ],
  [{ ...BOARD, commands: 'led' }, 'commands: an object'],
  [{ ...BOARD, commands: { $led: {} } }, 'is not a command'],
  [{ ...BOARD, commands: { led: { args: [] } } }, 'commands.led.args: an object'],
  [{ ...BOARD, commands: { led: { args: { on: true } } } }, 'led.on: an object'],
  [{ ...BOARD, commands: { led: { args: { on: { type: 'flag' } } } } }, 'led.on.type: one of bool, int'],
  [{ ...BOARD, commands: { led: { args: { on: { type: 'int', min: '0' } } } } }, 'led.on.min: a number'],
  [{ ...BOARD, commands: { led: { args: { on: { type: 'int', min: 2, max: 1 } } } } }, 'led.on.min: at most'],
  [{ ...BOARD, commands: { led: { args: { on: { type: 'int', unit: 1 } } } } }, 'led.on.unit: text'],
  [{ ...BOARD, commands: { led: { args: { on: { type: 'str', choices: [{}] } } } } }, 'led.on.choices: an'],
  [{ ...BOARD, commands: { led: { args: { on: { type: 'str', optional: 1 } } } } }, 'led.on.optional: true'],
  [
    { ...BOARD, commands: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`c${i}`, {}])) },
    'commands: at most 64',
  ],
  [['greenhouse', 'b1'], 'parameters by name'],
  [undefined, 'parameters by name'],
])('refuses the hello %o with a sentence', (params, sentence) => {
  expect(helloOf(params as JsonObject)).toContain(sentence);
});

test('null is as good as nothing, and what is unknown is left alone', () => {
  expect(helloOf({ ...BOARD, boots: null, keepalive: null, metrics: { a: { unit: null } }, x: 1 })).toEqual({
    ...BOARD,
    boots: [],
    dropped: { samples: 0, logs: 0 },
  });
  expect(helloOf({ ...BOARD, boots: ['b0', 'b1', 'b0'] })).toMatchObject({ boots: ['b0'] });
});

test('whatever the parameters are, the answer is a hello or a sentence', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>;
  const fields = Object.fromEntries(Object.keys(FULL).map((field) => [field, json]));
  const near = fc.record({
    ...fields,
    board: fc.oneof(json, fc.constant('a')),
    boot: fc.oneof(json, fc.constant('b')),
  });
  fc.assert(
    fc.property(fc.oneof(near, json), (params) => {
      const read = helloOf(params as JsonObject);
      if (typeof read === 'string') expect(read.length).toBeGreaterThan(0);
      else expect(read.board.length).toBeLessThanOrEqual(helloLimits.name);
    }),
    { numRuns: 2_000 },
  );
});

test('names that are traps are names', async () => {
  const { hub } = quietHub(new MemoryStore());
  const board = new FakeBoard(hub);
  const commands = JSON.parse('{"__proto__":{"args":{"constructor":{"type":"json"}}}}') as JsonObject;
  await board.hello({
    board: '__proto__',
    boot: '__proto__',
    commands,
    metrics: JSON.parse('{"__proto__":{"unit":"x"}}'),
  });
  board.sends('{"__proto__":1,"$seq":1}');
  await board.session.finished();
  expect(JSON.stringify(board.got[0]?.result)).toContain('"acks":{"__proto__":0}');
  expect(JSON.stringify(hub.board('__proto__')?.info())).toContain(
    '"commands":{"__proto__":{"args":{"constructor"',
  );
  expect(await hub.store.series('__proto__')).toMatchObject([{ metric: '__proto__', unit: 'x' }]);
});

test('a hello that is refused leaves no board, and may be said again in better words', async () => {
  const { hub, tcp } = await startHub();
  const board = new Wire(await tcp());
  board.send(hello({ board: '127.0.0.1', boot: 'b1' }));
  expect(await board.next()).toMatchObject({
    id: 1,
    error: { code: -32602, message: 'board: a name, not an IP address' },
  });
  board.send(hello({ boot: 'b1' }, 2), hello({ board: 'x', boot: {} }, 3));
  expect(await board.next()).toMatchObject({ id: 2, error: { code: -32602 } });
  expect(await board.next()).toMatchObject({ id: 3, error: { code: -32602 } });
  expect(hub.counts).toMatchObject({ hellos: 3, dropped: { BAD_HELLO: 3 } });
  expect(hub.boards()).toEqual([]);
  await board.hello(BOARD);
  expect(hub.boards()).toMatchObject([{ name: 'greenhouse', connections: 1 }]);
  board.send(hello({ ...BOARD, pad: 'x'.repeat(8_192) }, 4));
  expect(await board.next()).toMatchObject({ id: null, error: { data: { reason: 'LINE_TOO_LONG' } } });
});

test('a second hello, one in a datagram and one that wants no answer are refused', async () => {
  const { hub, tcp, udp } = await startHub();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.send(hello({ board: 'other', boot: 'b2' }, 2));
  expect(await board.next()).toMatchObject({ id: 2, error: { code: -32600 } });
  board.send({ jsonrpc: '2.0', method: 'hello', params: BOARD });
  const datagrams = await udp();
  datagrams.send(hello(BOARD));
  expect(JSON.parse(Buffer.from(await datagrams.received(20)).toString())).toMatchObject({
    id: 1,
    error: { code: -32600 },
  });
  await until(() => hub.counts.dropped.UNKNOWN_METHOD === 1);
  expect(hub.counts.dropped).toEqual({ BAD_HELLO: 2, UNKNOWN_METHOD: 1 });
  expect(hub.board('other')).toBeUndefined();
});

test('a connection that has sent samples or text cannot say hello: a browser that is made to post here takes no board’s place', async () => {
  const { hub, tcp } = await startHub();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  const page = await tcp();
  page.send(`POST / HTTP/1.1\r\nHost: hub\r\n\r\n${hello(BOARD)}`);
  await until(() => hub.counts.dropped.BAD_HELLO === 1);
  for (const first of ['{"a":1}\n', '[1]\n', `${'x'.repeat(9_000)}\n`]) {
    const plain = await tcp();
    plain.send(first);
    plain.send(hello(BOARD));
  }
  await until(() => hub.counts.dropped.BAD_HELLO === 4);
  expect(hub.board('greenhouse')?.info()).toMatchObject({
    reconnects: 0,
    session: { address: board.end.address },
  });
});

test('what came of requests before hello is the address’s, what comes after it the board’s', async () => {
  const { hub, tcp } = await startHub();
  const board = new Wire(await tcp());
  board.send({ jsonrpc: '2.0', id: 0, method: 'fly' }, hello(BOARD), { a: 2, $seq: 1 });
  expect(await board.next()).toMatchObject({ error: { code: -32601 } });
  expect(await board.next()).toMatchObject({ result: { acks: { b1: 0 } } });
  expect(await board.next()).toMatchObject({ method: '$ack', params: { seq: 1 } });
  expect(hub.boards()).toMatchObject([
    { name: '127.0.0.1', connections: 0, messages: 2, dropped: { UNKNOWN_METHOD: 1 } },
    { name: 'greenhouse', connections: 1, samples: 1, messages: 1 },
  ]);
});

test('what follows a hello waits until the store has said what it has', async () => {
  const store = new DiskStore();
  store.free = true;
  store.disk.commit([], [{ board: 'greenhouse', boot: 'b1', seq: 2 }]);
  store.holdAcks();
  const { hub } = quietHub(store);
  const board = new FakeBoard(hub);
  const said = board.sends(hello({ ...BOARD, boots: ['b0'] }), { a: 2, $seq: 2 }, { a: 3, $seq: 3 });
  const later = board.sends({ a: 4, $seq: 4 });
  await until(() => store.asked === 1);
  expect([board.got, hub.boards()]).toEqual([[], []]);
  store.releaseAcks();
  await Promise.all([said, later]);
  await board.session.finished();
  expect(board.got[0]).toMatchObject({ result: { acks: { b1: 2, b0: 0 } } });
  expect(board.got.at(-1)).toMatchObject({ method: '$ack', params: { seq: 4 } });
  expect(store.disk.samples.map(({ values }) => values.get('a'))).toEqual([3, 4]);
});

test('a second hello that comes before the first is answered is refused after it', async () => {
  const store = new DiskStore();
  store.holdAcks();
  const { hub } = quietHub(store);
  const board = new FakeBoard(hub);
  const said = [board.sends(hello(BOARD, 1)), board.sends(hello({ ...BOARD, board: 'other' }, 2))];
  await until(() => store.asked === 1);
  store.releaseAcks();
  await Promise.all(said);
  expect(board.got).toMatchObject([
    { id: 1, result: {} },
    { id: 2, error: { code: -32600 } },
  ]);
});

test('a connection that is gone before its hello is answered leaves nothing', async () => {
  const store = new DiskStore();
  store.holdAcks();
  const { hub } = quietHub(store);
  const board = new FakeBoard(hub);
  const said = board.sends(hello(BOARD), { a: 1, $seq: 1 }, 'text');
  await until(() => store.asked === 1);
  board.breaks();
  store.releaseAcks();
  await said;
  expect(hub.boards()).toEqual([]);
  expect(hub.counts.dropped).toEqual({ SESSION_OVER: 2 });
  expect(store.disk.samples).toEqual([]);
});

test('a store that fails refuses hellos for the time being', async () => {
  class Failing extends MemoryStore {
    fails = true;
    protected override async _acks(board: string) {
      if (this.fails) throw new Error('disk gone');
      return super._acks(board);
    }
  }
  const store = new Failing();
  const { hub } = quietHub(store);
  const problems: unknown[] = [];
  hub.on('problem', ({ what }) => problems.push(what));
  const board = new FakeBoard(hub);
  await board.sends(hello(BOARD));
  expect(board.got[0]).toMatchObject({ error: { code: -32603 } });
  expect(problems).toEqual(['store failed']);
  store.fails = false;
  expect(await board.hello(BOARD)).toMatchObject({ acks: { b1: 0 } });
});

test('of two hellos the one that was said last has the board, also where it is answered first', async () => {
  const store = new DiskStore();
  store.free = true;
  const { hub } = quietHub(store);
  await new FakeBoard(hub).hello(BOARD);
  store.holdAcks();
  const [late, early] = [new FakeBoard(hub), new FakeBoard(hub)];
  const waiting = late.sends(hello({ ...BOARD, boots: ['b0'] }), { a: 1, $seq: 1 });
  await until(() => store.asked === 2);
  await early.hello(BOARD); // all that it needs is known
  store.releaseAcks();
  await waiting;
  expect([late.isEnded, early.isEnded]).toEqual([true, false]);
  expect(late.got).toMatchObject([{ method: '$bye', params: { why: 'replaced' } }]);
  expect(hub.boards()).toMatchObject([{ session: { address: early.address }, dropped: {} }]);
  expect(hub.counts.dropped).toEqual({ SESSION_OVER: 1 });
});

test('texts in a session get no configured reply, and what the app answers or sends is a line', async () => {
  const { hub, tcp } = await startHub();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.send('hello\n');
  await until(() => hub.counts.texts === 1);
  expect(hub.board('greenhouse')?.send('{"to":"you"}')).toBe(true);
  expect(await board.next()).toEqual({ to: 'you' }); // and nothing before it
  expect(hub.board('greenhouse')?.send('{"with":"a line feed"}\n')).toBe(true);
  expect(await board.next()).toEqual({ with: 'a line feed' });
  hub.on('text', ({ text }) => JSON.stringify(text));
  board.send('again\n', '{"n":1,"$seq":1}\n');
  expect(await board.next()).toEqual('again');
  expect(await board.next()).toMatchObject({ method: '$ack' });
});

test('from hello on a connection is line-framed, and a line that is cut is nothing', async () => {
  const { hub, tcp } = await startHub();
  const board = new Wire(await tcp());
  board.send(hello(BOARD).trimEnd()); // complete JSON, without its LF
  expect(await board.next()).toMatchObject({ id: 1, result: {} });
  board.send('{"a":1,"$seq":1}{"a":2}\n', '{"b":1,"$seq":1}\n', '{"b":2,"$se');
  expect(await board.next()).toMatchObject({ method: '$ack', params: { seq: 1 } });
  await board.reset();
  const again = new Wire(await tcp());
  expect(await again.hello(BOARD)).toMatchObject({ acks: { b1: 1 } });
  again.send('q":2}\n', '{"b":2,"$seq":2}\n');
  expect(await again.next()).toMatchObject({ method: '$ack', params: { seq: 2 } });
  expect((await hub.store.texts({ board: 'greenhouse' })).map(({ text }) => text)).toEqual([
    '{"a":1,"$seq":1}{"a":2}',
    'q":2}',
  ]);
  expect(await hub.store.series('greenhouse')).toMatchObject([{ metric: 'b', points: 2 }]);
  expect(hub.board('greenhouse')?.info()?.dropped).toEqual({ LINE_CUT: 1 });
  expect(hub.board('127.0.0.1')).toBeUndefined();
});

test('a line that is too long is counted for the board of the session', async () => {
  const { hub, tcp } = await startHub();
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.send(`${'x'.repeat(10_000)}\n`);
  expect(await board.next()).toMatchObject({ error: { data: { reason: 'LINE_TOO_LONG' } } });
  expect(hub.boards()).toMatchObject([{ name: 'greenhouse', dropped: { LINE_TOO_LONG: 1 } }]);
});

test('the wish for a keepalive holds within bounds, and without one the hub’s own', async () => {
  const { hub } = quietHub(new MemoryStore());
  const keepalives = [];
  for (const keepalive of [1, 250, 333.3, 1e9, null])
    keepalives.push((await new FakeBoard(hub).hello({ ...BOARD, keepalive }))?.keepalive);
  expect(keepalives).toEqual([100, 250, 333, 600_000, 10_000]);
});
