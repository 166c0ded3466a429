/** Who steers a board: one holder, a lease that is renewed while he says something, and how it ends. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import type { ControlMessage } from '../../src/hub/events.ts';
import { createHub } from '../../src/hub/hub.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { JsonObject } from '../../src/wire/index.ts';
import { FakeBoard } from './boards.ts';

const SPEED = { type: 'float', min: -1, max: 1 };
const ROVER = {
  board: 'rover',
  boot: 'b1',
  controls: { drive: { args: { left: SPEED, right: SPEED }, lease: 300 }, horn: { lease: 50 } },
};
const AHEAD = { left: 0.5, right: 0.5 };

async function begin(params: JsonObject = ROVER) {
  const clock = new ManualClock();
  const hub = createHub({ store: new MemoryStore(), clock });
  const events: Omit<ControlMessage, 'at' | 'board'>[] = [];
  hub.on('control', ({ at, board, ...rest }) => {
    if (rest.state !== 'way') events.push(rest);
  });
  const connect = async () => {
    const board = new FakeBoard(hub);
    await board.hello(params);
    return board;
  };
  const board = await connect();
  const sets = () => board.gotOf('$set').map(({ params }) => params as JsonObject);
  const seen = (n: number, control = 'drive') =>
    board.sends({ jsonrpc: '2.0', method: '$seen', params: { control, n, clock: 1 } });
  const says = (method: string, params: JsonObject) => board.sends({ jsonrpc: '2.0', method, params });
  const rover = hub.board('rover');
  if (!rover) throw new Error('no rover');
  return { clock, hub, events, board, connect, sets, seen, says, rover };
}

/** The board says what it has seen, as it does. */
function advanceSeeing({ clock, seen, sets }: Awaited<ReturnType<typeof begin>>, ms: number): void {
  for (let passed = 0; passed < ms; passed += 10) {
    clock.advance(10);
    const n = sets().at(-1)?.n;
    if (typeof n === 'number') seen(n);
  }
}

test('a setpoint is sent at once, renewed every third of the lease, and no longer than its holder wants', async () => {
  const world = await begin();
  const { clock, sets, rover } = world;
  clock.advance(1_000);
  const drive = rover.control('drive', { holder: 'ann', holdMs: 500 });
  expect(sets()).toEqual([]);
  expect(drive.set(AHEAD)).toBe(true);
  expect(sets()).toEqual([{ control: 'drive', n: 1, t: 1_000, args: AHEAD }]);
  advanceSeeing(world, 500);
  expect(sets().map(({ n, t }) => [n, t])).toEqual([
    [1, 1_000],
    [2, 1_100],
    [3, 1_200],
    [4, 1_300],
    [5, 1_400],
    [6, 1_500],
  ]);
  expect(rover.info()?.controls?.drive).toMatchObject({ holder: 'ann', lease: 300, sent: 6, via: 'session' });
  advanceSeeing(world, 299);
  expect(sets()).toHaveLength(6);
  expect(drive.end).toMatchObject({ why: 'LAPSED', message: expect.stringContaining('rover') });
  expect(await drive.ended).toBe(drive.end);
  expect(drive.set(AHEAD)).toBe(false);
  expect(drive.renew()).toBe(false);
  expect(sets()).toHaveLength(6);
  expect(world.events).toMatchObject([
    { control: 'drive', holder: 'ann', state: 'held' },
    { control: 'drive', holder: 'ann', state: 'ended', why: 'LAPSED' },
  ]);
  const { drive: status } = rover.info()?.controls ?? {};
  expect(status).not.toHaveProperty('holder');
  expect(status?.ended).toMatchObject({ holder: 'ann', why: 'LAPSED' });
});

