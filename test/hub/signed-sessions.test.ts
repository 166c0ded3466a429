/** A name that has a key can be used only with it, and what is altered, replayed or not signed ends the session. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Keys } from '../../src/hub/keys.ts';
import { keyId } from '../../src/hub/seal.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { encodeRequest, type JsonObject, SIGNED_BYTES } from '../../src/wire/index.ts';
import { Wire } from './boards.ts';
import { startHub, until } from './helpers.ts';
import { KeyedWire, NONCE, proveLine, testKey, testKeys } from './keyed-boards.ts';

const start = async () => {
  const store = new MemoryStore();
  const keys = testKeys('greenhouse', 'pump');
  const hub = await startHub({ store, keys });
  const wire = async () => new KeyedWire(await hub.tcp());
  const plain = async () => new Wire(await hub.tcp());
  const stored = async () => (await store.latest('greenhouse')).map(({ metric, value }) => [metric, value]);
  return { ...hub, keys, wire, plain, stored };
};

test('a board that proves its key has a session in which every line is signed, both ways', async () => {
  const { hub, wire, stored } = await start();
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

test('hello of a name that has a key is refused without its proof, and nothing after it is taken', async () => {
  const { hub, plain, wire, stored, events } = await start();
  const feed = events();
  const board = await wire();
  await board.hello();
  const impostor = await plain();
  impostor.send(
    `${Buffer.from(encodeRequest(1, 'hello', { board: 'greenhouse', boot: 'evil' }))}{"temp":99,"$seq":1}\n`,
  );
  expect(await impostor.next()).toMatchObject({
    id: 1,
    error: { code: -32007, data: { reason: 'NO_PROOF' } },
  });
  expect(await impostor.next()).toBeUndefined();
  expect(await feed.next('refused')).toMatchObject({
    board: 'greenhouse',
    address: impostor.end.address,
    reason: 'NO_PROOF',
    times: 1,
    message: expect.stringContaining('kiteline boards open greenhouse'),
  });
  expect(hub.counts.dropped).toMatchObject({ NO_PROOF: 1, SESSION_OVER: 1 });
  expect(hub.boards().map(({ name }) => name)).toEqual(['greenhouse']);
  expect(hub.board('greenhouse')?.info()).toMatchObject({
    presence: { state: 'online' },
    session: { boot: 'b1' },
  });
  expect(await stored()).toEqual([]);
});

test.each([
  ['a wrong key', 'greenhouse', testKey('wrong')],
  ["another board's key", 'greenhouse', testKey('pump')],
  ['a key of a board that has none', 'attic', testKey('attic')],
])('$prove with %s is refused', async (_, name, key) => {
  const { hub, wire, events } = await start();
  const feed = events();
  const board = await wire();
  // Its hello, had it been written ahead, is not taken as a plain one.
  board.writes(
    `${proveLine(name, key)}${Buffer.from(encodeRequest(2, 'hello', { board: 'attic', boot: 'b' }))}`,
  );
  const [answer, ...more] = await board.rest();
  expect(JSON.parse(answer ?? '')).toMatchObject({
    id: 1,
    error: { code: -32007, data: { reason: 'UNKNOWN_KEY' } },
  });
  expect(more).toEqual([]);
  expect(await feed.next('refused')).toMatchObject({ board: name, reason: 'UNKNOWN_KEY' });
  expect(hub.counts.dropped).toMatchObject({ UNKNOWN_KEY: 1 });
  expect(hub.boards()).toEqual([]);
});

test('knowing what a key is called proves nothing: a hello that is not signed with it ends the connection', async () => {
  const { hub, wire, stored } = await start();
  for (const sign of [(text: string) => text, (text: string) => `${text}\t1.0123456789abcdef`]) {
    const impostor = await wire();
    await impostor.prove();
    const hello = Buffer.from(encodeRequest(2, 'hello', { board: 'greenhouse', boot: 'evil' }))
      .toString()
      .trimEnd();
    impostor.writes(`${sign(hello)}\n${sign('{"temp":99}')}\n`);
    expect(await impostor.rest()).toEqual([]);
  }
  expect(hub.counts.dropped).toMatchObject({ BAD_SIGNATURE: 2 });
  expect(hub.boards()).toEqual([]);
  expect(await stored()).toEqual([]);
});

test('whoever has proved one name is no other', async () => {
  const { hub, wire } = await start();
  for (const name of ['pump', 'attic']) {
    const board = await wire();
    await board.prove();
    board.sends(encodeRequest(2, 'hello', { board: name, boot: 'b1' }));
    const [answer, ...more] = await board.rest();
    expect(JSON.parse(answer ?? '')).toMatchObject({
      id: 2,
      error: { code: -32007, data: { reason: 'NO_PROOF' } },
    });
    expect(more).toEqual([]);
    expect(board.forged).toEqual([]);
  }
  expect(hub.counts.dropped).toMatchObject({ NO_PROOF: 2 });
  expect(hub.boards()).toEqual([]);
});

test('nor where two names have one key', async () => {
  const shared = [{ id: keyId(testKey()), key: testKey(), since: 0 }];
  const keys = new Keys({ entries: ['greenhouse', 'pump'].map((board) => ({ board, keys: shared })) });
  const { hub, tcp } = await startHub({ keys });
  const board = new KeyedWire(await tcp());
  await board.prove('pump', testKey());
  board.sends(encodeRequest(2, 'hello', { board: 'greenhouse', boot: 'b1' }));
  expect((await board.rest()).join()).toContain('NO_PROOF');
  expect(hub.boards()).toEqual([]);
});

test('after $prove comes hello, and nothing else', async () => {
  const { hub, wire } = await start();
  const board = await wire();
  await board.prove();
  board.sends('{"temp":23.5}');
  expect(await board.rest()).toEqual([]);
  expect(hub.boards()).toEqual([]);
});

test('a hello that cannot be taken is answered with a signature, and the next one may', async () => {
  const { wire } = await start();
  const board = await wire();
  await board.prove();
  board.sends(encodeRequest(2, 'hello', { board: 'greenhouse' }));
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ id: 2, error: { code: -32602 } });
  board.sends(encodeRequest(3, 'hello', { board: 'greenhouse', boot: 'b1' }));
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ id: 3, result: { clock: 0 } });
  expect(board.forged).toEqual([]);
});

test('a second $prove is refused and changes nothing; one after anything else is refused, too', async () => {
  const { hub, wire, plain, stored } = await start();
  const board = await wire();
  await board.prove();
  board.sends(proveLine());
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ error: { code: -32600 } });
  board.sends(encodeRequest(2, 'hello', { board: 'greenhouse', boot: 'b1' }));
  await board.next();
  board.sends(proveLine(), '{"temp":1,"$seq":1}');
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ error: { code: -32600 } });
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ method: '$ack' });
  expect(board.forged).toEqual([]);
  expect(await stored()).toEqual([['temp', 1]]);

  const talker = await plain();
  talker.send('{"temp":5}\n', proveLine());
  expect(await talker.next()).toMatchObject({ error: { code: -32600 } });
  const open = await plain();
  await open.hello({ board: 'attic', boot: 'b1' });
  open.send(proveLine());
  expect(await open.next()).toMatchObject({ error: { code: -32600 } });
  open.send('{"temp":5,"$seq":1}\n');
  expect(await open.next()).toMatchObject({ method: '$ack' });
  expect(hub.counts.dropped).toEqual({ BAD_HELLO: 4 });
});

test.each([
  ['no object', ['greenhouse']],
  ['an address for a name', { board: '10.0.0.7', key: '01234567', nonce: NONCE }],
  ['no key', { board: 'greenhouse', nonce: NONCE }],
  ['a key in capitals', { board: 'greenhouse', key: 'ABCDEF01', nonce: NONCE }],
  ['a nonce that is too short', { board: 'greenhouse', key: '01234567', nonce: NONCE.slice(1) }],
  ['a nonce that is no hex', { board: 'greenhouse', key: '01234567', nonce: `g${NONCE.slice(1)}` }],
])('$prove with %s is answered with a sentence', async (_, params) => {
  const { hub, plain } = await start();
  const board = await plain();
  board.send(Buffer.from(encodeRequest(7, '$prove', params)).toString());
  expect(await board.next()).toMatchObject({ id: 7, error: { code: -32602, message: expect.any(String) } });
  expect(hub.counts.dropped).toEqual({ BAD_HELLO: 1 });
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
  const { hub, wire, stored, events } = await start();
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
  const { wire, stored } = await start();
  const board = await wire();
  await board.hello();
  board.writes(Buffer.concat([board.signed('{"temp":21,"$seq":1}'), Buffer.from('{"temp":99}\n')]));
  await board.rest();
  expect(await stored()).toEqual([['temp', 21]]);
});

test('a line of the longest payload is taken and sent; a longer one is not sent, and its counter not used', async () => {
  const { hub, wire } = await start();
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
  const { hub, wire } = await start();
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

test('a key that is revoked ends its session at once, and the name stays closed', async () => {
  const { hub, keys, wire, plain } = await start();
  const board = await wire();
  await board.hello();
  await keys.revoke('greenhouse');
  expect((await board.rest()).map((text) => JSON.parse(text))).toEqual([
    { jsonrpc: '2.0', method: '$bye', params: { why: 'key revoked' } },
  ]);
  expect(hub.board('greenhouse')?.info()?.presence).toMatchObject({ state: 'lost', why: 'REVOKED' });
  const again = await wire();
  expect(await again.prove()).toMatchObject({ error: { code: -32007 } });
  const without = await plain();
  await expect(without.hello({ board: 'greenhouse', boot: 'b' })).rejects.toThrow('-32007');
  await keys.open('greenhouse');
  const open = await plain();
  expect(await open.hello({ board: 'greenhouse', boot: 'b' })).toMatchObject({ clock: 0 });
});

test('a session whose key was replaced ends when the old key does, and the new key has one before and after', async () => {
  const clock = new ManualClock();
  const keys = new Keys({ clock });
  const old = await keys.add('greenhouse');
  const { hub, tcp } = await startHub({ keys, clock });
  const board = new KeyedWire(await tcp());
  await board.hello('greenhouse', old.key);
  expect(hub.board('greenhouse')?.info()?.session).toMatchObject({ key: old.id });
  const next = await keys.rotate('greenhouse', 1_000);
  clock.advance(999);
  board.sends('{"temp":1,"$seq":1}');
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ method: '$ack' });
  clock.advance(1);
  expect((await board.rest()).join()).toContain('key revoked');
  const late = new KeyedWire(await tcp());
  expect(await late.prove('greenhouse', old.key)).toMatchObject({ error: { code: -32007 } });
  const renewed = new KeyedWire(await tcp());
  await renewed.hello('greenhouse', next.key);
  expect(hub.board('greenhouse')?.info()?.session).toMatchObject({ key: next.id });
});

test('a key that is revoked between $prove and hello is no key any more', async () => {
  const { keys, wire } = await start();
  const board = await wire();
  await board.prove();
  await keys.revoke('greenhouse');
  board.sends(encodeRequest(2, 'hello', { board: 'greenhouse', boot: 'b1' }));
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ error: { code: -32007 } });
});

test('a name that gets a key ends the session that has none', async () => {
  const { hub, keys, plain, wire } = await start();
  const open = await plain();
  await open.hello({ board: 'attic', boot: 'b1' });
  const { key } = await keys.add('attic');
  expect(await open.next()).toMatchObject({ method: '$bye', params: { why: 'key revoked' } });
  expect(await open.next()).toBeUndefined();
  const board = await wire();
  expect(await board.hello('attic', key)).toMatchObject({ clock: 0 });
  expect(hub.board('attic')?.info()?.presence).toMatchObject({ state: 'online' });
});

test('two boards with their keys do not disturb each other, and one without a key is as it was', async () => {
  const { hub, wire, plain } = await start();
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
