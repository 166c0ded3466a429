/** Who is let in by his address, and which boards without a key may be commanded. */
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Access, type AccessOptions } from '../../src/hub/access.ts';
import { createHub, type Hub, type HubOptions } from '../../src/hub/hub.ts';
import { Refusals } from '../../src/hub/refusals.ts';
import type { Transport, TransportEvents } from '../../src/transport/transport.ts';
import { encodeRequest } from '../../src/wire/index.ts';
import { FakeBoard } from './boards.ts';
import { startHub } from './helpers.ts';
import { KeyedWire, testKeys } from './keyed-boards.ts';

const PRIVATE = [
  '127.0.0.1',
  '127.9.8.7',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.255.1',
  '100.64.0.1',
  '100.127.255.255',
  '169.254.1.1',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'fd12:3456::1',
  'fc00::1',
];
const PUBLIC = [
  '8.8.8.8',
  '11.0.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.169.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '169.253.1.1',
  '203.0.113.9',
  '2001:db8::1',
  'fec0::1',
  '::2',
  'not an address',
  '',
];

const accessOf = (options: AccessOptions = {}) => new Access(options, new ManualClock());

test.each(PRIVATE)('%s is no public address', (host) => {
  expect(accessOf().isPrivate(host)).toBe(true);
  expect(accessOf().admits(host)).toBe(true);
});

test.each(PUBLIC)('%s is a public address: nothing is taken from there unless it is allowed', (host) => {
  expect(accessOf().isPrivate(host)).toBe(false);
  expect(accessOf().admits(host)).toBe(false);
  expect(accessOf({ publicAddresses: true }).admits(host)).toBe(true);
});

test('ranges that are allowed let in what is in them, and command nobody', () => {
  const access = accessOf({ allow: ['203.0.113.0/24', '198.51.100.7', '2001:db8::/32'] });
  for (const host of ['203.0.113.9', '198.51.100.7', '2001:db8:1::2']) {
    expect(access.admits(host)).toBe(true);
    expect(access.mayCommand(host)).toBe(false);
  }
  for (const host of ['203.0.114.1', '198.51.100.8', '2001:db9::1', '8.8.8.8'])
    expect(access.admits(host)).toBe(false);
  expect(access.admits('10.0.0.1')).toBe(true);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4/33',
  '1.2.3.4/',
  '1.2.3.4/a',
  '1.2.3.4/8/8',
  '::1/129',
  'example.org',
  '1.2.3.4/-1',
])('%j is no range of addresses', (range) => {
  expect(() => accessOf({ allow: [range] })).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  expect(() => createHub({ access: { allow: [range] } })).toThrow('203.0.113.0/24');
});

