/** Keys over HTTP: an operator's; and what nobody without one gets in by HTTP. */
import { expect, test } from 'vitest';
import { boardKeyOf } from '../hub/keyed-boards.ts';
import { detailOf, start } from './start.ts';

const post = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

test('an operator adds, replaces, revokes and opens; a key is shown when it is made, and then no more', async () => {
  const { hub, get } = await start();
  await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  const added = await get('/api/v1/keys', post({ do: 'add', board: 'greenhouse' }));
  expect(added.status).toBe(200);
  expect(added.headers.get('cache-control')).toBe('no-store');
  const { key, ...answer } = (await added.json()) as { key: string; id: string };
  expect(answer).toEqual({ board: 'greenhouse', id: boardKeyOf(key).id, hub: hub.listening.tcp });
  expect(hub.keys.find('greenhouse', answer.id)?.key).toEqual(boardKeyOf(key).key);

  const rotated = await get('/api/v1/keys', post({ do: 'rotate', board: 'greenhouse', overlap: 60_000 }));
  const next = (await rotated.json()) as { key: string; id: string };
  expect(next.key).not.toBe(key);
  const listed = await (await get('/api/v1/keys')).text();
  expect(JSON.parse(listed)).toMatchObject({
    boards: [{ board: 'greenhouse', keys: [{ id: answer.id, until: expect.any(Number) }, { id: next.id }] }],
  });
  expect(listed).not.toContain(key);
  expect(listed).not.toContain(next.key);

  expect(await (await get('/api/v1/keys', post({ do: 'revoke', board: 'greenhouse' }))).json()).toMatchObject(
    { board: 'greenhouse' },
  );
  expect(hub.keys.find('greenhouse', next.id)).toBeUndefined();
  expect(hub.keys.isClosed('greenhouse')).toBe(true);
  await get('/api/v1/keys', post({ do: 'open', board: 'greenhouse' }));
  expect(hub.keys.isClosed('greenhouse')).toBe(false);
});

test('nobody else does, nor a viewer', async () => {
  const { hub, server, get } = await start();
  const viewer = await server.tokens.add('viewer', 'looker');
  for (const authorization of ['', 'Bearer wrong', `Bearer ${viewer.secret}`]) {
    for (const init of [{} as RequestInit, post({ do: 'add', board: 'greenhouse' })]) {
      const headers = new Headers(init.headers);
      headers.set('authorization', authorization);
      const answer = await get('/api/v1/keys', { ...init, headers });
      expect([401, 403]).toContain(answer.status);
    }
  }
  expect(hub.keys.list()).toEqual([]);
});

test.each([
  ['no JSON', '{', 400],
  ['no object', 'null', 400],
  ['nothing to do', { board: 'greenhouse' }, 400],
  ['something else to do', { do: 'toString', board: 'greenhouse' }, 400],
  ['no board', { do: 'add' }, 400],
  ['a name that no board has', { do: 'add', board: '10.0.0.7' }, 400],
  ['a board that has no key', { do: 'revoke', board: 'attic' }, 404],
  ['an overlap that is none', { do: 'rotate', board: 'pump', overlap: -1 }, 400],
  ['too much', 'x'.repeat(5_000), 413],
])('a body with %s is refused with a sentence', async (_, body, status) => {
  const { hub, get } = await start();
  await hub.keys.add('pump');
  const answer = await get('/api/v1/keys', post(body));
  expect(answer.status).toBe(status);
  expect(await detailOf(answer)).not.toBe('');
  expect(hub.keys.list()).toHaveLength(1);
});

test('samples of a name that has a key are posted by an operator only', async () => {
  const { hub, server, post: plain, get } = await start();
  const told: unknown[] = [];
  hub.on('refused', (message) => void told.push(message));
  await hub.keys.add('greenhouse');
  await hub.keys.add('attic');
  await hub.keys.revoke('attic');
  const viewer = await server.tokens.add('viewer', 'looker');
  const path = '/samples?board=greenhouse';
  const postAs = (authorization: string, to = path) =>
    get(to, { method: 'POST', body: '{"temp":99}', headers: { authorization } });
  const answers = [
    await plain('{"temp":99}', path),
    await plain('hello', path),
    await plain('{"temp":99}', '/samples?board=attic'),
    await plain('{"temp":99}', '/samples?board=%67reenhouse'),
    await postAs('Bearer wrong'),
    await postAs(`Bearer ${viewer.secret}`),
    await get(path, {
      method: 'POST',
      body: '{"temp":99}',
      headers: { authorization: '', cookie: `kiteline=${server.token}` },
    }),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('has a key'),
      reasons: ['NO_PROOF'],
    });
  }
  expect(await hub.store.boards()).toEqual([]);
  expect(hub.boards()).toEqual([]);
  expect(hub.counts.dropped).toEqual({ NO_PROOF: answers.length });
  expect(told[0]).toMatchObject({ board: 'greenhouse', reason: 'NO_PROOF' });

  expect((await postAs(`Bearer ${server.token}`)).status).toBe(200);
  expect((await plain('{"temp":1}', '/samples?board=Greenhouse')).status).toBe(200); // another name
  expect((await hub.store.boards()).map(({ board }) => board).toSorted()).toEqual([
    'Greenhouse',
    'greenhouse',
  ]);
});

test('nothing is answered to a public address but a sentence, whatever it asks for and brings', async () => {
  const { hub, get, post: plain, raw, server } = await start();
  const asked: [string, number][] = [];
  hub.admits = (host, port) => {
    asked.push([host, port]);
    return false;
  };
  const answers = [
    await plain('{"temp":99}'),
    await get('/'),
    await get('/api/v1/boards'),
    await get('/mip/kiteline'),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(403);
    expect(await detailOf(answer)).toContain('public addresses');
  }
  const upgrade = await raw(
    `GET /api/v1/page HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${server.token}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`.replaceAll(
      '\\\\r\\\\n',
      '\r\n',
    ),
  );
  expect(upgrade).toBe('');
  expect(asked.map(([host]) => host)).toEqual(Array(5).fill('127.0.0.1'));
  expect(hub.boards()).toEqual([]);
});
