/** The page's live WebSocket: who gets in, what it is told, and that a slow one costs nobody anything. */
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Overview } from '../../src/http/pages/overview.ts';
import type { Hub } from '../../src/hub/hub.ts';
import { FakeBoard } from '../hub/boards.ts';
import { start } from './start.ts';
import { open, soon, TestPage } from './test-page.ts';

test('a page gets all boards as they are, and then what is new', async () => {
  const context = await start();
  const { post, clock, server } = context;
  await post('{"temp":20}', '/samples?board=pump');
  const page = new TestPage(server.port, { headers: { authorization: `Bearer ${server.token}` } });
  const { hello } = await page.next((message) => ('hello' in message ? message : undefined));
  expect(hello).toMatchObject({ role: 'operator', run: context.hub.run });
  page.say({ sub: ['overview', 'board:pump'] });
  const boards = await soon(
    clock,
    page.next((m) => ('boards' in m && m.boards.length > 0 ? m.boards : undefined)),
  );
  expect(boards).toMatchObject([{ name: 'pump', info: { samples: 1 } }]);
  expect(boards[0]?.newest.temp?.[0]).toBe(20);
  await post('[{"n":"temp","u":"Cel","v":21}]', '/samples?board=pump');
  await post('hello', '/samples?board=valve');
  let values: unknown;
  let valve: unknown;
  const seen = page.next((m) => {
    if (!('ch' in m) || m.ch !== 'overview') return undefined;
    if ('values' in m) values ??= m.values?.find(([board]) => board === 'pump')?.[1].temp;
    if ('changed' in m) valve ??= m.changed?.find(({ name }) => name === 'valve')?.info?.texts;
    return values && valve ? true : undefined;
  });
  await soon(clock, seen);
  expect(values).toEqual([21, expect.any(Number), 'Cel']);
  expect(valve).toBe(1);
});

test('where there are more boards than an overview shows, it shows those that the hub has heard of', async () => {
  const stored = Array.from({ length: 1_000 }, (_, i) => ({ board: `old ${i}` }));
  const store = { boards: async () => stored, latest: async () => [] };
  const scenes = { get: () => undefined };
  const hub = { store, scenes, boards: () => [{ name: 'here' }], board: () => undefined } as unknown as Hub;
  const overview = new Overview(hub);
  await overview.begin();
  const { boards } = overview.full(0) as { boards: { name: string }[] };
  expect(boards).toHaveLength(1_000);
  expect(boards.at(-1)?.name).toBe('here');
});

test('a page that shows one board gets each of its samples, and of others none', async () => {
  const context = await start();
  const { post, clock } = context;
  const page = await open(context);
  page.say({ sub: ['board:pump'] });
  await soon(
    clock,
    page.next((m) => ('card' in m ? m.card : undefined)),
  );
  for (let i = 0; i < 3; i++) await post(`{"temp":${i}}`, '/samples?board=pump');
  await post('{"temp":99}', '/samples?board=valve');
  await post('hi', '/samples?board=pump');
  const events: unknown[] = [];
  const text = page.next((m) => {
    if (!('events' in m)) return undefined;
    events.push(...m.events);
    return m.events.some((event) => !Array.isArray(event) && event.type === 'text') || undefined;
  });
  await soon(clock, text);
  expect(events.filter(Array.isArray)).toEqual([0, 1, 2].map((temp) => ['s', expect.any(Number), { temp }]));
  expect(events).toContainEqual(expect.objectContaining({ type: 'text', board: 'pump', text: 'hi' }));
});

test('how well a board is heard is told when it changes, and what is known of it with its events', async () => {
  const context = await start();
  const board = new FakeBoard(context.hub);
  await board.hello({ board: 'rover', boot: 'b1' });
  const page = await open(context);
  page.say({ sub: ['overview', 'board:rover'] });
  const answered = setInterval(() => {
    for (const { id } of board.gotOf('$ping').splice(0))
      void board.sends({ jsonrpc: '2.0', id: id as string, result: { rssi: -61 } });
  }, 5);
  onTestFinished(() => clearInterval(answered));
  const signals = page.next((m) => ('signals' in m ? m.signals : undefined));
  expect(await soon(context.clock, signals)).toEqual([['rover', expect.any(Number), -61]]);
  void board.sends({ temp: 20 });
  const info = page.next((m) => ('info' in m ? m.info : undefined));
  expect(await soon(context.clock, info)).toMatchObject({
    name: 'rover',
    samples: 1,
    session: { rssi: -61 },
  });
});

test('a first setpoint that will not do takes nothing, from nobody', async () => {
  const context = await start();
  const board = new FakeBoard(context.hub);
  const controls = { drive: { args: { left: { type: 'float', min: -1, max: 1 } }, lease: 300 } };
  await board.hello({ board: 'rover', boot: 'b1', controls });
  const status = () => context.hub.board('rover')?.info()?.controls?.drive;
  const page = await open(context);
  const ask = async (id: number, args: object, takeover = false) => {
    page.say({ id, set: { board: 'rover', control: 'drive', args, takeover } });
    return page.next((m) => ('re' in m && m.re === id ? m : undefined));
  };
  expect(await ask(1, { left: 7 })).toMatchObject({ ok: false, code: 'BAD_ARGUMENT' });
  expect(status()?.holder).toBeUndefined();
  const lease = context.hub.board('rover')?.control('drive', { holder: 'ann', holdMs: 60_000 });
  expect(await ask(2, { left: 'x' }, true)).toMatchObject({ ok: false, code: 'BAD_ARGUMENT' });
  expect([status()?.holder, lease?.end]).toEqual(['ann', undefined]);
  expect(await ask(3, { left: 1 }, true)).toMatchObject({ ok: true, result: { held: true } });
  expect(board.gotOf('$set')).toMatchObject([{ params: { args: { left: 1 } } }]);
});