test('boards without a key are commanded from private addresses, from any, or from none', () => {
  const may = (openBoards: AccessOptions['openBoards'], host: string) =>
    accessOf(openBoards === undefined ? {} : { openBoards }).mayCommand(host);
  for (const host of ['127.0.0.1', '192.168.1.7']) {
    expect([undefined, 'private', 'any', 'none'].map((where) => may(where as never, host))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  }
  expect([undefined, 'private', 'any', 'none'].map((where) => may(where as never, '8.8.8.8'))).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

/** What a transport asks the hub, without sockets. */
function doorOf(hub: Hub): TransportEvents {
  let events: TransportEvents | undefined;
  const transport: Transport = {
    kind: 'tcp',
    host: '0.0.0.0',
    port: 9000,
    start: (its) => {
      events = its;
    },
    close: async () => {},
  };
  hub.accept(transport);
  return events as TransportEvents;
}

function hubWith(options: HubOptions): Hub {
  const hub = createHub({ clock: new ManualClock(), ...options });
  onTestFinished(() => hub.close());
  return hub;
}

test('the hub turns public addresses away at its doors, counts them and tells', () => {
  const hub = hubWith({ access: { allow: ['203.0.113.0/24'] } });
  const told: unknown[] = [];
  hub.on('refused', (message) => void told.push(message));
  const door = doorOf(hub);
  expect(door.admits('8.8.8.8', 4000)).toBe(false);
  expect(door.admits('8.8.8.8', 4001)).toBe(false);
  expect(door.admits('203.0.113.9', 4000)).toBe(true);
  expect(door.admits('10.0.0.7', 4000)).toBe(true);
  expect(hub.admits('8.8.8.8', 4002)).toBe(false);
  expect(hub.counts.dropped).toEqual({ PUBLIC_ADDRESS: 3 });
  expect(hub.boards()).toEqual([]);
  expect(told).toEqual([
    expect.objectContaining({
      board: '8.8.8.8',
      address: '8.8.8.8:4000',
      reason: 'PUBLIC_ADDRESS',
      times: 1,
      message: expect.stringContaining('--allow'),
    }),
  ]);
});

class FarBoard extends FakeBoard {
  override readonly host: string = '203.0.113.7';
}

test.each([
  ['private', 'OFFLINE', FakeBoard],
  ['private', 'NOT_ALLOWED', FarBoard],
  ['any', 'OFFLINE', FarBoard],
  ['none', 'NOT_ALLOWED', FakeBoard],
] as const)('with open boards %s a command is %s for %o', async (openBoards, why, Board) => {
  const clock = new ManualClock();
  const hub = hubWith({ clock, access: { openBoards } });
  let refusals = 0;
  hub.on('refused', ({ reason }) => {
    if (reason === 'NOT_ALLOWED') refusals++;
  });
  const board = new Board(hub);
  await board.hello({ board: 'attic', boot: 'b1' });
  // Samples and text are taken in any case.
  await board.sends('{"temp":1,"$seq":1}', 'hello');
  expect(hub.board('attic')?.info()).toMatchObject({ texts: 1 });
  const isSent = () => board.got.some(({ method }) => method === 'led');
  const outcome = hub.board('attic')?.command('led', {}, { deadline: 50 });
  expect(isSent()).toBe(why === 'OFFLINE');
  if (why === 'NOT_ALLOWED') {
    expect(await outcome).toMatchObject({
      outcome: 'expired',
      why,
      message: expect.stringContaining('boards add attic'),
    });
    expect(refusals).toBe(1);
    expect(hub.board('attic')?.info()?.dropped).toEqual({ NOT_ALLOWED: 1 });
  }
  // What waited for it is refused as well, and nothing is sent to it.
  board.breaks();
  const waiting = hub.board('attic')?.command('led', {}, { deadline: 50 });
  const back = new Board(hub);
  await back.hello({ board: 'attic', boot: 'b1' });
  expect(back.got.some(({ method }) => method === 'led')).toBe(why === 'OFFLINE');
  if (why === 'NOT_ALLOWED') expect(await waiting).toMatchObject({ outcome: 'expired', why });
  clock.advance(60_000);
});

test('a call of a board that may not be commanded is refused, and the function does not run', async () => {
  const hub = hubWith({ access: { openBoards: 'none' } });
  let runs = 0;
  hub.method('plan', () => ++runs);
  const board = new FakeBoard(hub);
  await board.hello({ board: 'attic', boot: 'b1' });
  await board.sends(Buffer.from(encodeRequest(5, 'plan', {})).toString());
  expect(board.got.at(-1)).toMatchObject({ id: 5, error: { code: -32006 } });
  await board.sends(Buffer.from(encodeRequest(6, 'plam', {})).toString());
  expect(board.got.at(-1)).toMatchObject({ id: 6, error: { code: -32601 } });
  expect(runs).toBe(0);
  expect(hub.counts.dropped).toMatchObject({ NOT_ALLOWED: 1 });
});

test('a board with a key is commanded and calls, wherever boards without one may not', async () => {
  const { hub, tcp } = await startHub({ keys: testKeys('greenhouse'), access: { openBoards: 'none' } });
  hub.method('plan', () => 'a way');
  const board = new KeyedWire(await tcp());
  await board.hello();
  board.sends(encodeRequest(5, 'plan', {}));
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ id: 5, result: 'a way' });
  void hub.board('greenhouse')?.command('led', {}, { deadline: 50 });
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ method: 'led' });
});

test('what is refused is told once a minute of each board and host, with how often, and not more than a person reads', () => {
  const clock = new ManualClock();
  const told: { board: string; times: number }[] = [];
  let counted = 0;
  const refusals = new Refusals({
    clock,
    count: () => counted++,
    feed: { publish: () => {} },
    handlers: { refused: ({ board, times }) => void told.push({ board, times }) },
  });
  const from = (host: string) => ({ host, address: `${host}:1` });
  for (let i = 0; i < 5; i++) refusals.refuse('NO_PROOF', 'a', from('10.0.0.1'));
  refusals.refuse('NO_PROOF', 'a', from('10.0.0.2'));
  refusals.refuse('UNKNOWN_KEY', 'a', from('10.0.0.1'));
  expect(told).toEqual([
    { board: 'a', times: 1 },
    { board: 'a', times: 1 },
    { board: 'a', times: 1 },
  ]);
  clock.advance(60_000);
  refusals.refuse('NO_PROOF', 'a', from('10.0.0.1'));
  expect(told.at(-1)).toEqual({ board: 'a', times: 5 });
  told.length = 0;
  for (let i = 0; i < 10_000; i++) refusals.refuse('NO_PROOF', `name ${i}`, from('10.0.0.1'));
  expect(told.length).toBe(29); // with the one before, 30 in this minute
  expect(counted).toBe(10_008);
  clock.advance(60_000);
  refusals.refuse('NO_PROOF', 'z', from('10.0.0.1'));
  expect(told.at(-1)).toEqual({ board: 'z', times: 1 });
});
