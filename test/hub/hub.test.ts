import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { HANDLER_MS, type Problem, type TextMessage } from '../../src/hub/events.ts';
import { createHub } from '../../src/hub/hub.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Transport, TransportEvents } from '../../src/transport/transport.ts';
import { limits } from '../../src/wire/index.ts';
import { plainUdp } from '../transport/plain.ts';
import { FakePeer, quietHub, startHub, until } from './helpers.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('a plain TCP text is answered with ok, raw, and told to the feed and the store', async () => {
  const { hub, tcp, events, clock } = await startHub();
  const feed = events();
  const end = await tcp();
  end.send('hello,esp32!\n');
  expect(text(await end.received(2))).toBe('ok');
  expect(await feed.next('board')).toMatchObject({ board: '127.0.0.1' });
  expect(await feed.next('text')).toEqual({
    type: 'text',
    board: '127.0.0.1',
    at: clock.now(),
    from: end.address,
    text: 'hello,esp32!',
    reply: 'ok',
  });
  expect(await hub.store.texts({ board: '127.0.0.1' })).toMatchObject([{ text: 'hello,esp32!' }]);
});

test('text without an LF is answered after 20 ms of silence', async () => {
  const { hub, tcp, clock } = await startHub({ reply: 'response...' });
  const end = await tcp();
  end.send('hello');
  await until(() => hub.counts.connections === 1);
  const answered = end.received(11);
  const ring = setInterval(() => clock.advance(limits.quietMs), 1);
  expect(text(await answered)).toBe('response...');
  clearInterval(ring);
});

test('UDP text is answered by the app only', async () => {
  const { hub, udp, events } = await startHub();
  const feed = events();
  const end = await udp();
  end.send('one');
  expect(await feed.next('text')).not.toHaveProperty('reply');
  hub.on('text', ({ text }) => `got ${text}`);
  end.send('two');
  expect(text(await end.received(7))).toBe('got two');
  expect(hub.counts.replies).toBe(1);
});

test('a sample is stored, then told; a plain peer gets no answer to it', async () => {
  const { hub, udp, tcp, events, clock } = await startHub();
  const feed = events();
  const told: unknown[] = [];
  hub.on('sample', (message) => told.push(message));
  const end = await udp();
  end.send('{"temp":23.5,"imu":{"x":1},"$t":1700000000123}');
  const sample = await feed.next('sample');
  expect(sample).toMatchObject({ board: '127.0.0.1', at: 1_700_000_000_123 });
  expect([...sample.values]).toEqual([
    ['temp', 23.5],
    ['imu.x', 1],
  ]);
  expect(told).toMatchObject([{ board: '127.0.0.1', from: end.address }]);
  const stream = await tcp();
  stream.send('{"temp":24}{"temp":25}');
  await feed.next('sample');
  await feed.next('sample');
  expect(await hub.store.query({ board: '127.0.0.1', metric: 'temp' })).toEqual([
    { at: clock.now(), value: 24 },
    { at: clock.now(), value: 25 },
    { at: 1_700_000_000_123, value: 23.5 },
  ]);
  expect(hub.counts).toMatchObject({ messages: 3, samples: 3, texts: 0, replies: 0 });
});

test('a SenML pack becomes samples with units, relative times counted from now', async () => {
  const { hub, udp, events, clock } = await startHub();
  const feed = events();
  (await udp()).send('[{"n":"temp","u":"Cel","t":-5,"v":20},{"n":"temp","u":"Cel","v":21}]');
  expect((await feed.next('sample')).at).toBe(clock.now() - 5_000);
  expect((await feed.next('sample')).at).toBe(clock.now());
  expect(await hub.store.series('127.0.0.1')).toMatchObject([{ metric: 'temp', unit: 'Cel', points: 2 }]);
});

test('what cannot be taken is answered with its JSON-RPC error, or counted where there is no answer', async () => {
  const { hub, tcp } = await startHub();
  const end = await tcp();
  const ask = async (line: string) => {
    const before = (await end.received(0)).length;
    end.send(`${line}\n`);
    await until(() => end.socket.bytesRead > before);
    return JSON.parse(text((await end.received(before + 1)).subarray(before)));
  };
  expect(await ask('{"jsonrpc":"2.0","id":7,"method":"fly"}')).toMatchObject({
    id: 7,
    error: { code: -32601, data: { methods: [] } },
  });
  expect(await ask('[{"jsonrpc":"2.0","id":1,"method":"x"}]')).toMatchObject({
    id: null,
    error: { code: -32600, data: { reason: 'BATCH_REFUSED' } },
  });
  expect(await ask('{"jsonrpc":"2.0","id":5}')).toMatchObject({ id: 5, error: { code: -32600 } });
  expect(await ask('[{"n":"a","v":"x"}]')).toMatchObject({ error: { code: -32602 } });
  expect(await ask('x'.repeat(limits.lineBytes + 1))).toMatchObject({
    id: null,
    error: { code: -32600, data: { reason: 'LINE_TOO_LONG' } },
  });
  end.send('{"jsonrpc":"2.0","method":"beat"}\n{"jsonrpc":"2.0","id":1,"result":2}\nhi\n');
  await until(() => hub.counts.texts === 1);
  expect(hub.counts.dropped).toEqual({
    UNKNOWN_METHOD: 2,
    BATCH_REFUSED: 1,
    BAD_JSONRPC: 1,
    BAD_SENML: 1,
    LINE_TOO_LONG: 1,
    UNEXPECTED_RESPONSE: 1,
  });
  expect(hub.board('127.0.0.1')?.info()?.dropped).toEqual(hub.counts.dropped);
});

