import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Tokens } from '../../src/http/access/tokens.ts';
import { apiDocument } from '../../src/http/api/document.ts';
import { createApp } from '../../src/http/app.ts';
import { HealthRecord } from '../../src/http/doctor.ts';
import { Live } from '../../src/http/live.ts';
import { TokenLeases } from '../../src/http/token-leases.ts';
import { createHub } from '../../src/hub/hub.ts';
import { detailOf, start } from './start.ts';

/** What is no route: taken over before the app sees it (pages/upgrade.ts). */
const UPGRADES = ['GET /mqtt'];

/** What the app answers, as `GET /api/v1/boards/{name}`; the page's files are none of the API. */
async function routes(): Promise<string[]> {
  const clock = new ManualClock();
  const hub = createHub({ clock });
  const app = createApp({
    hub,
    clock,
    live: new Live(hub, clock),
    leases: new TokenLeases(),
    record: new HealthRecord(hub, clock),
    access: { tokens: new Tokens([], undefined, clock), names: [] },
    page: undefined,
    failed: () => {},
  });
  await hub.close();
  const all = app.routes
    .filter(({ method, path }) => method !== 'ALL' && path !== '*' && path !== '/*')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{[^/]+\})?/g, '{$1}')}`);
  return [...new Set(all)].sort();
}

test('every route of the hub is described, and nothing else', async () => {
  const described = Object.entries(apiDocument('en').paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual([...(await routes()), ...UPGRADES].sort());
});

test('the document holds together: what is referred to is there, and nothing is called the same', () => {
  for (const language of ['en', 'zh'] as const) {
    const document = apiDocument(language);
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"([^"]+)"/g))
      expect(Object.keys(document.components.schemas).map((id) => `#/components/schemas/${id}`)).toContain(
        name,
      );
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { tags } of operations) expect(document.tags.map(({ name }) => name)).toContain(tags[0]);
    expect(text).not.toContain('"zh":');
    expect(text).not.toContain('"$id"');
  }
});

test('it is served to who is let in, in the language that is asked for', async () => {
  const { get } = await start();
  const path = '/api/v1/openapi.json';
  expect((await get(path, { headers: { authorization: '' } })).status).toBe(401);
  const answer = await get(path, { headers: { 'accept-language': 'zh-CN' } });
  expect(await answer.json()).toMatchObject({
    openapi: '3.1.0',
    paths: {
      '/api/v1/boards/{name}/commands': { post: { summary: '让板子执行命令', 'x-role': 'operator' } },
    },
  });
});

test('the page to read has every path, and takes nothing from elsewhere', async () => {
  const { get, server } = await start();
  const answer = await get('/api');
  const html = await answer.text();
  for (const path of Object.keys(apiDocument('en').paths)) expect(html).toContain(`<code>${path}</code>`);
  expect(html).toContain(`curl &#39;${server.url}/samples&#39; -H`);
  expect(html).not.toMatch(/<script|src=|href="(?!\/|#)/);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('a browser that is not signed in gets a place to sign in, a program is told', async () => {
  const { get } = await start();
  const stranger = { authorization: '' };
  expect(await (await get('/api', { headers: { ...stranger, accept: 'text/html' } })).text()).toContain(
    '<form>',
  );
  const refused = await get('/api', { headers: stranger });
  expect([refused.status, await detailOf(refused)]).toEqual([401, expect.stringContaining('Sign in first')]);
});

test('what is no HTTP is a problem as well, and so is a WebSocket where there is none', async () => {
  const { raw } = await start();
  const garbage = await raw('HELLO\r\n\r\n');
  expect(garbage).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
  expect(JSON.parse(garbage.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 400, code: 'BAD_ARGUMENT' });
  const socket = await raw(
    'GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  expect(JSON.parse(socket.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test('a path that takes something else says what, as a problem like every other', async () => {
  const { get } = await start();
  const wrong = await get('/api/v1/boards/shed/commands', { method: 'PUT' });
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  expect(wrong.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(await wrong.json()).toEqual({
    type: 'about:blank',
    title: 'Method Not Allowed',
    status: 405,
    code: 'WRONG_METHOD',
    detail: '/api/v1/boards/shed/commands takes POST, not PUT.',
  });
  for (const path of ['/mqtt', '/mip/kiteline/nothing.py']) expect((await get(path)).status, path).toBe(404);
  expect(await (await get('/api/v1/nothing')).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect(await (await get('/api/v1/boards/shed')).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});