test('a word of the holder in time keeps the lease, also when its renewals had stopped', async () => {
  const world = await begin();
  const { clock, sets, rover } = world;
  const drive = rover.control('drive', { holdMs: 150 });
  drive.set(AHEAD);
  clock.advance(390); // renewed at 100; lapses at 400
  expect(sets()).toHaveLength(2);
  expect(drive.renew()).toBe(true);
  expect(sets().at(-1)).toMatchObject({ n: 3, t: 390 });
  clock.advance(140);
  drive.renew();
  clock.advance(10);
  expect(sets().map(({ t }) => t)).toEqual([0, 100, 390, 490]);
  clock.advance(299);
  expect(drive.end).toBeUndefined();
});

test('setpoints are 20 ms apart, the newest of those between is sent, and the others are counted', async () => {
  const world = await begin();
  const { clock, sets, rover } = world;
  const drive = rover.control('drive');
  for (const left of [0.1, 0.2, 0.3, 0.4]) drive.set({ left, right: 0 });
  expect(sets()).toHaveLength(1);
  clock.advance(19);
  expect(sets()).toHaveLength(1);
  clock.advance(1);
  expect(sets().map(({ args }) => (args as JsonObject).left)).toEqual([0.1, 0.4]);
  expect(sets()[1]).toMatchObject({ n: 2, t: 0 }); // as old as the holder's word, not as its sending
  expect(rover.info()?.controls?.drive).toMatchObject({ sent: 2, replaced: 2 });
});

test('one holder at a time; who it is and since when, until he gives it back', async () => {
  const { sets, rover, clock } = await begin();
  const ann = rover.control('drive', { holder: 'ann' });
  expect(() => rover.control('drive', { holder: 'ben' })).toThrow(
    expect.objectContaining({
      code: 'HELD',
      message: expect.stringMatching(/^ann holds drive of rover since \d\d:\d\d:\d\d\.$/),
      holder: 'ann',
      since: clock.now(),
    }),
  );
  expect(() => rover.control('drive')).toThrow(expect.objectContaining({ code: 'HELD' }));
  expect(rover.control('horn', { holder: 'ben' }).end).toBeUndefined();
  expect(rover.control('drive', { holder: 'ann' })).toBe(ann);
  ann.set(AHEAD);
  ann.release();
  expect(sets().at(-1)).toEqual({ control: 'drive', n: 2, t: 0, args: null });
  expect(ann.end).toMatchObject({ why: 'RELEASED' });
  ann.release();
  const ben = rover.control('drive', { holder: 'ben' });
  ben.set(AHEAD);
  clock.advance(20);
  expect(sets().map(({ n }) => n)).toEqual([1, 2, 3]);
});

test('nameless holders are each another', async () => {
  const { rover } = await begin();
  rover.control('drive');
  expect(() => rover.control('drive')).toThrow(expect.objectContaining({ code: 'HELD', holder: 'app' }));
});

test('an operator takes it over: the old holder sends nothing any more, not even what waited', async () => {
  const { events, sets, rover, clock } = await begin();
  const ann = rover.control('drive', { holder: 'ann', holdMs: Number.POSITIVE_INFINITY });
  ann.set(AHEAD);
  ann.set({ left: 1, right: 1 });
  const op = rover.control('drive', { holder: 'op', takeover: true });
  expect(ann.end).toMatchObject({ why: 'TAKEN_OVER', by: 'op', message: expect.stringContaining('op') });
  expect(ann.set(AHEAD)).toBe(false);
  ann.release(); // not his to release any more
  clock.advance(200);
  expect(sets()).toHaveLength(1);
  op.set({ left: 0, right: 0 });
  expect(sets().map(({ n }) => n)).toEqual([1, 2]);
  expect(op.end).toBeUndefined();
  expect(events).toMatchObject([
    { holder: 'ann', state: 'held' },
    { holder: 'op', state: 'taken over', message: 'op took it over from ann.' },
  ]);
});