test('a board stays the same over new connections and ports', async () => {
  const { hub, tcp, udp, events } = await startHub();
  const feed = events();
  for (const end of [await tcp(), await tcp(), await udp()]) {
    end.send('x\n');
    await feed.next('text');
  }
  expect(hub.boards()).toMatchObject([
    { name: '127.0.0.1', messages: 3, texts: 3, connections: 2, transport: 'udp' },
  ]);
});

test('sends to where a board spoke from last', async () => {
  const { hub, tcp, udp, events } = await startHub({ reply: false });
  const feed = events();
  const [stream, datagrams] = [await tcp(), await udp()];
  stream.send('x\n');
  await feed.next('text');
  datagrams.send('y');
  await feed.next('text');
  expect(hub.board('127.0.0.1')?.send('to udp')).toBe(true);
  expect(text(await datagrams.received(6))).toBe('to udp');
  stream.send('x\n');
  await feed.next('text');
  expect(hub.board('127.0.0.1')?.send('to tcp')).toBe(true);
  expect(text(await stream.received(6))).toBe('to tcp');
  stream.close();
  await until(() => hub.counts.connections === 0);
  expect(hub.board('127.0.0.1')?.send('nobody')).toBe(false);
  expect(hub.board('10.0.0.1')).toBeUndefined();
});

test('a text handler may answer, with text or bytes, now or later; the first answer counts, in order', async () => {
  const { hub, tcp } = await startHub();
  let release = (_: string) => {};
  hub.on('text', ({ text }) => {
    if (text === 'later') return new Promise<string>((resolve) => (release = resolve));
    return text === 'bytes' ? Uint8Array.of(1, 2) : undefined;
  });
  hub.on('text', ({ text }) => (text === 'both' ? 'second' : undefined));
  const end = await tcp();
  end.send('later\nbytes\nboth\nnone\n');
  await until(() => hub.counts.texts === 1);
  release('done');
  expect(text(await end.received(4 + 2 + 6 + 2))).toBe('done\x01\x02secondok');
});

test('an app that throws, rejects or hangs is reported; nobody is told ok for it, and nothing else suffers', async () => {
  const { hub, tcp, clock, problems } = await startHub();
  const failure = new Error('app');
  hub.on('text', ({ text }) => {
    if (text === 'throw') throw failure;
    if (text === 'reject') return Promise.reject(failure);
    return text === 'hang' ? new Promise<string>(() => {}) : undefined;
  });
  hub.on('sample', () => Promise.reject(failure));
  const end = await tcp();
  end.send('throw\nreject\n{"a":1}\nhang\nfine\n');
  await until(() => hub.counts.texts === 3);
  clock.advance(HANDLER_MS);
  expect(text(await end.received(2))).toBe('ok');
  expect(problems.map(({ what }) => what).sort()).toEqual([
    'handler failed',
    'handler failed',
    'handler failed',
    'handler took too long',
  ]);
  expect(hub.counts.replies).toBe(1);
});

test('a problem handler that throws or rejects is told of on stderr, and ends nothing', async () => {
  const { hub } = quietHub(new MemoryStore());
  const told = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => told.mockRestore());
  const failures = [new Error('thrown'), new Error('rejected')];
  hub.on('problem', () => {
    throw failures[0];
  });
  hub.on('problem', () => Promise.reject(failures[1]));
  hub.on('board', () => {
    throw new Error('app');
  });
  hub.session(new FakePeer(), { answers: false }).take([new TextEncoder().encode('{"a":1}')]);
  await until(() => told.mock.calls.length === 2);
  expect(told.mock.calls.map(([, error]) => error)).toEqual(failures);
});

