/** What a hub tells of its own health, and who may have a board look at itself. */
import { expect, test } from 'vitest';
import { HealthRecord, type HubHealth } from '../../src/http/doctor.ts';
import type { HubEvents } from '../../src/hub/events.ts';
import { detailOf, start } from './start.ts';

test('its time, and who was kept out; a board that is not online cannot be asked, and a viewer asks none', async () => {
  const { server, get, post, clock } = await start();
  await post('{"n":1}');
  const health = (await (await get('/api/v1/doctor')).json()) as HubHealth;
  expect(health).toEqual({ time: clock.now(), refused: [] });
  const offline = await get('/api/v1/boards/127.0.0.1/doctor', { method: 'POST' });
  expect([offline.status, await detailOf(offline)]).toEqual([503, expect.stringMatching(/127\.0\.0\.1/)]);
  expect((await get('/api/v1/boards/pump/doctor', { method: 'POST' })).status).toBe(404);
  const { secret } = await server.tokens.add('viewer', 'tablet');
  const headers = { authorization: `Bearer ${secret}` };
  expect((await get('/api/v1/doctor', { headers })).status).toBe(200);
  expect((await get('/api/v1/boards/127.0.0.1/doctor', { method: 'POST', headers })).status).toBe(403);
});

test('of refusals the newest of each board and reason is kept, of 64 at most', async () => {
  const handlers: Partial<HubEvents> = {};
  const hub = {
    on(event: keyof HubEvents, handler: never) {
      handlers[event] = handler;
      return hub as never;
    },
  };
  const { clock } = await start();
  const record = new HealthRecord(hub, clock);
  const refused = (board: string, at: number) =>
    handlers.refused?.({ board, at, address: '10.0.0.2:1', reason: 'NO_PROOF', message: '', times: 1 });
  for (let at = 0; at < 70; at++) refused(`b${at}`, at);
  refused('b10', 100);
  expect(record.refused).toHaveLength(64);
  expect(record.refused[0]).toMatchObject({ board: 'b6' });
  expect(record.refused.at(-1)).toMatchObject({ board: 'b10', at: 100 });
  handlers.problem?.({ what: 'transport failed', error: new Error('no') });
  expect(record.storeFailed).toBe(undefined);
  handlers.problem?.({ what: 'store failed', error: new Error('full') });
  expect(record.storeFailed).toEqual({ at: clock.now(), message: 'full' });
});
