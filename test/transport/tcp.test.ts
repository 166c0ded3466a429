import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { claimPort } from '../../src/transport/ports.ts';
import { streamLimits } from '../../src/transport/stream-peer.ts';
import { connectTcp, listenTcp } from '../../src/transport/tcp.ts';
import { limits } from '../../src/wire/index.ts';
import { Recorder, record, transportSuite } from '../suites/transport.ts';
import { plainTcp } from './plain.ts';

transportSuite('TCP, as the server', async (clock) => {
  const transport = await listenTcp({ host: '127.0.0.1', port: 0, clock });
  return { transport, connect: () => plainTcp(transport.port) };
});

async function begin(maxConnections?: number) {
  const clock = new ManualClock();
  const transport = await listenTcp({
    host: '127.0.0.1',
    port: 0,
    clock,
    ...(maxConnections === undefined ? {} : { maxConnections }),
  });
  const events = record(transport, clock);
  const connect = async () => {
    const end = await plainTcp(transport.port);
    onTestFinished(() => end.close());
    return end;
  };
  return { clock, transport, events, connect };
}

/** Resolves when the transport has taken that many bytes of the first peer. */
async function taken(events: Recorder, bytes: number): Promise<void> {
  const { peer } = await events.next('opened');
  while (peer.counts.bytesIn < bytes) await new Promise(setImmediate);
}

test('text without an LF is a message after 20 ms of silence', async () => {
  const { clock, events, connect } = await begin();
  const end = await connect();
  end.send('hello');
  await taken(events, 5);
  clock.advance(limits.quietMs - 1);
  expect(events.all).toHaveLength(1);
  clock.advance(1);
  expect((await events.next('message')).text).toBe('hello');
});

test('while a peer is not read from nothing of it is silence, and its text stays whole', async () => {
  const { events, clock, connect } = await begin();
  let done = () => {};
  events.work = () => new Promise<void>((resolve) => (done = resolve));
  const end = await connect();
  end.send('{"a":1}hel');
  const { peer, text } = await events.next('message');
  expect(text).toBe('{"a":1}');
  end.send('lo');
  clock.advance(10 * limits.quietMs);
  expect(events.all.filter(({ what }) => what === 'message')).toHaveLength(1);
  done();
  while (peer.counts.bytesIn < 12) await new Promise(setImmediate);
  clock.advance(limits.quietMs);
  expect((await events.next('message')).text).toBe('hello');
  done();
});

test('a character cut in two is waited for, and bytes that are none come out all the same', async () => {
  const { clock, events, connect } = await begin();
  const end = await connect();
  end.send(Buffer.from('你好').subarray(0, 4));
  await taken(events, 4);
  clock.advance(limits.quietMs * 3);
  expect(events.all).toHaveLength(1);
  clock.advance(limits.quietMs * limits.quietRounds);
  expect((await events.next('message')).text).toBe('你\ufffd');
});

test('a half-closed peer gets its answer, then our FIN', async () => {
  const { events, connect } = await begin();
  const end = await connect();
  let answer = () => {};
  events.work = (peer) =>
    new Promise((resolve) => {
      answer = () => {
        peer.send(Buffer.from('ok'));
        resolve();
      };
    });
  end.socket.end('hello');
  await events.next('message');
  answer();
  await once(end.socket, 'end');
  expect(String(await end.received(2))).toBe('ok');
});

test('our FIN waits until all that the peer sent is settled, whoever ends the connection', async () => {
  const { events, transport, connect } = await begin();
  const finish: (() => void)[] = [];
  events.settled = () => new Promise((resolve) => finish.push(resolve));
  const [theirs, ours] = [await connect(), await connect()];
  let ended = 0;
  for (const { socket } of [theirs, ours]) socket.on('end', () => ended++);
  theirs.socket.end('one\n');
  ours.send('two\n');
  await events.next('message');
  await events.next('message');
  const closed = transport.close();
  while (finish.length < 2) await new Promise(setImmediate);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(ended).toBe(0);
  for (const settle of finish) settle();
  await once(ours.socket, 'end');
  ours.socket.end();
  await closed;
  expect([ended, finish.length]).toEqual([2, 2]);
});

