/** What Prometheus reads, and who may. */
import { expect, test } from 'vitest';
import { metricsLimits } from '../../src/http/metrics/boards.ts';
import { Exposition } from '../../src/http/metrics/exposition.ts';
import { tellBroker } from '../../src/http/metrics/hub.ts';
import { KnownLabels } from '../../src/http/metrics/known.ts';
import { FakeBoard } from '../hub/boards.ts';
import { start } from './start.ts';

/** Name and labels → value (Prometheus, text format 0.0.4). */
function read(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

test('the hub, its store and each board, with its newest numbers', async () => {
  const { hub, get, post } = await start();
  const board = new FakeBoard(hub);
  await board.hello({ board: 'shed', boot: 'b1' });
  await post('{"temp":23.5,"on":true,"note":"fine","a\\"b":1}', '/samples?board=shed');
  await post('hello', '/samples?board=other');
  const answer = await get('/metrics');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  expect(text).toContain('# TYPE kiteline_samples_total counter');
  const metrics = read(text);
  expect(Object.fromEntries(metrics)).toMatchObject({
    kiteline_samples_total: 1,
    kiteline_texts_total: 1,
    kiteline_boards: 2,
    kiteline_boards_online: 1,
    kiteline_metrics_left_out: 0,
    kiteline_store_points: 4,
    'kiteline_board_online{board="shed"}': 1,
    'kiteline_board_samples_total{board="shed"}': 1,
    'kiteline_board_value{board="shed",metric="temp"}': 23.5,
    'kiteline_board_value{board="shed",metric="on"}': 1,
    'kiteline_board_value{board="shed",metric="a\\"b"}': 1,
  });
  expect(text).not.toContain('metric="note"');
  expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(0);
  expect([...metrics.keys()].some((name) => name.startsWith('nodejs_eventloop_lag_seconds'))).toBe(true);
});

test('a value of an hour ago is none of now, and a board that is lost is 0', async () => {
  const { hub, get, post, clock } = await start();
  const board = new FakeBoard(hub);
  await board.hello({ board: 'shed', boot: 'b1' });
  await post('{"temp":1}', '/samples?board=shed');
  board.breaks();
  clock.advance(metricsLimits.freshMs + 1);
  const metrics = read(await (await get('/metrics')).text());
  expect(metrics.get('kiteline_board_online{board="shed"}')).toBe(0);
  expect(metrics.has('kiteline_board_value{board="shed",metric="temp"}')).toBe(false);
});

test('names that somebody makes up become labels up to a bound; a board with a key is always told', () => {
  const known = new KnownLabels(2);
  expect(['a', 'b', 'c', 'a'].map((name) => known.has(name))).toEqual([true, true, false, true]);
  expect(known.has('shed', true)).toBe(true);
  expect(known.has('c')).toBe(false);
  expect(known.has('shed')).toBe(true);
});

test('programs of this machine need no token, others do', async () => {
  const { get } = await start();
  const asks = (headers: Record<string, string>) =>
    get('/metrics', { headers: { authorization: '', ...headers } });
  expect((await asks({})).status).toBe(200);
  for (const header of ['x-forwarded-for', 'forwarded', 'via'])
    expect((await asks({ [header]: '10.0.0.9' })).status, header).toBe(401);
  expect((await asks({ origin: 'http://elsewhere.example' })).status).toBe(403);
  expect((await get('/metrics', { headers: { 'x-forwarded-for': '10.0.0.9' } })).status).toBe(200);
});

test('a page that has its own name lead to this machine reads nothing', async () => {
  const { raw } = await start();
  expect(await raw('GET /metrics HTTP/1.0\r\nHost: rebound.example\r\n\r\n')).toContain('421 Misdirected');
});

test('the hub’s own MQTT broker, where it has one', async () => {
  const to = new Exposition();
  tellBroker(to, { connections: 2, sessions: 3, counts: { MALFORMED: 4 } });
  expect(Object.fromEntries(read(await to.registry.metrics()))).toEqual({
    kiteline_mqtt_connections: 2,
    kiteline_mqtt_sessions: 3,
    'kiteline_mqtt_refused_total{reason="MALFORMED"}': 4,
  });
});
