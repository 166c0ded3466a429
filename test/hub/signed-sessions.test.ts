/** In a session with a key every line is signed, and what is altered, replayed or not signed ends it. */
import { expect, test } from 'vitest';
import { type JsonObject, SIGNED_BYTES } from '../../src/wire/index.ts';
import { until } from './helpers.ts';
import { type KeyedWire, startKeyed } from './keyed-boards.ts';

test('a board that proves its key has a session in which every line is signed, both ways', async () => {
  const { hub, wire, stored } = await startKeyed();
  const board = await wire();
  expect(await board.hello()).toMatchObject({ clock: 0, acks: { b1: 0 } });
  board.sends('{"temp":23.5,"$seq":1}', '{"temp":24,"$seq":2}\n');
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ method: '$ack', params: { seq: 2 } });
  expect(await stored()).toEqual([['temp', 24]]);
  const outcome = hub.board('greenhouse')?.command('led', { on: true });
  const command = JSON.parse((await board.next()) ?? '') as JsonObject;
  expect(command).toMatchObject({ method: 'led', params: { on: true } });
  board.sends(JSON.stringify({ jsonrpc: '2.0', id: command.id, result: 'lit' }));
  expect(await outcome).toEqual({ outcome: 'done', result: 'lit' });
  hub.board('greenhouse')?.send('two\r\nlines\n\n');
  expect([await board.next(), await board.next()]).toEqual(['two', 'lines']);
  board.sends('hello, hub');
  await until(() => hub.board('greenhouse')?.info()?.texts === 1);
  expect(board.forged).toEqual([]);
  expect(hub.counts.dropped).toEqual({});
});

test.each([
  ['is not signed', () => '{"temp":99,"$seq":2}\n', 'BAD_SIGNATURE'],
  ['came before', (_: KeyedWire, before: Uint8Array) => before, 'REPLAYED'],
  ['was altered', (board: KeyedWire) => board.signed('{"temp":99}').with(8, 0x38), 'BAD_SIGNATURE'],
  [
    'is not the next one',
    (board: KeyedWire) => {
      board.signed('{"temp":98,"$seq":2}');
      return board.signed('{"temp":99,"$seq":3}');
    },
    'BAD_SIGNATURE',
  ],
  [
    'comes after the next one',
    (board: KeyedWire) => {
      const first = board.signed('{"temp":98,"$seq":2}');
      return Buffer.concat([board.signed('{"temp":99,"$seq":3}'), first]);
    },
    'BAD_SIGNATURE',
  ],
  ["is the hub's own", (board: KeyedWire) => `${board.raw.at(-1)}\n`, 'BAD_SIGNATURE'],
  [
    'is another session’s',
    async (_: KeyedWire, __: Uint8Array, other: KeyedWire) => other.signed('{"temp":99,"$seq":2}'),
    'BAD_SIGNATURE',
  ],
  [
    'is a datagram’s',
    (board: KeyedWire) =>
      `${Buffer.from(board.seal?.signDatagram('c0ffee12', Buffer.from('{"temp":99}')) ?? '')}\n`,
    'BAD_SIGNATURE',
  ],
  ['is too long', () => `{"temp":"${'9'.repeat(9_000)}"}\n`, 'BAD_SIGNATURE'],
])('a line that %s ends the session, and neither it nor what follows is taken', async (_, make, reason) => {
  const { hub, wire, stored, events } = await startKeyed();
  const feed = events();
  const other = await wire();
  await other.hello('pump');
  const board = await wire();
  await board.hello();
  const before = board.signed('{"temp":20,"$seq":1}');
  board.writes(before);
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ method: '$ack', params: { seq: 1 } });
  const heard: unknown[] = [];
  hub.on('text', ({ text }) => void heard.push(text));
  hub.on('log', (log) => void heard.push(log));
  const line = await make(board, before, other);
  board.writes(
    Buffer.concat([Buffer.from(line), board.signed('{"temp":97,"$seq":4}'), board.signed('text')]),
  );
  const rest = await board.rest();
  expect(rest.map((text) => JSON.parse(text))).toEqual([
    { jsonrpc: '2.0', method: '$bye', params: { why: 'bad signature' } },
  ]);
  expect(board.forged).toEqual([]);
  expect(await feed.next('refused')).toMatchObject({
    board: 'greenhouse',
    address: board.end.address,
    reason,
  });
  expect(hub.counts.dropped).toMatchObject({ [reason]: 1 });
  expect(hub.board('greenhouse')?.info()).toMatchObject({
    presence: { state: 'lost', why: 'BAD_SIGNATURE' },
    dropped: { [reason]: 1 },
  });
  expect(await stored()).toEqual([['temp', 20]]);
  expect(heard).toEqual([]);
  expect(hub.board('pump')?.info()).toMatchObject({ presence: { state: 'online' } });
});

test('what was signed before the line that was not is taken, also of the same read', async () => {
  const { wire, stored } = await startKeyed();
  const board = await wire();
  await board.hello();
  board.writes(Buffer.concat([board.signed('{"temp":21,"$seq":1}'), Buffer.from('{"temp":99}\n')]));
  await board.rest();
  expect(await stored()).toEqual([['temp', 21]]);
});

test('a line of the longest payload is taken and sent; a longer one is not sent, and its counter not used', async () => {
  const { hub, wire } = await startKeyed();
  const texts: string[] = [];
  hub.on('text', ({ text }) => void texts.push(text));
  const board = await wire();
  await board.hello();
  const longest = 'x'.repeat(SIGNED_BYTES);
  board.sends(longest);
  await until(() => texts.length === 1);
  expect(texts).toEqual([longest]);
  const handle = hub.board('greenhouse');
  expect(handle?.send(`${longest}x`)).toBe(false);
  expect(handle?.send(`short\n${longest}x`)).toBe(false);
  expect(handle?.send(longest)).toBe(true);
  expect(handle?.send('after')).toBe(true);
  expect(await board.next()).toBe(longest);
  expect(await board.next()).toBe('after');
  expect(board.forged).toEqual([]);
});

test('lines that a board does not read and that are dropped leave no gap in the counters', async () => {
  const { hub, wire } = await startKeyed();
  const board = await wire();
  await board.hello();
  board.end.socket.pause();
  const handle = hub.board('greenhouse');
  const text = 'y'.repeat(8_000);
  let sent = 0;
  while (handle?.send(text)) sent++;
  expect(hub.counts.dropped.PEER_NOT_READING).toBe(1);
  board.end.socket.resume();
  for (let i = 0; i < sent; i++) expect(await board.next()).toBe(text);
  while (!handle?.send('after')) await new Promise(setImmediate);
  expect(await board.next()).toBe('after');
  expect(board.forged).toEqual([]);
});

test('two boards with their keys do not disturb each other, and one without a key is as it was', async () => {
  const { hub, wire, plain } = await startKeyed();
  const [one, two, open] = [await wire(), await wire(), await plain()];
  await one.hello();
  await two.hello('pump');
  await open.hello({ board: 'attic', boot: 'b1' });
  one.sends('{"a":1,"$seq":1}');
  two.sends('{"a":2,"$seq":1}');
  open.send('{"a":3,"$seq":1}\n', 'text\twith.tabs\t1.0123456789abcdef\n');
  for (const board of [one, two])
    expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ method: '$ack' });
  expect(await open.next()).toMatchObject({ method: '$ack' });
  await until(() => hub.board('attic')?.info()?.texts === 1);
  expect(hub.counts.dropped).toEqual({});
});
