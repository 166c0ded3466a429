/** Boards that listen: dialled, and dialled again. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { KitelineError } from '../../src/errors.ts';
import { Dial, type DialInfo, type DialParts } from '../../src/hub/dial.ts';
import type { CloseReason, Peer } from '../../src/transport/transport.ts';
import { freePort } from '../helpers/board.ts';
import { startHub } from './helpers.ts';

/** A dial whose connections are made, refused and ended by hand. */
function dialled(random = () => 0, helloMs = 25_000) {
  const clock = new ManualClock();
  const told: DialInfo[] = [];
  const tries: PromiseWithResolvers<Peer>[] = [];
  const ends: ((why: CloseReason) => void)[] = [];
  let closes = 0;
  const greeted = new Set<Peer>();
  const open: DialParts['open'] = (_to, _signal, closed) => {
    const attempt = Promise.withResolvers<Peer>();
    tries.push(attempt);
    ends.push(closed);
    return attempt.promise;
  };
  const peer = { address: '192.168.1.50:9000', close: () => closes++ } as unknown as Peer;
  const to = { host: '192.168.1.50', port: 9_000 };
  const dial = new Dial('tcp://192.168.1.50:9000', to, {
    clock,
    open,
    isBoard: (peer) => greeted.has(peer),
    helloMs,
    random,
    changed: (info) => told.push(info),
    over: () => {},
  });
  /** Lets what hangs on promises happen. */
  const settle = () => new Promise<void>((done) => setImmediate(done));
  return {
    dial,
    clock,
    told,
    tries,
    closes: () => closes,
    says: (isHello: boolean) => (isHello ? greeted.add(peer) : greeted.delete(peer)),
    async connects() {
      tries.at(-1)?.resolve(peer);
      await settle();
    },
    async fails(message: string) {
      tries.at(-1)?.reject(new KitelineError('REFUSED', message));
      await settle();
    },
    async ends(why: CloseReason = 'CLOSED') {
      ends.at(-1)?.(why);
      await settle();
    },
  };
}

test('a connection on which a board does not say hello as it did before is ended; who never did may be silent', async () => {
  const { clock, connects, ends, closes, says } = dialled();
  await connects();
  clock.advance(100_000);
  expect(closes()).toBe(0);
  says(true);
  await ends();
  clock.advance(500);
  says(false);
  await connects();
  clock.advance(24_999);
  expect(closes()).toBe(0);
  clock.advance(1);
  expect(closes()).toBe(1);
  await ends();
  clock.advance(500);
  await connects();
  says(true);
  clock.advance(100_000);
  expect(closes()).toBe(1);
});

test('pauses grow from half a second to five, and begin anew after a connection that was one', async () => {
  const { clock, tries, told, fails, connects, ends } = dialled();
  for (const pause of [500, 500, 1_000, 2_000, 2_500, 2_500]) {
    await fails('Nothing listens there.');
    clock.advance(pause - 1);
    const before = tries.length;
    clock.advance(1);
    expect(tries.length, `after ${pause}`).toBe(before + 1);
  }
  // The same reason again is no news.
  expect(told).toMatchObject([{ state: 'dialling', why: 'Nothing listens there.' }]);
  await connects();
  clock.advance(6_000);
  expect(told.at(-1)).toMatchObject({ state: 'connected', address: '192.168.1.50:9000', tries: 0 });
  await ends();
  expect(told.at(-1)).toMatchObject({ state: 'dialling', why: 'The board has closed the connection.' });
  const before = tries.length;
  clock.advance(500);
  expect(tries).toHaveLength(before + 1);
});

