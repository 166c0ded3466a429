/** A name that has a key can be used only with it: who is let in by $prove and hello, and for how long. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Keys } from '../../src/hub/keys.ts';
import { keyId } from '../../src/hub/seal.ts';
import { encodeRequest } from '../../src/wire/index.ts';
import { startHub } from './helpers.ts';
import { KeyedWire, NONCE, proveLine, startKeyed, testKey } from './keyed-boards.ts';

test('hello of a name that has a key is refused without its proof, and nothing after it is taken', async () => {
  const { hub, plain, wire, stored, events } = await startKeyed();
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
  const { hub, wire, events } = await startKeyed();
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
  const { hub, wire, stored } = await startKeyed();
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
  const { hub, wire } = await startKeyed();
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
  const { hub, wire } = await startKeyed();
  const board = await wire();
  await board.prove();
  board.sends('{"temp":23.5}');
  expect(await board.rest()).toEqual([]);
  expect(hub.boards()).toEqual([]);
});

test('a hello that cannot be taken is answered with a signature, and the next one may', async () => {
  const { wire } = await startKeyed();
  const board = await wire();
  await board.prove();
  board.sends(encodeRequest(2, 'hello', { board: 'greenhouse' }));
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ id: 2, error: { code: -32602 } });
  board.sends(encodeRequest(3, 'hello', { board: 'greenhouse', boot: 'b1' }));
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ id: 3, result: { clock: 0 } });
  expect(board.forged).toEqual([]);
});

test('a second $prove is refused and changes nothing; one after anything else is refused, too', async () => {
  const { hub, wire, plain, stored } = await startKeyed();
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
  const { hub, plain } = await startKeyed();
  const board = await plain();
  board.send(Buffer.from(encodeRequest(7, '$prove', params)).toString());
  expect(await board.next()).toMatchObject({ id: 7, error: { code: -32602, message: expect.any(String) } });
  expect(hub.counts.dropped).toEqual({ BAD_HELLO: 1 });
});

test('a key that is revoked ends its session at once, and the name stays closed', async () => {
  const { hub, keys, wire, plain } = await startKeyed();
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
  const { keys, wire } = await startKeyed();
  const board = await wire();
  await board.prove();
  await keys.revoke('greenhouse');
  board.sends(encodeRequest(2, 'hello', { board: 'greenhouse', boot: 'b1' }));
  expect(JSON.parse((await board.next()) ?? '')).toMatchObject({ error: { code: -32007 } });
});

test('a name that gets a key ends the session that has none', async () => {
  const { hub, keys, plain, wire } = await startKeyed();
  const open = await plain();
  await open.hello({ board: 'attic', boot: 'b1' });
  const { key } = await keys.add('attic');
  expect(await open.next()).toMatchObject({ method: '$bye', params: { why: 'key revoked' } });
  expect(await open.next()).toBeUndefined();
  const board = await wire();
  expect(await board.hello('attic', key)).toMatchObject({ clock: 0 });
  expect(hub.board('attic')?.info()?.presence).toMatchObject({ state: 'online' });
});