test('the board ends it: what it says of older setpoints is not about the present holder', async () => {
  const { events, sets, says, rover, clock } = await begin();
  const ann = rover.control('drive', { holder: 'ann' });
  ann.set(AHEAD);
  ann.release();
  const ben = rover.control('drive', { holder: 'ben' });
  clock.advance(20);
  ben.set(AHEAD);
  says('$stopped', { control: 'drive', n: 1, why: 'lapsed', late: 3 });
  says('$refused', { control: 'drive', n: 2, message: 'old' });
  expect(ben.end).toBeUndefined();
  expect(rover.info()?.controls?.drive?.late).toBe(3);
  says('$refused', { control: 'drive', n: 3, message: 'left takes less' });
  expect(ben.end).toMatchObject({ why: 'REFUSED', message: expect.stringContaining('left takes less') });
  expect(sets().at(-1)).toMatchObject({ n: 4, args: null });

  for (const [why, end] of [
    ['lapsed', 'LAPSED'],
    ['failed', 'FAILED'],
    ['ended', 'BOARD_STOPPED'],
  ] as const) {
    const holder = rover.control('drive', { holder: why });
    clock.advance(20);
    holder.set(AHEAD);
    says('$stopped', { control: 'drive', n: Number(sets().at(-1)?.n), why });
    expect(holder.end?.why).toBe(end);
    expect(sets().at(-1)).toMatchObject({ args: null });
  }
  const last = rover.control('drive');
  last.set(AHEAD);
  clock.advance(20);
  says('$stopped', { control: 'drive', n: Number(sets().at(-1)?.n), why: 'released' });
  expect(last.end).toBeUndefined();
  expect(events.filter(({ state }) => state === 'ended').map(({ why }) => why)).toEqual([
    'RELEASED',
    'REFUSED',
    'LAPSED',
    'FAILED',
    'BOARD_STOPPED',
  ]);
});

test('with the session the lease ends; in the next one numbers begin anew, and nothing was kept', async () => {
  const { events, board, connect, rover } = await begin();
  const drive = rover.control('drive', { holder: 'ann' });
  drive.set(AHEAD);
  board.breaks();
  expect(drive.end).toMatchObject({ why: 'BOARD_LOST' });
  expect(() => rover.control('drive')).toThrow(expect.objectContaining({ code: 'OFFLINE' }));
  const again = await connect();
  expect(again.gotOf('$set')).toEqual([]);
  expect(drive.set(AHEAD)).toBe(false);
  rover.control('drive', { holder: 'ann' }).set(AHEAD);
  expect(again.gotOf('$set')).toMatchObject([{ params: { n: 1, t: 0 } }]);
  expect(events.map(({ state, why }) => why ?? state)).toEqual(['held', 'BOARD_LOST', 'held']);
});

test('a session that takes the place of another ends the lease, too', async () => {
  const { connect, rover } = await begin();
  const drive = rover.control('drive');
  await connect();
  expect(drive.end).toMatchObject({ why: 'BOARD_LOST' });
});

test('when the hub is closed every board that is steered is told to stop', async () => {
  const { hub, board, sets, rover } = await begin();
  const drive = rover.control('drive');
  drive.set(AHEAD);
  await hub.close();
  expect(drive.end).toMatchObject({ why: 'HUB_CLOSED' });
  expect(sets().at(-1)).toMatchObject({ n: 2, args: null });
  expect(board.got.at(-1)).toMatchObject({ method: '$bye' });
});

test('a computer that slept, or was busy for longer than the lease, does not set motors going again', async () => {
  const world = await begin();
  const { clock, sets, rover } = world;
  const drive = rover.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  drive.set(AHEAD);
  const busy = clock.alarm.bind(clock);
  clock.alarm = (ms, ring) => busy(ms + 400, ring); // from now on every alarm is late
  drive.renew();
  clock.advance(350);
  expect(drive.set(AHEAD)).toBe(false);
  expect(drive.end).toMatchObject({ why: 'LAPSED' });
  clock.advance(2_000);
  expect(sets()).toHaveLength(1);
});