test('nobody waits for a handler of samples or boards: it may take its time, and costs no alarm', async () => {
  const { hub, tcp, clock, problems } = await startHub();
  const failure = new Error('late');
  let fail = () => {};
  hub.on('board', () => new Promise(() => {}));
  hub.on('sample', () => new Promise((_, reject) => (fail = () => reject(failure))));
  (await tcp()).send('{"a":1}\n');
  await until(() => hub.counts.samples === 1);
  clock.advance(2 * HANDLER_MS);
  expect(problems).toEqual([]);
  fail();
  await until(() => problems.length > 0);
  expect(problems).toEqual([{ what: 'handler failed', error: failure }]);
});

test('a store that fails is reported, and the samples are counted as lost', async () => {
  const failure = new Error('disk full');
  class BrokenStore extends MemoryStore {
    protected override async _append(): Promise<void> {
      throw failure;
    }
  }
  const { hub, udp, problems } = await startHub({ store: new BrokenStore() });
  (await udp()).send('{"a":1}');
  await until(() => problems.length > 0);
  expect(problems).toEqual([{ what: 'store failed', error: failure }]);
  await until(() => hub.counts.dropped.STORE_FAILED === 1);
  expect(hub.counts.samples).toBe(0);
});

test('an error of ours while messages are taken is reported, and the next ones are taken', () => {
  const { hub } = quietHub(new MemoryStore());
  const problems: Problem[] = [];
  hub.on('problem', (problem) => problems.push(problem));
  let events: TransportEvents | undefined;
  const transport: Transport = {
    kind: 'tcp',
    host: '10.0.0.1',
    port: 1,
    start: (given) => {
      events = given;
    },
    close: async () => {},
  };
  hub.accept(transport);
  const failure = new Error('cannot be');
  const peer = new FakePeer();
  peer.send = () => {
    throw failure;
  };
  events?.messages(peer, [new TextEncoder().encode('hello')]);
  events?.messages(peer, [new TextEncoder().encode('{"a":1}')]);
  expect(problems).toEqual([{ what: 'transport failed', error: failure }]);
  expect(hub.counts.messages).toBe(2);
});

test('the feed tells of an answer only when it went out, and not all of a huge one', async () => {
  const { hub, tcp, udp, events } = await startHub();
  const feed = events();
  hub.on('text', () => 'x'.repeat(10_000));
  (await udp()).send('hello');
  expect(await feed.next('text')).not.toHaveProperty('reply');
  expect(hub.counts).toMatchObject({ replies: 0, dropped: { DATAGRAM_TOO_LONG: 1 } });
  const end = await tcp();
  end.send('hello\n');
  expect((await feed.next('text')).reply).toHaveLength(limits.lineBytes);
  expect(await end.received(10_000)).toHaveLength(10_000);
});

test('a text that the store does not take is counted as lost, too', async () => {
  class BrokenStore extends MemoryStore {
    protected override async _append(): Promise<void> {
      throw new Error('disk full');
    }
  }
  const { hub, tcp } = await startHub({ store: new BrokenStore() });
  (await tcp()).send('hello\n');
  await until(() => hub.counts.dropped.STORE_FAILED === 1);
  expect(hub.board('127.0.0.1')?.info()?.dropped).toEqual({ STORE_FAILED: 1 });
});

test('text in another encoding is read with it, and answered in it', async () => {
  const { hub, udp, events } = await startHub({ encoding: 'gbk' });
  const feed = events();
  const told: TextMessage[] = [];
  hub.on('text', (message) => {
    told.push(message);
    return '好';
  });
  const end = await udp();
  end.send(Uint8Array.of(0xc4, 0xe3));
  expect(await feed.next('text')).toMatchObject({ text: '你', reply: '好' });
  expect(new Uint8Array(await end.received(2))).toEqual(Uint8Array.of(0xba, 0xc3));
  end.send('a'); // ASCII is the same in both: the answer stays in what this peer reads
  await feed.next('text');
  expect(new Uint8Array(await end.received(4)).subarray(2)).toEqual(Uint8Array.of(0xba, 0xc3));
  end.send('你'); // UTF-8 stays UTF-8
  expect(await feed.next('text')).toMatchObject({ text: '你' });
  expect(new Uint8Array(await end.received(7)).subarray(4)).toEqual(new TextEncoder().encode('好'));
  end.send(Buffer.concat([Buffer.from('{"'), Uint8Array.of(0xc4, 0xe3), Buffer.from('":1}')]));
  expect([...(await feed.next('sample')).values]).toEqual([['你', 1]]);
  expect(told).toHaveLength(3);
});