test('what cannot be settled is reported, and the connection ends all the same', async () => {
  const { events, connect } = await begin();
  const failure = new Error('no store');
  events.settled = () => Promise.reject(failure);
  const { socket } = await connect();
  socket.end('one\n');
  await once(socket, 'end');
  expect(events.failures).toEqual([failure]);
});

test('a cut line of a framed connection and anything before a reset are counted', async () => {
  const { events, connect } = await begin();
  const framed = await connect();
  framed.socket.end('one\ntwo');
  expect((await events.next('message')).text).toBe('one');
  expect(await events.next('dropped')).toMatchObject({ reason: 'LINE_CUT', count: 1 });
  framed.close();
  expect((await events.next('closed')).reason).toBe('CLOSED');
  const reset = await connect();
  reset.send('half');
  const { peer } = await events.next('opened');
  while (peer.counts.bytesIn < 4) await new Promise(setImmediate);
  reset.socket.resetAndDestroy();
  expect(await events.next('dropped')).toMatchObject({ reason: 'LINE_CUT', count: 1 });
  expect((await events.next('closed')).reason).toBe('RESET');
});

test('a peer that never reads costs a bounded amount, and is told apart from others', async () => {
  const { events, connect } = await begin();
  const [deaf, other] = [await connect(), await connect()];
  deaf.socket.pause();
  deaf.send('x\n');
  const { peer } = await events.next('message');
  const reply = Buffer.alloc(16 * 1024, 'r');
  let sent = 0;
  while (peer.send(reply)) sent++;
  expect(sent * reply.length).toBeLessThan(64 * 1024 * 1024);
  expect(await events.next('dropped')).toMatchObject({ peer, reason: 'PEER_NOT_READING' });
  other.send('y\n');
  const heard = await events.next('message');
  expect(heard.peer.send(Buffer.from('fine'))).toBe(true);
  expect(String(await other.received(4))).toBe('fine');
});

test('what waits for a peer that does not read is known, and so is when it waits no more', async () => {
  const { events, connect } = await begin();
  const end = await connect();
  end.socket.pause();
  const { peer } = await events.next('opened');
  expect(peer.unsent).toBe(0);
  const piece = new Uint8Array(32 * 1024);
  while ((peer.unsent ?? 0) === 0) {
    peer.send(piece);
    await new Promise(setImmediate);
  }
  const order: string[] = [];
  peer.whenSent?.(() => order.push(`sent, ${peer.unsent} left`));
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  order.push('read');
  end.socket.resume();
  while (order.length < 2) await new Promise(setImmediate);
  expect(order).toEqual(['read', 'sent, 0 left']);
});

test('a peer with too much work under way is not read from until some is done', async () => {
  const { events, connect } = await begin();
  const end = await connect();
  const done: (() => void)[] = [];
  events.work = () => new Promise((resolve) => done.push(resolve));
  const send = async (count: number) => {
    for (let i = 0; i < count; i++) {
      end.send('x\n');
      if (done.length < streamLimits.batchesUnderWay) await events.next('message');
    }
  };
  await send(streamLimits.batchesUnderWay);
  end.send('waits\n');
  end.socket.end();
  await new Promise(setImmediate);
  expect(done).toHaveLength(streamLimits.batchesUnderWay);
  done.shift()?.();
  expect((await events.next('message')).text).toBe('waits');
  for (const finish of done) finish();
  await once(end.socket, 'end');
});