test('who is not let in, and pages of other sites, are told why and get no WebSocket', async () => {
  const context = await start();
  const { server } = context;
  const refusal = async (headers: Record<string, string>, path = '/api/v1/live') => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    response.resume();
    return response.statusCode;
  };
  const authorization = `Bearer ${server.token}`;
  expect(await refusal({})).toBe(401);
  expect(await refusal({ authorization: 'Bearer wrong' })).toBe(401);
  expect(await refusal({ authorization, origin: 'http://evil.example' })).toBe(403);
  expect(await refusal({ authorization, host: 'evil.example' })).toBe(421);
  expect(await refusal({ authorization }, '/api/v1/boards')).toBe(404);
  const upgrade = 'Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  expect(await context.raw(`GET // HTTP/1.1\r\n${upgrade}`)).toMatch(/^HTTP\/1\.1 404 /);
  const cookie = `kiteline-${server.port}=${server.tokens.cookieOf(server.tokens.operator as never)}`;
  expect(await refusal({ cookie, origin: 'http://evil.example' })).toBe(403);
  const page = new TestPage(server.port, { headers: { cookie, origin: server.url } });
  await page.next((message) => ('hello' in message ? true : undefined));
});

test('an operator’s page sends a line to a plain peer; a viewer’s may not, and is told so', async () => {
  const context = await start();
  const { hub, server } = context;
  const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  const { connect } = await import('node:net');
  const peer = connect(tcp?.port ?? 0, '127.0.0.1');
  onTestFinished(() => void peer.destroy());
  peer.write('hi\n');
  await once(peer, 'data');
  const page = await open(context);
  page.say({ id: 1, line: { board: '127.0.0.1', text: 'led on\n' } });
  expect(String((await once(peer, 'data'))[0])).toBe('led on\n');
  expect(await page.next((m) => ('re' in m ? m : undefined))).toMatchObject({ re: 1, ok: true });
  page.say({ id: 2, line: { board: 'nobody', text: 'x' } });
  expect(await page.next((m) => ('re' in m ? m : undefined))).toMatchObject({
    re: 2,
    ok: false,
    code: 'NOT_FOUND',
  });
  const { secret } = await server.tokens.add('viewer', 'tablet');
  const viewer = await open(context, secret);
  for (const ask of [
    { line: { board: '127.0.0.1', text: 'x' } },
    { set: { board: 'a', control: 'b', args: {} } },
  ]) {
    viewer.say({ id: 3, ...ask });
    expect(await viewer.next((m) => ('re' in m ? m : undefined))).toMatchObject({
      ok: false,
      code: 'NOT_ALLOWED',
    });
  }
});

test('a page of the longest token name steers under it; what is nobody’s control is refused', async () => {
  const context = await start();
  const board = new FakeBoard(context.hub);
  const controls = { drive: { args: { left: { type: 'float' } }, lease: 300 } };
  await board.hello({ board: 'rover', boot: 'b1', controls });
  const { secret } = await context.server.tokens.add('operator', 'x'.repeat(64));
  const page = await open(context, secret);
  page.say({ id: 1, set: { board: 'rover', control: 'drive', args: { left: 0.5 } } });
  expect(await page.next((m) => ('re' in m ? m : undefined))).toMatchObject({
    ok: true,
    result: { held: true },
  });
  const { holder } = context.hub.board('rover')?.info()?.controls?.drive ?? {};
  expect(holder).toMatch(/^x+ \(127\.0\.0\.1:\d+\)$/);
  expect(holder).toHaveLength(64);
  // Levels that JSON.stringify has no stack for.
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  page.socket.send(`{"id":2,"release":{"board":"rover","control":${deep}}}`);
  expect(await page.next((m) => ('re' in m ? m : undefined))).toMatchObject({ re: 2, code: 'BAD_ARGUMENT' });
});

test('a page that does not read is skipped, and gets everything as it is then', async () => {
  const context = await start();
  const { post, clock, hub } = context;
  const page = await open(context);
  page.say({ sub: ['board:pump'] });
  await soon(
    clock,
    page.next((m) => ('card' in m ? m.card : undefined)),
  );
  const socket = (page.socket as unknown as { _socket: import('node:net').Socket })._socket;
  socket.pause();
  const long = 'x'.repeat(4_000);
  for (let i = 0; i < 1_500; i++) {
    await post(long, '/samples?board=pump');
    if (i % 10 === 0) clock.advance(50);
  }
  await post('{"last":1}', '/samples?board=pump');
  expect(context.server.pages.skipped).toBeGreaterThan(0);
  socket.resume();
  const card = await soon(
    clock,
    page.next((m) => ('card' in m && m.card.newest.last ? m.card : undefined)),
  );
  expect(card.info?.texts).toBe(1_500);
  expect(hub.counts.messages).toBe(1_501);
});

test('a page whose token is taken back is ended, and those of others are not', async () => {
  const context = await start();
  const { server } = context;
  const { secret, id } = await server.tokens.add('operator', 'phone');
  const page = await open(context, secret);
  const other = await open(context);
  const closed = once(page.socket, 'close');
  await server.tokens.revoke(id);
  expect((await closed)[0]).toBe(1008);
  other.say({ id: 1, line: { board: 'nobody', text: 'x' } });
  await other.next((m) => ('re' in m ? m : undefined));
});

test('a page that says what is no JSON is closed; a hub that closes says so', async () => {
  const context = await start();
  const page = await open(context);
  page.socket.send('{');
  expect((await once(page.socket, 'close'))[0]).toBe(1003);
  const other = await open(context);
  const closed = once(other.socket, 'close');
  void context.server.close();
  expect((await closed)[0]).toBe(1001);
});