test('samples that are read from their bytes tell as much of the encoding as others', async () => {
  const { hub, udp, events } = await startHub({ encoding: 'gbk' });
  const feed = events();
  hub.on('text', () => '好');
  const end = await udp();
  const sample = async (text: string) => {
    end.send(text);
    await feed.next('sample');
  };
  let received = 0;
  const answer = async (bytes: number) => {
    const all = await end.received(received + bytes);
    const answered = all.subarray(received);
    received += bytes;
    return new Uint8Array(answered);
  };
  for (const text of ['{"a":1}', '{"温":1}', '{"a":2}', '{"温":2}']) await sample(text); // both forms are known now
  end.send(Uint8Array.of(0xc4, 0xe3));
  expect(await answer(2)).toEqual(Uint8Array.of(0xba, 0xc3));
  await sample('{"a":3}'); // ASCII: nothing new
  end.send('a');
  expect(await answer(2)).toEqual(Uint8Array.of(0xba, 0xc3));
  await sample('{"温":3}'); // UTF-8
  end.send('a');
  expect(await answer(3)).toEqual(new TextEncoder().encode('好'));
});

test('says which receive buffer the system has granted for datagrams', async () => {
  const { hub } = await startHub();
  expect(hub.receiveBuffer).toBeGreaterThan(0);
  const other = createHub();
  onTestFinished(() => other.close());
  expect(other.receiveBuffer).toBeUndefined();
});

test('without an encoding, bytes that are no UTF-8 are shown as such', async () => {
  const { hub, udp, events } = await startHub();
  const feed = events();
  const told: TextMessage[] = [];
  hub.on('text', (message) => void told.push(message));
  (await udp()).send(Uint8Array.of(0x41, 0xff));
  expect(await feed.next('text')).toMatchObject({ text: 'A\\xff' });
  expect(told[0]?.bytes).toEqual(Uint8Array.of(0x41, 0xff));
});

test('an encoding that nobody knows is refused', () => {
  expect(() => createHub({ encoding: 'klingon' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

test('reaches a board that listens, over TCP and UDP, and does not say ok to its answers', async () => {
  const { hub, events } = await startHub();
  const feed = events();
  const heard: string[] = [];
  const board = createServer((socket) =>
    socket.on('data', (bytes) => {
      heard.push(String(bytes));
      socket.write(`echo ${bytes}\n`);
    }),
  );
  board.listen(0, '127.0.0.1');
  await once(board, 'listening');
  onTestFinished(() => {
    board.close();
  });
  const address = board.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const handle = await hub.connect(`tcp://localhost:${port}`);
  expect(handle.name).toBe('127.0.0.1');
  expect(handle.send('hi')).toBe(true);
  expect(await feed.next('text')).toMatchObject({ text: 'echo hi' });
  expect(heard).toEqual(['hi']);
  const datagrams = await plainUdp(9);
  onTestFinished(() => datagrams.close());
  const byUdp = await hub.connect(`udp://${datagrams.address}`);
  expect(byUdp.send('hello')).toBe(true);
  expect(text(await datagrams.received(5))).toBe('hello');
  await expect(hub.connect('http://x')).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
});

test('datagrams go out from one socket a family, however often and to whom', async () => {
  const hub = createHub();
  onTestFinished(() => hub.close());
  const { udp } = await hub.listen({ udp: { host: '::', port: 0 } });
  const four = createSocket('udp4').bind(0, '127.0.0.1');
  const six = createSocket('udp6').bind(0, '::1');
  await Promise.all([once(four, 'listening'), once(six, 'listening')]);
  const senders = new Set<number>();
  for (const socket of [four, six]) {
    onTestFinished(() => {
      socket.close();
    });
    socket.on('message', (_, from) => senders.add(from.port));
  }
  for (let round = 0; round < 3; round++) {
    for (const [socket, host] of [
      [four, '127.0.0.1'],
      [six, '[::1]'],
    ] as const) {
      const heard = once(socket, 'message');
      (await hub.connect(`udp://${host}:${socket.address().port}`)).send('hi');
      await heard;
    }
  }
  expect([...senders]).toEqual([udp?.port]);
});

test('a port that is taken is refused, and what was opened with it is closed again', async () => {
  const { tcpPort } = await startHub();
  const hub = createHub();
  onTestFinished(() => hub.close());
  const host = '127.0.0.1';
  const attempt = hub.listen({ udp: { host, port: 0 }, tcp: { host, port: tcpPort } });
  await expect(attempt).rejects.toMatchObject({ code: 'PORT_TAKEN' });
});

test('close() answers what is under way, ends everything, and refuses what comes after', async () => {
  const { hub, tcp } = await startHub();
  let release = (_: string) => {};
  hub.on('text', () => new Promise<string>((resolve) => (release = resolve)));
  const subscription = hub.subscribe();
  const end = await tcp();
  end.socket.on('end', () => end.socket.end());
  end.send('last\n');
  await until(() => hub.counts.texts === 1);
  const closed = hub.close();
  release('goodbye');
  await closed;
  expect(text(await end.received(7))).toBe('goodbye');
  await subscription.next();
  expect(await subscription.next()).toBeUndefined();
  await expect(hub.listen({ tcp: 0 })).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(hub.store.boards()).rejects.toMatchObject({ code: 'CLOSED' });
});