test('close() is not put off by a peer that goes on sending', async () => {
  const { events, transport, connect } = await begin();
  const end = await connect();
  let finish = () => {};
  let messages = 0;
  // There is always something under way: each message's work is done when the next one comes.
  events.work = () => {
    messages++;
    finish();
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  end.send('first\n');
  await events.next('message');
  const closed = transport.close();
  for (let i = 0; i < 50; i++) {
    end.send('more\n');
    await new Promise(setImmediate);
  }
  expect(messages).toBe(1);
  finish();
  end.socket.resume();
  await once(end.socket, 'end');
  end.close();
  await closed;
});

test('one connection too many takes the place of the oldest from the host that has most', async () => {
  const { events, connect } = await begin(2);
  const first = await connect();
  first.send('I was here\n');
  const { peer } = await events.next('message');
  await connect();
  await connect();
  expect(await events.next('dropped')).toMatchObject({ peer: undefined, reason: 'TOO_MANY_CONNECTIONS' });
  expect(await events.next('closed')).toMatchObject({ peer, reason: 'EVICTED' });
});

test('connections made before start() wait for it', async () => {
  const clock = new ManualClock();
  const transport = await listenTcp({ host: '127.0.0.1', port: 0, clock });
  onTestFinished(() => transport.close());
  const end = await plainTcp(transport.port);
  onTestFinished(() => end.close());
  end.send('early\n');
  await new Promise(setImmediate);
  const events = new Recorder();
  transport.start(events);
  expect((await events.next('message')).text).toBe('early');
});

test('a connection that broke before start() harms nothing', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const accepted = once(server, 'connection');
  const transport = await connectTcp({ host: '127.0.0.1', port });
  const [socket] = (await accepted) as [Socket];
  socket.resetAndDestroy();
  await once(socket, 'close');
  const events = new Recorder();
  transport.start(events);
  await transport.close();
  // By when the reset arrived, it never was a peer, or was one for a moment.
  expect([[], ['opened', 'closed']]).toContainEqual(events.all.map(({ what }) => what));
});

test('an IPv4 peer of a socket for both families has its IPv4 address', async () => {
  const transport = await listenTcp({ host: '::', port: 0 });
  onTestFinished(() => transport.close());
  const events = new Recorder();
  transport.start(events);
  const [v4, v6] = [await plainTcp(transport.port), await plainTcp(transport.port, '::1')];
  onTestFinished(() => {
    v4.close();
    v6.close();
  });
  v4.send('four\n');
  expect((await events.next('message')).peer.address).toBe(v4.address);
  v6.send('six\n');
  expect((await events.next('message')).peer.address).toBe(`[::1]:${v6.socket.localPort}`);
});

test('as the client it has one peer, and both ends talk', async () => {
  const server = createServer((socket) => socket.on('data', (bytes) => socket.end(`echo ${bytes}\n`)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const transport = await connectTcp({ host: 'localhost', port });
  const events = new Recorder();
  transport.start(events);
  const { peer } = await events.next('opened');
  expect(peer.address).toBe(`127.0.0.1:${port}`);
  peer.send(Buffer.from('hi'));
  expect((await events.next('message')).text).toBe('echo hi');
  expect((await events.next('closed')).reason).toBe('CLOSED');
  await transport.close();
});

test('a refused connection is a KitelineError with its cause', async () => {
  const transport = await listenTcp({ host: '127.0.0.1', port: 0 });
  const { port } = transport;
  await transport.close();
  await expect(connectTcp({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'REFUSED',
    cause: { code: 'ECONNREFUSED' },
  });
});

test('its port can be claimed, and once only', async () => {
  const request = { protocol: 'tcp', host: '0.0.0.0', port: 0 } as const;
  const claim = await claimPort(request, listenTcp);
  onTestFinished(async () => {
    await claim.bound.close();
    await claim.release();
  });
  await expect(claimPort({ ...request, port: claim.port }, listenTcp)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
});

test('whom its owner does not let in is cut at once, and no peer; whoever was called is', async () => {
  const { transport, events, connect } = await begin();
  const asked: [string, number][] = [];
  events.isAdmitted = (host, port) => {
    asked.push([host, port]);
    return asked.length > 1;
  };
  const stranger = dial({ port: transport.port, host: '127.0.0.1' });
  stranger.on('error', () => {}); // a reset, perhaps before it knows that it is connected
  stranger.write('hello\n');
  await new Promise((gone) => stranger.on('close', gone));
  const friend = await connect();
  friend.send('hi\n');
  expect((await events.next('message')).text).toBe('hi');
  expect(events.all.map(({ what }) => what)).toEqual(['opened', 'message']);
  expect(asked.map(([host, port]) => `${host}:${port}`)).toEqual([expect.any(String), friend.address]);

  const server = createServer((socket: Socket) => void socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const called = await connectTcp({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
  const own = new Recorder();
  own.isAdmitted = () => false;
  called.start(own);
  await own.next('opened');
  const closed = called.close();
  await closed;
});
