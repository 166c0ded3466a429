/** Rows that come back over HTTP. */
import { expect, test } from 'vitest';
import { importRows } from '../../src/http/import-rows.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { detailOf, start } from './start.ts';

const row = (t: number, v: number | string = 1) => JSON.stringify({ t, board: 'pump', metric: 'temp', v });

async function started() {
  const all = await start();
  const send = (body: string, headers: Record<string, string> = {}) =>
    all.get('/api/v1/import', { method: 'POST', body, headers });
  return { ...all, send };
}

test('rows are stored once, and a viewer may not send them', async () => {
  const { send, hub, server } = await started();
  expect(await (await send(`${row(1)}\n${row(2)}\n\n`)).json()).toEqual({ added: 2, present: 0, leftOut: 0 });
  expect(await (await send(`${row(2)}\n${row(2)}\n${row(3)}`)).json()).toEqual({
    added: 2,
    present: 1,
    leftOut: 0,
  });
  expect((await hub.store.query({ board: 'pump', metric: 'temp' })).map(({ at }) => at)).toEqual([
    1, 2, 2, 3,
  ]);
  const { secret } = await server.tokens.add('viewer', 'tablet');
  expect((await send(row(9), { authorization: `Bearer ${secret}` })).status).toBe(403);
});

test('where a line is none nothing is taken, and its number is told', async () => {
  const { send, hub } = await started();
  const refused = await send(`${row(1)}\nnonsense`);
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    code: 'BAD_ARGUMENT',
    line: 2,
    detail: 'Line 2: It is no JSON object.',
  });
  expect(await detailOf(await send('{"t":1,"board":"pump","metric":"temp","v":1e999}'))).toBe(
    'Line 1: Its value is none.',
  );
  expect(await hub.store.boards()).toEqual([]);
});

test('what a store does not take is counted as such', async () => {
  const store = new MemoryStore({ seriesPerBoard: 1 });
  const rows = ['a', 'b', 'c'].map((metric) => ({ t: 1, board: 'pump', metric, v: 1 }));
  expect(await importRows(store, rows)).toEqual({ added: 1, present: 0, leftOut: 2 });
  await store.close();
});