test('half of a pause is at random, and it is never below half a second nor above five', async () => {
  const { clock, tries, fails } = dialled(() => 0.999);
  const pauses: number[] = [];
  for (let n = 0; n < 6; n++) {
    await fails('no');
    const before = tries.length;
    let waited = 0;
    for (; tries.length === before; waited += 10) clock.advance(10);
    pauses.push(waited);
  }
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

test('a board that hangs up on everybody is told of once', async () => {
  const { clock, told, connects, ends } = dialled();
  for (let n = 0; n < 5; n++) {
    await connects();
    clock.advance(400);
    await ends();
    clock.advance(5_000);
  }
  expect(told).toHaveLength(1);
});

test('closed: no further try, a connection under way is let go, one that stands is ended', async () => {
  const waiting = dialled();
  await waiting.fails('no');
  waiting.dial.close();
  waiting.clock.advance(60_000);
  expect(waiting.tries).toHaveLength(1);
  const underWay = dialled();
  underWay.dial.close();
  await underWay.connects();
  expect(underWay.closes()).toBe(1);
  const there = dialled();
  await there.connects();
  there.dial.close();
  there.dial.close();
  await there.ends();
  there.clock.advance(60_000);
  expect(there.tries).toHaveLength(1);
  expect(there.told).toEqual([]);
});

test('what cannot be dialled, and one that is dialled twice', async () => {
  const { hub } = await startHub();
  expect(() => hub.dial('udp://192.168.1.50:9000')).toThrow(/tcp:\/\/192\.168\.1\.50:9000, not udp/);
  expect(() => hub.dial('192.168.1.50')).toThrow(/is not an address of a board/);
  expect(hub.dial('tcp://127.0.0.1:1')).toBe(hub.dial('tcp://127.0.0.1:1'));
  expect(hub.dials).toHaveLength(1);
  const closed = hub.dial('tcp://127.0.0.1:1');
  closed.close();
  expect(hub.dials).toEqual([]);
  expect(hub.dial('tcp://127.0.0.1:1')).not.toBe(closed);
  closed.close();
  expect(hub.dials).toHaveLength(1);
  await hub.close();
  expect(() => hub.dial('tcp://127.0.0.1:1')).toThrow(/closed/);
});

test("a tutorial's script that listens: its texts and samples come in, and it is told nothing", async () => {
  const { hub, clock, events } = await startHub();
  const feed = events();
  const port = await freePort('tcp', '127.0.0.1');
  hub.dial(`tcp://127.0.0.1:${port}`);
  expect(await feed.next('dial')).toMatchObject({
    board: `tcp://127.0.0.1:${port}`,
    state: 'dialling',
    why: `Nothing listens at 127.0.0.1:${port}.`,
  });
  const heard: string[] = [];
  let script: Socket | undefined;
  const server = createServer((socket) => {
    script = socket;
    socket.on('data', (bytes) => heard.push(bytes.toString()));
    socket.on('error', () => {});
    socket.write('{"temp":21.5}\n');
    socket.write('hello, hub\n');
  }).listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  clock.advance(500);
  expect(await feed.next('text')).toMatchObject({ text: 'hello, hub' }); // told at once, the sample when it is stored
  expect((await feed.next('sample')).values.get('temp')).toBe(21.5);
  clock.advance(1_000);
  expect(await feed.next('dial')).toMatchObject({ state: 'connected' });
  expect(hub.dials).toMatchObject([{ state: 'connected', address: `127.0.0.1:${port}` }]);
  // It goes, and comes back.
  script?.resetAndDestroy();
  expect(await feed.next('dial')).toMatchObject({ state: 'dialling', why: 'The connection broke.' });
  clock.advance(1_000);
  expect((await feed.next('sample')).values.get('temp')).toBe(21.5);
  expect(heard).toEqual([]);
  const gone = once(script as Socket, 'close');
  await hub.close();
  await gone;
});

test('closing the hub gives up a connection that is being made', async () => {
  const { hub } = await startHub();
  // TEST-NET-1 (RFC 5737): packets to it are dropped or refused, never answered.
  hub.dial('tcp://192.0.2.254:9');
  await hub.close();
  expect(hub.dials[0]?.state).toBe('dialling');
});
