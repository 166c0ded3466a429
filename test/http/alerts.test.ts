/** Alerts from a posted sample to the feed and the webhook, and over HTTP: who may see, who may change, what is refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { openAlerts } from '../../src/hub/alerts/alert-file.ts';
import { alertLimits } from '../../src/hub/alerts/check.ts';
import type { AlertInfo, AlertMessage, AlertsState } from '../../src/hub/alerts/rule.ts';
import { createHub } from '../../src/hub/hub.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { Receiver } from '../hub/alerts/receiver.ts';
import { detailOf, start } from './start.ts';

const PATH = '/api/v1/alerts';
const RULE = { board: 'greenhouse', metric: 'temp', when: 'above', value: 30 };

const json = (body: unknown, method = 'POST') => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function started() {
  const parts = await start();
  const told: AlertMessage[] = [];
  let came: (() => void) | undefined;
  parts.hub.on('alert', (message) => {
    told.push(message);
    came?.();
  });
  /** Resolves with the next alert. */
  const next = async (): Promise<AlertMessage> => {
    for (;;) {
      const message = told.shift();
      if (message) return message;
      await new Promise<void>((resolve) => {
        came = resolve;
      });
    }
  };
  const state = async () => (await (await parts.get(PATH)).json()) as AlertsState;
  return { ...parts, next, told, state };
}

test('a sample that crosses the bound is told in the feed, shown, and posted; then that it is over', async () => {
  const { hub, get, post, clock, next, state } = await started();
  const receiver = await Receiver.start();
  expect((await get(`${PATH}/webhook`, json({ url: receiver.url }, 'PUT'))).status).toBe(200);
  const made = await get(PATH, json(RULE));
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as AlertInfo;
  const feed = hub.subscribe({ board: 'greenhouse' });
  onTestFinished(() => feed.close());

  await post('{"temp":29.5,"hum":99}', '/samples?board=greenhouse');
  await post('{"temp":99}', '/samples?board=attic');
  await post('{"temp":35.2}', '/samples?board=greenhouse');
  const fired = { ...RULE, id, made: clock.now(), since: clock.now(), last: clock.now(), seen: 35.2 };
  expect(await next()).toEqual({ ...fired, state: 'firing', at: clock.now() });
  const text = 'greenhouse: temp is 35.2, above 30.';
  expect((await receiver.next()).body).toEqual({
    type: 'alert',
    text,
    ...fired,
    state: 'firing',
    at: clock.now(),
  });
  expect((await state()).rules).toEqual([
    { ...RULE, id, made: fired.made, firing: { since: fired.since, last: fired.last, seen: 35.2 } },
  ]);

  await post('{"temp":20}', '/samples?board=greenhouse');
  clock.advance(alertLimits.calmMs);
  expect(await next()).toMatchObject({ id, state: 'quiet', since: fired.since, at: clock.now() });
  expect((await receiver.next()).body).toMatchObject({
    state: 'quiet',
    text: 'greenhouse: temp is not above 30 any more.',
  });
  expect((await state()).rules[0]?.firing).toBeUndefined();
  const events = (await feed.next()) ?? [];
  expect(events.filter(({ type }) => type === 'alert')).toMatchObject([
    { state: 'firing' },
    { state: 'quiet' },
  ]);
});

test('what is posted is in the hub’s language, whoever set the rule and sent the sample in another', async () => {
  const { get, clock } = await started();
  const receiver = await Receiver.start();
  const zh = { 'accept-language': 'zh-CN', 'content-type': 'application/json' };
  await get(`${PATH}/webhook`, { method: 'PUT', headers: zh, body: JSON.stringify({ url: receiver.url }) });
  await get(PATH, { method: 'POST', headers: zh, body: JSON.stringify({ ...RULE, holdMs: 1_000 }) });
  await get('/samples?board=greenhouse', { method: 'POST', headers: zh, body: '{"temp":31}' });
  clock.advance(1_000);
  expect((await receiver.next()).body).toMatchObject({ text: 'greenhouse: temp is 31, above 30.' });
  const twice = await get(PATH, { method: 'POST', headers: zh, body: JSON.stringify(RULE) });
  expect(await detailOf(twice)).toContain('已有这样的规则');
});

test('a rule for a board that was never heard of waits for it; one that is taken away watches no more', async () => {
  const { get, post, next, told } = await started();
  const { id } = (await (await get(PATH, json({ ...RULE, metric: 'level' }))).json()) as AlertInfo;
  await post('{"level":31}', '/samples?board=greenhouse');
  expect(await next()).toMatchObject({ id, seen: 31 });
  expect((await get(`${PATH}/${id}`, { method: 'DELETE' })).status).toBe(200);
  expect(await next()).toMatchObject({ id, state: 'removed' });
  const { id: other } = (await (await get(PATH, json({ ...RULE, metric: 'other' }))).json()) as AlertInfo;
  await post('{"level":99,"other":1}', '/samples?board=greenhouse');
  await post('{"level":99,"other":40}', '/samples?board=greenhouse');
  expect(await next()).toMatchObject({ id: other });
  expect(told).toEqual([]);
  expect((await get(`${PATH}/${id}`, { method: 'DELETE' })).status).toBe(404);
});

