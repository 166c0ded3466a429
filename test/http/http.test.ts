import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { KitelineError } from '../../src/errors.ts';
import { MAX_BODY } from '../../src/http/samples.ts';
import { serveHttp } from '../../src/http/server.ts';
import { HEARTBEAT_MS } from '../../src/http/silence.ts';
import type { Hub } from '../../src/hub/hub.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { limits } from '../../src/wire/index.ts';
import { until } from '../hub/helpers.ts';
import { detailOf, start } from './start.ts';

const metrics = async (hub: Hub, board = '127.0.0.1') =>
  Object.fromEntries((await hub.store.latest(board)).map(({ metric, value }) => [metric, value]));

test('what urequests.post(url, json={…}) sends is a sample', async () => {
  const { hub, raw } = await start();
  const body = '{"temp": 23.5, "hum": 40}';
  const answer = await raw(
    `POST /samples HTTP/1.0\r\nHost: 192.168.1.5:8080\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  expect(answer).toMatch(/^HTTP\/1\.[01] 200 OK\r\n/);
  expect(answer).not.toMatch(/transfer-encoding/i);
  expect(answer.split('\r\n\r\n')[1]).toBe('{"samples":1,"texts":0,"skipped":{}}');
  expect(await metrics(hub)).toEqual({ temp: 23.5, hum: 40 });
  expect(hub.boards()).toMatchObject([{ name: '127.0.0.1', transport: 'http', samples: 1 }]);
});

test('a client of HTTP/1.0 may leave the Host header out', async () => {
  const { raw, server } = await start();
  expect(await raw('POST /samples HTTP/1.0\r\nContent-Length: 7\r\n\r\n{"a":1}')).toContain('200 OK');
  const token = `Authorization: Bearer ${server.token}`;
  expect(await raw(`GET /api/v1/boards HTTP/1.0\r\n${token}\r\n\r\n`)).toContain('200 OK');
});

test('takes a SenML pack, pretty-printed JSON, and several lines', async () => {
  const { hub, post } = await start();
  expect(await (await post('[{"n":"temp","u":"Cel","v":20}]')).json()).toMatchObject({ samples: 1 });
  expect(await (await post(JSON.stringify({ a: 1, b: { c: 2 } }, null, 2))).json()).toMatchObject({
    samples: 1,
  });
  expect(await (await post('{"x":1}\r\n{"x":2}\n\n{"y":nan,"z":3}')).json()).toEqual({
    samples: 3,
    texts: 0,
    skipped: { NOT_FINITE: 1 },
  });
  expect(await metrics(hub)).toEqual({ temp: 20, a: 1, 'b.c': 2, x: 2, z: 3 });
});

test('one JSON value that is too long is refused as such, though it has lines', async () => {
  const { hub, post } = await start();
  const long = JSON.stringify({ values: Array(2_000).fill(1) }, null, 2);
  const answer = await post(long);
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ reasons: ['LINE_TOO_LONG'] });
  expect(hub.counts.messages).toBe(0);
});

test('a compressed body is refused, not taken for text', async () => {
  const { hub, get } = await start();
  const body = gzipSync('{"a":1}');
  const answer = await get('/samples', { method: 'POST', body, headers: { 'Content-Encoding': 'gzip' } });
  expect(answer.status).toBe(415);
  expect(hub.counts.messages).toBe(0);
});

test('whoever opens /samples in a browser is told how to use it', async () => {
  const { get } = await start();
  const answer = await get('/samples');
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('POST');
});

test('text is answered with its reply', async () => {
  const { hub, post } = await start();
  const plain = await post('hello');
  expect(plain.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await plain.text()).toBe('ok');
  hub.on('text', ({ text, transport }) => `${transport} ${text}`);
  expect(await (await post('你好')).text()).toBe('http 你好');
});

test('a board may say its name', async () => {
  const { hub, post } = await start();
  await post('{"a":1}', '/samples?board=greenhouse');
  expect(hub.boards()).toMatchObject([{ name: 'greenhouse' }]);
  for (const name of ['', 'x'.repeat(65), '%1b%5b2J']) {
    expect((await post('{"a":1}', `/samples?board=${name}`)).status).toBe(400);
  }
});

test('what is refused is answered with a problem that says why', async () => {
  const { hub, post } = await start();
  const refused = await post('{"a":1}\n[{"jsonrpc":"2.0","id":1,"method":"x"}]');
  expect(refused.status).toBe(400);
  expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(await refused.json()).toMatchObject({
    status: 400,
    title: 'Bad Request',
    reasons: ['BATCH_REFUSED'],
    samples: 1,
  });
  expect((await post('')).status).toBe(400);
  expect((await post('x'.repeat(limits.lineBytes + 1))).status).toBe(413);
  expect((await post('{"a":1}\n'.repeat(MAX_BODY / 8 + 1))).status).toBe(413);
  expect(hub.counts.samples).toBe(1);
});

test('answers only after the store has accepted, and 503 when it will not', async () => {
  let accept = () => {};
  class SlowStore extends MemoryStore {
    protected override _append(): Promise<void> {
      return new Promise((resolve) => {
        accept = resolve;
      });
    }
  }
  const { hub, post } = await start({ store: new SlowStore() });
  let answered = false;
  const answer = post('{"a":1}').then((response) => {
    answered = true;
    return response;
  });
  await until(() => hub.counts.messages === 1);
  expect(answered).toBe(false);
  accept();
  expect((await answer).status).toBe(200);

  class BrokenStore extends MemoryStore {
    protected override async _append(): Promise<void> {
      throw new Error('disk full');
    }
  }
  const broken = await start({ store: new BrokenStore() });
  broken.hub.on('problem', () => {});
  const failed = await broken.post('{"a":1}');
  expect(failed.status).toBe(503);
  expect(await failed.json()).toMatchObject({ reasons: ['STORE_FAILED'], samples: 0 });
});

test('tells of boards and of one board', async () => {
  const { hub, post, get, clock } = await start();
  await post('{"temp":20,"__proto__":1}');
  await post('hello');
  expect(await (await get('/api/v1/boards')).json()).toEqual({ boards: hub.boards() });
  expect(await (await get('/api/v1/boards/127.0.0.1')).json()).toEqual({
    board: hub.boards()[0],
    latest: [
      { metric: 'temp', value: 20, at: clock.now() },
      { metric: '__proto__', value: 1, at: clock.now() },
    ],
    series: [
      { metric: 'temp', points: 1, from: clock.now(), to: clock.now() },
      { metric: '__proto__', points: 1, from: clock.now(), to: clock.now() },
    ],
    texts: [{ board: '127.0.0.1', at: clock.now(), text: 'hello' }],
  });
  expect((await get('/api/v1/boards/nobody')).status).toBe(404);
  expect((await get('/nothing')).status).toBe(404);
});

test('what a page of another site makes a browser ask for is refused', async () => {
  const { get } = await start();
  const from = (site: string) => ({ headers: { 'Sec-Fetch-Site': site } });
  for (const path of ['boards', 'live', 'export', 'store/check', 'store/backup', 'boards/a/history?metric=x'])
    expect((await get(`/api/v1/${path}`, from('cross-site'))).status).toBe(403);
  for (const site of ['none', 'same-origin', 'same-site'])
    expect((await get('/api/v1/boards', from(site))).status).toBe(200);
});

test('what the store says of itself goes to whoever asked, with its status', async () => {
  class FailingStore extends MemoryStore {
    protected override async _latest(): Promise<never> {
      throw new KitelineError('STORE_FAILED', 'the disk is gone');
    }
  }
  const { get } = await start({ store: new FailingStore() });
  const answer = await get('/api/v1/boards/pump');
  expect(answer.status).toBe(503);
  expect(await detailOf(answer)).toBe('the disk is gone');
});

test('the live feed comes as server-sent events, of all boards or of one', async () => {
  const { get, post, server, hub } = await start();
  const [all, one] = [await get('/api/v1/live'), await get('/api/v1/live?board=b')];
  expect(all.headers.get('content-type')).toBe('text/event-stream');
  await post('{"a":1,"__proto__":2}', '/samples?board=a');
  await post('hi', '/samples?board=b');
  const texts = Promise.all([all.text(), one.text()]);
  await server.close();
  const events = (text: string) =>
    [...text.matchAll(/event: (.*)\ndata: (.*)\n\n/g)].map(([, event, data = '']) => ({
      event,
      ...JSON.parse(data),
    }));
  const [ofAll, ofOne] = await texts;
  expect(events(ofAll).map(({ type, board }) => [type, board])).toEqual([
    ['board', 'a'],
    ['sample', 'a'],
    ['board', 'b'],
    ['text', 'b'],
  ]);
  expect(ofAll).toContain('"values":{"a":1,"__proto__":2}');
  expect(events(ofOne)).toMatchObject([
    { event: 'board', board: 'b' },
    { event: 'text', board: 'b', text: 'hi', reply: 'ok' },
  ]);
  expect(hub.counts.lostByFeed).toBe(0);
});

test('a silent live stream carries a sign of life, and a reader that leaves is forgotten', async () => {
  const { hub, get, clock } = await start();
  const leave = new AbortController();
  const { body } = await get('/api/v1/live', { signal: leave.signal });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe(': live\n\n');
  clock.advance(HEARTBEAT_MS);
  expect((await reader?.read())?.value).toBe(':\n\n');
  leave.abort();
  await expect(reader?.read()).rejects.toThrow();
  await until(() => hub.counts.subscribers === 0);
});

test('HEAD of the live feed is no reader of it', async () => {
  const { hub, get } = await start();
  const answer = await get('/api/v1/live', { method: 'HEAD' });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(hub.counts.subscribers).toBe(0);
});

test('the front page says what this is and where boards send to', async () => {
  const { hub, get } = await start();
  const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  const page = await (await get('/')).text();
  expect(page).toContain('POST /samples');
  expect(page).toContain(`127.0.0.1:${tcp?.port}`);
});

test('a taken port is refused', async () => {
  const { hub, server } = await start();
  await expect(serveHttp(hub, { host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
});

test('a form is a sample, as `curl -d temp=23.5` sends it; JSON and text that say to be forms are what they are', async () => {
  const { hub, get } = await start();
  const form = (body: string, type = 'application/x-www-form-urlencoded') =>
    get('/samples', { method: 'POST', body, headers: { 'Content-Type': type } });
  expect(await (await form('temp=23.5&on=true&note=caf%C3%A9+au+lait&code=007')).json()).toMatchObject({
    samples: 1,
  });
  expect(await metrics(hub)).toEqual({ temp: 23.5, on: true, note: 'café au lait', code: '007' });
  expect(await (await form('{"hum":40}')).json()).toMatchObject({ samples: 1 });
  expect(await (await form('hello = world')).text()).toBe('ok');
  expect((await form('--x\r\n', 'multipart/form-data; boundary=x')).status).toBe(415);
  expect(await metrics(hub)).toMatchObject({ hum: 40 });
});