test('an endless hold is renewed until it is released', async () => {
  const world = await begin();
  const { sets, rover } = world;
  const drive = rover.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  drive.set(AHEAD);
  advanceSeeing(world, 5_000);
  expect(sets()).toHaveLength(51);
  drive.release();
  advanceSeeing(world, 1_000);
  expect(sets()).toHaveLength(52);
});

test('whoever takes a control and says nothing holds it for as long as he may be silent', async () => {
  const { clock, sets, rover } = await begin();
  const drive = rover.control('drive', { holdMs: 400 });
  clock.advance(399);
  expect(drive.end).toBeUndefined();
  clock.advance(1);
  expect(drive.end).toMatchObject({ why: 'LAPSED' });
  expect(sets()).toEqual([]);
});

test.each([
  [{ left: 2, right: 0 }, 'left takes a number, -1 to 1, and got 2.'],
  [{ left: true, right: 0 }, 'left takes a number'],
  [{ left: 0 }, 'right is missing: it takes a number, -1 to 1.'],
  [{ left: 0, right: 0, up: 1 }, 'up is no argument; there are left, right.'],
  [{ left: 0, right: Number.NaN }, 'args.right is NaN'],
  [{ left: 0, right: null }, 'right is missing'],
] as [JsonObject, string][])('setpoint %j is not sent', async (args, sentence) => {
  const { sets, rover } = await begin();
  const drive = rover.control('drive');
  expect(() => drive.set(args)).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringContaining(sentence) }),
  );
  expect(sets()).toEqual([]);
});