test('rules outlive the hub, a silence that began before it counts, and what fired is not told twice', async () => {
  const folder = newFolder();
  const clock = new ManualClock();
  const begin = async () => {
    const store = await openSqliteStore(join(folder, 'data'));
    const hub = createHub({ clock, store, alerts: await openAlerts(folder, { clock }) });
    const told: AlertMessage[] = [];
    hub.on('alert', (message) => void told.push(message));
    onTestFinished(() => hub.close());
    return { hub, told };
  };
  const first = await begin();
  const { id } = await first.hub.alerts.add({ ...RULE, when: 'silent', value: 60_000 });
  const { id: other } = await first.hub.alerts.add({ ...RULE, board: 'attic', when: 'silent', value: 1_000 });
  clock.advance(30_000);
  expect(first.told).toMatchObject([{ id: other }]);
  await first.hub.store.append({
    samples: [{ board: 'greenhouse', at: clock.now(), values: new Map([['temp', 20]]) }],
  });
  await first.hub.close();
  clock.advance(50_000);
  const second = await begin();
  await second.hub.store.latest('greenhouse');
  clock.advance(14_999);
  expect(second.told).toEqual([]);
  clock.advance(1);
  expect(second.told).toMatchObject([
    { id, state: 'firing', since: clock.now(), last: clock.now() - 65_000 },
  ]);
  expect(second.hub.alerts.state.rules.map(({ firing }) => firing !== undefined)).toEqual([true, true]);
});

test('a viewer sees the rules and how it stands with the webhook, and changes nothing; where it is an operator sees alone', async () => {
  const { server, get, state, hub } = await started();
  const secret = 'https://ntfy.example/s3cret';
  await get(`${PATH}/webhook`, json({ url: secret }, 'PUT'));
  const { id } = (await (await get(PATH, json(RULE))).json()) as AlertInfo;
  const viewer = await server.tokens.add('viewer', 'looker');
  const as = (authorization: string) => (path: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', authorization);
    return get(path, { ...init, headers });
  };
  for (const ask of [as(''), as('Bearer wrong'), as(`Bearer ${viewer.secret}`)]) {
    for (const [path, init] of [
      [PATH, json(RULE)],
      [`${PATH}/${id}`, { method: 'DELETE' }],
      [`${PATH}/webhook`, {}],
      [`${PATH}/%77ebhook`, {}],
      [`${PATH}/webhook`, json({ url: 'http://mine.example/' }, 'PUT')],
      [`${PATH}/webhook/test`, { method: 'POST' }],
    ] as [string, RequestInit][]) {
      const answer = await ask(path, init);
      expect([401, 403]).toContain(answer.status);
      expect(await answer.text()).not.toContain('s3cret');
    }
  }
  const seen = await as(`Bearer ${viewer.secret}`)(PATH, {});
  expect(await seen.json()).toMatchObject({ rules: [{ id, ...RULE }], webhook: { isSet: true } });
  expect(JSON.stringify(await state())).not.toContain('s3cret');
  expect(await (await get(`${PATH}/webhook`)).json()).toEqual({ url: secret });
  expect(hub.alerts.webhook).toBe(secret);
});

test.each([
  ['no JSON', '{', 400],
  ['a list', '[]', 400],
  ['null', 'null', 400],
  ['no condition', { ...RULE, when: undefined }, 400],
  ['no number, as JSON has no NaN', '{"board":"b","metric":"m","when":"above","value":NaN}', 400],
  ['a number that JSON reads as infinite', '{"board":"b","metric":"m","when":"above","value":1e999}', 400],
  ['a number that is too big', { ...RULE, value: 1e99 }, 400],
  ['too much', { ...RULE, board: 'x'.repeat(10_000) }, 413],
])('a rule with %s is refused with a sentence', async (_, body, status) => {
  const { get, state } = await started();
  const answer = await get(PATH, json(body));
  expect(answer.status).toBe(status);
  expect(await detailOf(answer)).not.toBe('');
  expect((await state()).rules).toEqual([]);
});

test('of 10,000 rules those that are too many are refused, and no form of another site sets one', async () => {
  const { get, hub, state } = await started();
  for (let value = 0; value < alertLimits.rules; value++) await hub.alerts.add({ ...RULE, value });
  const answer = await get(PATH, json({ ...RULE, value: -1 }));
  expect(answer.status).toBe(400);
  expect(await detailOf(answer)).toContain(`${alertLimits.rules} rules`);
  expect((await state()).rules).toHaveLength(alertLimits.rules);
  expect((await get(PATH, { method: 'POST', body: JSON.stringify(RULE) })).status).toBe(400);
});

test('a webhook that is none is refused; one can be tried, and says what went wrong', async () => {
  const { get } = await started();
  for (const url of ['greenhouse', 'ftp://a/', 'https://me:pw@a/', 7, {}])
    expect((await get(`${PATH}/webhook`, json({ url }, 'PUT'))).status).toBe(400);
  expect((await get(`${PATH}/webhook`, json({}, 'PUT'))).status).toBe(400);
  const tried = () => get(`${PATH}/webhook/test`, { method: 'POST' });
  expect((await tried()).status).toBe(404);
  const receiver = await Receiver.start();
  await get(`${PATH}/webhook`, json({ url: receiver.url }, 'PUT'));
  expect(await (await tried()).json()).toEqual({ trouble: null });
  expect((await receiver.next()).body).toMatchObject({ type: 'test' });
  receiver.close();
  expect(await (await tried()).json()).toMatchObject({ trouble: { why: 'NETWORK', code: 'ECONNREFUSED' } });
  await get(`${PATH}/webhook`, json({ url: null }, 'PUT'));
  expect(await (await get(`${PATH}/webhook`)).json()).toEqual({ url: null });
});
