/** Who is let in, and to what: tokens, cookies, roles, names, other sites. */
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { roleFor } from '../../src/http/access/guard.ts';
import { STAY_MS, Tokens } from '../../src/http/access/tokens.ts';
import { createApp } from '../../src/http/app.ts';
import { HealthRecord } from '../../src/http/doctor.ts';
import { Live } from '../../src/http/live.ts';
import { TokenLeases } from '../../src/http/token-leases.ts';
import { createHub } from '../../src/hub/hub.ts';
import { detailOf, start } from './start.ts';

const none = { headers: { authorization: '' } };
const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });
const json = { 'Content-Type': 'application/json' };

async function signIn(get: Awaited<ReturnType<typeof start>>['get'], token: string, headers = {}) {
  const answer = await get('/api/v1/sign-in', {
    method: 'POST',
    headers: { authorization: '', ...json, ...headers },
    body: JSON.stringify({ token }),
  });
  return { answer, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

test('without a token nothing of the hub is served, whatever is asked for', async () => {
  const { get, hub } = await start();
  await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  for (const path of ['/api/v1/boards', '/api/v1/live', '/api/v1/store/backup', '/api/v1/nothing']) {
    const answer = await get(path, none);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect(await detailOf(answer)).toContain('kiteline up');
  }
  expect((await get('/', none)).status).toBe(401);
  for (const path of ['/', '/board/pump', '/assets/x.js']) {
    const page = await (await get(path, { headers: { authorization: '', accept: 'text/html' } })).text();
    expect(page).toContain('Sign in to Kiteline');
    expect(page).not.toContain(String(hub.listening.tcp?.port));
  }
  expect((await get('/api/v1/boards', bearer('x'.repeat(43)))).status).toBe(401);
});

test('what boards need takes no token', async () => {
  const { get, post } = await start();
  expect((await post('{"a":1}')).status).toBe(200);
  expect((await get('/mip/kiteline/package.json', none)).status).toBe(200);
});

test('a link is exchanged for a cookie that no script reads and no other site sends', async () => {
  const { get, server } = await start();
  const { answer, cookie } = await signIn(get, server.token);
  expect(answer.status).toBe(200);
  const set = answer.headers.get('set-cookie');
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(set).toContain(part);
  expect(set).not.toContain(server.token);
  const me = await get('/api/v1/me', { headers: { authorization: '', cookie } });
  expect(await me.json()).toMatchObject({ role: 'operator' });
  const out = await get('/api/v1/sign-out', { method: 'POST', headers: { authorization: '', cookie } });
  expect(out.headers.get('set-cookie')).toMatch(/Max-Age=0/);
});

test('a cookie is good for a month, for its token alone, and as it was given', async () => {
  const clock = new ManualClock();
  const tokens = new Tokens([], undefined, clock);
  const { id } = await tokens.begin();
  const viewer = await tokens.add('viewer', 'tablet');
  const cookie = tokens.cookieOf(viewer);
  expect(tokens.byCookie(cookie)?.id).toBe(viewer.id);
  const [, expiry, mac] = cookie.split('.');
  for (const wrong of [
    `${id}.${expiry}.${mac}`,
    `${viewer.id}.${Number(expiry) + 1}.${mac}`,
    cookie.slice(0, -1),
    `${cookie}.`,
    '',
    '..',
  ]) {
    expect(tokens.byCookie(wrong)).toBeUndefined();
  }
  clock.advance(STAY_MS - 1);
  expect(tokens.byCookie(cookie)).toBeDefined();
  clock.advance(1);
  expect(tokens.byCookie(cookie)).toBeUndefined();
});

test('a token that is taken back ends every cookie given for it; the last operator stays', async () => {
  const { get, server } = await start();
  const made = (await (
    await get('/api/v1/access', {
      method: 'POST',
      headers: json,
      body: '{"role":"viewer","name":"tablet"}',
    })
  ).json()) as { id: string; secret: string };
  const { cookie } = await signIn(get, made.secret);
  const asTablet = { headers: { authorization: '', cookie } };
  expect((await get('/api/v1/boards', asTablet)).status).toBe(200);
  const listed = await (await get('/api/v1/access')).text();
  expect(listed).toContain('tablet');
  expect(listed).not.toContain(made.secret);
  expect((await get(`/api/v1/access/${made.id}`, { method: 'DELETE' })).status).toBe(200);
  expect((await get('/api/v1/boards', asTablet)).status).toBe(401);
  const last = server.tokens.operator?.id ?? '';
  const refused = await get(`/api/v1/access/${last}`, { method: 'DELETE' });
  expect(refused.status).toBe(400);
  expect(await detailOf(refused)).toContain('last operator');
  expect((await get('/api/v1/access/nobody', { method: 'DELETE' })).status).toBe(404);
});

test('a token that is taken back ends the live feed that it had opened, and no other', async () => {
  const { get, hub, server } = await start();
  const { secret, id } = await server.tokens.add('viewer', 'tablet');
  const reader = (await get('/api/v1/live', bearer(secret))).body?.getReader();
  const other = (await get('/api/v1/live')).body;
  expect(hub.counts.subscribers).toBe(2);
  await server.tokens.revoke(id);
  while (!(await reader?.read())?.done);
  expect(hub.counts.subscribers).toBe(1);
  await other?.cancel();
});

test('a token that is added while another one is taken back does not bring it back', async () => {
  const kept = Promise.withResolvers<void>();
  const tokens = new Tokens([], () => kept.promise, new ManualClock());
  const begun = tokens.begin();
  const tablet = tokens.add('viewer', 'tablet');
  kept.resolve();
  await begun;
  const { id } = await tablet;
  await Promise.all([tokens.revoke(id), tokens.add('viewer', 'phone'), tokens.add('viewer', 'script')]);
  expect(tokens.list.map(({ name }) => name)).toEqual(['first', 'phone', 'script']);
});

test('a viewer looks on: whatever changes something, and what is secret, is the operators’', async () => {
  const { hub, server, get } = await start();
  const { secret } = await server.tokens.add('viewer', 'tablet');
  const viewer = bearer(secret).headers;
  expect((await get('/api/v1/boards', { headers: viewer })).status).toBe(200);
  const clock = new ManualClock();
  const app = createApp({
    hub: createHub(),
    live: new Live(hub, clock),
    clock,
    leases: new TokenLeases(),
    access: { tokens: server.tokens, names: [] },
    page: undefined,
    record: new HealthRecord(hub, clock),
    failed: () => {},
  });
  const guarded = app.routes.filter(({ path, method }) => path.startsWith('/api/v1/') && method !== 'ALL');
  expect(guarded.length).toBeGreaterThan(10);
  for (const { method, path } of guarded) {
    if (path.endsWith('/sign-in') || path.endsWith('/sign-out')) continue;
    const where = path.replace(/:\w+/g, 'x').replace('*', 'x');
    const mayRead = roleFor(method, where) === 'viewer';
    expect(mayRead && method !== 'GET' && method !== 'HEAD', `${method} ${path}`).toBe(false);
    if (mayRead) continue;
    const answer = await get(where, {
      method,
      headers: { ...viewer, ...json },
      ...(method !== 'GET' && { body: '{}' }),
    });
    expect(answer.status, `${method} ${path}`).toBe(403);
    expect(await detailOf(answer)).toContain('viewer');
  }
  for (const secretPath of ['/api/v1/access', '/api/v1/store/backup', '/api/v1/alerts/webhook'])
    expect((await get(secretPath, { headers: viewer })).status).toBe(403);
});

test('wrong tokens are refused, and many of one address wait', async () => {
  const { get, server, clock } = await start();
  for (let i = 0; i < 10; i++) expect((await signIn(get, 'wrong')).answer.status).toBe(403);
  expect((await signIn(get, server.token)).answer.status).toBe(429);
  clock.advance(60_000);
  expect((await signIn(get, server.token)).answer.status).toBe(200);
});

test('a page that has pointed its own name at the hub gets nothing, whatever it brings', async () => {
  const { raw, server } = await start();
  const ask = (host: string) =>
    raw(
      `GET /api/v1/boards HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${server.token}\r\nConnection: close\r\n\r\n`,
    );
  const own = hostname().toLowerCase();
  for (const host of [
    'localhost:8080',
    '127.0.0.1',
    '[::1]:9',
    'LOCALHOST',
    '192.168.1.5:80',
    `${own}.local:8080`,
  ])
    expect(await ask(host)).toContain(' 200 ');
  for (const host of ['evil.example', 'localhost.evil.example', '127.evil.example', 'kiteline.local'])
    expect(await ask(host)).toContain(' 421 ');
});

test('what a page of another site makes a browser ask for is refused, sign-in too', async () => {
  const { get, server } = await start();
  const { cookie } = await signIn(get, server.token);
  const evil = { authorization: '', cookie, origin: 'http://evil.example' };
  expect((await get('/api/v1/boards', { headers: evil })).status).toBe(403);
  const command = { method: 'POST', headers: { ...evil, ...json }, body: '{"name":"led"}' };
  expect((await get('/api/v1/boards/a/commands', command)).status).toBe(403);
  const port = { authorization: '', cookie, origin: `http://127.0.0.1:${server.port + 1}` };
  expect((await get('/api/v1/boards', { headers: port })).status).toBe(403);
  const ours = { authorization: '', cookie, origin: server.url };
  expect((await get('/api/v1/boards', { headers: ours })).status).toBe(200);
  expect((await signIn(get, server.token, { origin: 'http://evil.example' })).answer.status).toBe(403);
});