test('with a first setpoint that will not do nothing is taken, least of all from somebody else', async () => {
  const { sets, rover } = await begin();
  const ann = rover.control('drive', { holder: 'ann', args: AHEAD });
  expect(sets()).toMatchObject([{ n: 1, args: AHEAD }]);
  const wrong = { holder: 'op', takeover: true, args: { left: 2, right: 0 } };
  expect(() => rover.control('drive', wrong)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  expect(ann.end).toBeUndefined();
});

test('types, choices and options are those that commands have', async () => {
  const args = {
    gear: { type: 'int', min: 1, max: 5, unit: 'th' },
    mode: { type: 'str', choices: ['eco', 'boost'] },
    lamp: { type: 'bool', optional: true },
    extra: { type: 'json' },
  };
  const { sets, rover } = await begin({ ...ROVER, controls: { drive: { args, lease: 100 } } });
  const drive = rover.control('drive');
  drive.set({ gear: 2, mode: 'eco', extra: null });
  drive.set({ gear: 2, mode: 'eco', lamp: false, extra: [1] });
  expect(sets()).toMatchObject([{ args: { gear: 2, mode: 'eco', extra: null } }]);
  for (const [wrong, sentence] of [
    [{ gear: 1.5, mode: 'eco', extra: 1 }, 'gear takes a whole number, 1 to 5 th, and got 1.5.'],
    [{ gear: 1, mode: 'fast', extra: 1 }, 'mode takes one of eco, boost, and got "fast".'],
    [{ gear: 1, mode: 'eco', lamp: 1, extra: 1 }, 'lamp takes true or false, and got 1.'],
    [{ gear: 1, mode: 'eco' }, 'extra is missing: it takes any value.'],
  ] as [JsonObject, string][])
    expect(() => drive.set(wrong)).toThrow(sentence);
});

test('a setpoint fits a datagram, whatever its number and signature', async () => {
  const { sets, rover } = await begin({ ...ROVER, controls: { horn: { lease: 100 } } });
  const horn = rover.control('horn');
  const bare = JSON.stringify({
    jsonrpc: '2.0',
    method: '$set',
    params: { control: 'horn', n: 1, t: 0, args: '' },
  });
  const room = 1_200 - (bare.length - 2) - 10 - 40; // as JSON; numbers of five digits more, a trailer
  expect(() => horn.set({ a: 'x'.repeat(room) })).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  expect(horn.set({ a: 'x'.repeat(1_000) })).toBe(true);
  expect(JSON.stringify(sets()[0]).length).toBeLessThan(1_200);
});

test('what cannot be taken is said at once', async () => {
  const { rover, hub, board } = await begin();
  const code = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message}`;
    }
    return 'taken';
  };
  expect(code(() => rover.control('driv'))).toMatch(/^NOT_FOUND rover has no control driv. It has: drive/);
  expect(code(() => rover.control('__proto__'))).toMatch(/^NOT_FOUND/);
  expect(code(() => rover.control('drive', { holder: '' }))).toMatch(/^BAD_ARGUMENT/);
  expect(code(() => rover.control('drive', { holder: 'a\nb' }))).toMatch(/^BAD_ARGUMENT/);
  for (const holdMs of [0, -1, Number.NaN, 86_400_001])
    expect(code(() => rover.control('drive', { holdMs }))).toMatch(/^BAD_ARGUMENT/);
  board.sends('{"temp":1}');
  const plain = new FakeBoard(hub);
  plain.sends('{"temp":1}');
  expect(code(() => hub.board('10.0.0.7')?.control('drive'))).toMatch(/^OFFLINE/);
});

test('a connection that is behind carries the newest setpoint when it is not behind any more', async () => {
  const { clock, board, sets, rover } = await begin();
  let sent: (() => void) | undefined;
  Object.assign(board, { unsent: 10, whenSent: (call: () => void) => (sent = call) });
  const drive = rover.control('drive');
  drive.set({ left: 0.1, right: 0 });
  clock.advance(50);
  drive.set({ left: 0.2, right: 0 });
  expect(sets()).toEqual([]);
  Object.assign(board, { unsent: 0 });
  sent?.();
  expect(sets()).toMatchObject([{ n: 2, t: 50, args: { left: 0.2 } }]);
  Object.assign(board, { unsent: 10 });
  clock.advance(20);
  drive.set({ left: 0.3, right: 0 });
  clock.advance(400); // nobody has renewed the last for so long, and it would be dropped
  drive.release();
  Object.assign(board, { unsent: 0 });
  sent?.();
  expect(sets().map(({ args }) => args)).toEqual([{ left: 0.2, right: 0 }, null]);
});

test('a board that sees nothing is not filled up with setpoints', async () => {
  const world = await begin();
  const { clock, sets, seen, rover } = world;
  const drive = rover.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  for (let i = 0; i < 100; i++) {
    drive.set({ left: i / 100, right: 0 });
    clock.advance(20);
  }
  expect(sets()).toHaveLength(16);
  seen(16);
  expect(sets().at(-1)).toMatchObject({ n: 100, args: { left: 0.99 } });
});

test('parameters that cannot be are counted, and what is said of unknown controls is nothing', async () => {
  const { hub, says, rover } = await begin();
  rover.control('drive').set(AHEAD);
  for (const params of [
    {},
    { control: 'drive' },
    { control: 7, n: 1 },
    { control: 'drive', n: '1' },
    { control: 'drive', n: 1.5 },
  ] as JsonObject[])
    says('$seen', params);
  says('$seen', { control: 'drive', n: 1, got: -1 });
  says('$stopped', { control: 'drive', n: 1 });
  says('$refused', { control: 'drive', n: 1, message: 7 });
  expect(hub.counts.dropped).toEqual({ BAD_NOTIFICATION: 8 });
  says('$seen', { control: 'drive', n: 99 });
  says('$seen', { control: 'wings', n: 1 });
  says('$stopped', { control: 'wings', n: 1, why: 'lapsed' });
  expect(hub.counts.dropped).toEqual({ BAD_NOTIFICATION: 8 });
  expect(rover.info()?.controls?.drive).toMatchObject({ holder: 'app' });
});
