/** The map that an app draws, over HTTP and on the page's WebSocket. */
import { expect, test } from 'vitest';
import type { FromHub } from '../../src/http/pages/messages.ts';
import type { ScenePatch, SceneWhole } from '../../src/hub/scenes/messages.ts';
import { detailOf, start } from './start.ts';
import { open, soon } from './test-page.ts';

const ROOM = { cell: 0.05, width: 40, height: 30 };

/** The whole map in a message; undefined for other messages. */
const wholeIn = (message: FromHub): SceneWhole | null | undefined =>
  'scene' in message ? message.scene : undefined;

test('a map and its last run over HTTP, for viewers as well', async () => {
  const { hub, clock, get, server } = await start();
  const missing = await get('/api/v1/boards/rover/scene');
  expect(missing.status).toBe(404);
  expect(await detailOf(missing)).toMatch(/no map of rover/);
  const scene = hub.scene('rover', ROOM);
  expect((await get('/api/v1/boards/rover/scene/run')).status).toBe(404);
  scene.goal = [1, 1];
  scene.rover = { x: 0.5, y: 0.5, heading: 0 };
  scene.mark(41, 80);
  clock.advance(100);
  const { secret } = await server.tokens.add('viewer', 'tablet');
  const headers = { authorization: `Bearer ${secret}` };
  const whole = await (await get('/api/v1/boards/rover/scene', { headers })).json();
  expect(whole).toMatchObject({
    ...ROOM,
    x: 0,
    y: 0,
    v: 1,
    goal: [1, 1],
    rover: { x: 0.5 },
    run: { ended: null },
  });
  const run = await (await get('/api/v1/boards/rover/scene/run', { headers })).json();
  expect(run).toMatchObject({ ...ROOM, ended: null, cut: 0, patches: [{ v: 1, cells: [41, 80] }] });
  expect((await get('/api/v1/boards/rover/scene', { headers: { authorization: '' } })).status).toBe(401);
});

test('a page gets the map as a whole, and then what is drawn', async () => {
  const context = await start();
  const { hub, clock } = context;
  const scene = hub.scene('rover', ROOM);
  scene.mark(5, 50);
  const page = await open(context);
  page.say({ sub: ['scene:rover'] });
  const whole = await soon(clock, page.next(wholeIn));
  expect(whole).toMatchObject({ ...ROOM, v: 1 });
  const seen: ScenePatch[] = [];
  const all = page.next((message) => {
    if ('patches' in message) seen.push(...message.patches);
    return seen.some(({ goal }) => goal) || undefined;
  });
  for (let i = 0; i < 5; i++) {
    scene.mark(10 + i, 90);
    scene.rover = { x: i, y: 0, heading: 0 };
    clock.advance(50);
  }
  scene.goal = [1, 1];
  await soon(clock, all);
  // Each follows the one before, and together they are everything.
  const since = seen.filter(({ v }) => v > 1);
  expect(since.map(({ v }) => v)).toEqual(since.map((_, i) => i + 2));
  expect(since.flatMap(({ cells }) => cells ?? [])).toEqual([10, 90, 11, 90, 12, 90, 13, 90, 14, 90]);
  expect(since.findLast(({ rover }) => rover)?.rover?.x).toBe(4);
});

test('a page that waits for a map gets it when an app makes one, another one, and none', async () => {
  const context = await start();
  const { hub, clock, post } = context;
  await post('{"a":1}', '/samples?board=rover');
  const page = await open(context);
  const follow = (isSo: (scene: SceneWhole | null) => boolean) =>
    soon(
      clock,
      page.next((message) => ('scene' in message && isSo(message.scene)) || undefined),
    );
  const card = (hasMap: true | undefined) =>
    soon(
      clock,
      page.next(
        (message) =>
          ('changed' in message &&
            message.changed?.some((one) => one.name === 'rover' && one.hasMap === hasMap)) ||
          undefined,
      ),
    );
  page.say({ sub: ['scene:rover', 'overview'] });
  await follow((scene) => scene === null);
  const scene = hub.scene('rover', ROOM);
  scene.mark(1, 1);
  await follow((told) => told?.width === 40);
  hub.scene('rover', { ...ROOM, width: 50 });
  await follow((told) => told?.width === 50);
  await card(true);
  hub.scenes.get('rover')?.close();
  await card(undefined);
});

test('a page that does not read is skipped, and then gets the map as it is', async () => {
  const context = await start();
  const { hub, clock, server } = context;
  const scene = hub.scene('rover', { cell: 0.05, width: 200, height: 200 });
  const page = await open(context);
  page.say({ sub: ['scene:rover'] });
  await soon(clock, page.next(wholeIn));
  const socket = (page.socket as unknown as { _socket: import('node:net').Socket })._socket;
  socket.pause();
  // Until what the system keeps for a reader is full.
  for (let i = 0; server.pages.skipped === 0; i++) {
    for (let cell = 0; cell < 4_000; cell++) scene.mark(cell, 1 + (i % 100));
    clock.advance(50);
    await new Promise(setImmediate);
  }
  scene.goal = [3, 4];
  socket.resume();
  const whole = await soon(
    clock,
    page.next((message) => {
      const told = wholeIn(message);
      return told?.goal ? told : undefined;
    }),
  );
  expect(whole.goal).toEqual([3, 4]);
  expect(whole.map).toBe(scene.whole().map);
});

test('while this process is kept from its work patches do not pile up', async () => {
  const context = await start();
  const { hub, clock } = context;
  const scene = hub.scene('rover', ROOM);
  const page = await open(context);
  page.say({ sub: ['scene:rover'] });
  await soon(clock, page.next(wholeIn));
  for (let i = 0; i < 100; i++) {
    scene.mark(i, 7);
    scene.commit();
  }
  const whole = await soon(clock, page.next(wholeIn));
  expect(whole?.v).toBe(100);
});
