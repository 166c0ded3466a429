import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { MemoryStore } from '../../src/store/memory.ts';
import { limits } from '../../src/wire/index.ts';
import { startHub, until } from './helpers.ts';
import { SlowStore } from './stores.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

type Started = Awaited<ReturnType<typeof startHub>>;

/** Another peer, next to the bad one, is served as ever. */
async function othersAreServed({ tcp, udp, hub }: Started): Promise<void> {
  const end = await tcp();
  end.send('still there?\n');
  expect(text(await end.received(2))).toBe('ok');
  const samples = hub.counts.samples;
  (await udp()).send('{"fine":1}');
  await until(() => hub.counts.samples === samples + 1);
}

test('binary rubbish is text of a kind, or counted', async () => {
  const started = await startHub();
  const { tcp, udp, hub, problems } = started;
  const [stream, datagrams] = [await tcp(), await udp()];
  for (let i = 0; i < 50; i++) {
    stream.send(randomBytes(4096));
    datagrams.send(randomBytes(1000));
  }
  stream.socket.end('\n');
  stream.socket.resume();
  await once(stream.socket, 'end');
  await until(() => hub.counts.messages >= 50);
  const [board] = hub.boards();
  expect(board?.name).toBe('127.0.0.1');
  expect(problems).toEqual([]);
  await othersAreServed(started);
});

test('a line of 10 MB is answered with an error, counted once, and not kept', async () => {
  const started = await startHub();
  const { tcp, hub } = started;
  const end = await tcp();
  const before = process.memoryUsage().arrayBuffers;
  const megabyte = Buffer.alloc(1 << 20, 'x');
  for (let i = 0; i < 10; i++) end.socket.write(megabyte);
  end.send('\nafter\n');
  const answer = await end.received(100);
  await until(() => hub.counts.texts === 1);
  expect(JSON.parse(text(answer).split('\n')[0] ?? '')).toMatchObject({
    error: { code: -32600, data: { reason: 'LINE_TOO_LONG' } },
  });
  expect(hub.counts.dropped).toEqual({ LINE_TOO_LONG: 1 });
  expect(hub.board('127.0.0.1')?.info()?.dropped).toEqual({ LINE_TOO_LONG: 1 });
  // Ours and the sender's ten copies of one buffer are in this process: far less than a hub that keeps the line.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 << 20);
  await othersAreServed(started);
});

test('one byte a second is waited for, and costs what was sent', async () => {
  const started = await startHub();
  const { tcp, hub, clock } = started;
  const end = await tcp();
  const line = '{"temp":23.5}\n';
  for (const byte of `x\n${line}`) {
    const sent = end.socket.bytesWritten;
    end.send(byte);
    await until(() => end.socket.bytesWritten > sent);
    clock.advance(1_000);
  }
  await until(() => hub.counts.samples === 1);
  expect(hub.counts).toMatchObject({ messages: 2, texts: 1, samples: 1, dropped: {} });
  await othersAreServed(started);
});

/** Opens connections that never say anything, in a process of its own: both ends together are more files than one may have. */
const IDLER = `
  const { connect } = require('node:net');
  const [port, count] = process.argv.slice(1).map(Number);
  const sockets = [];
  let open = 0;
  function next(i) {
    if (i >= count) return;
    // An address of its own for each 1,000, or the ports of one would run out.
    const localAddress = process.platform === 'linux' ? '127.0.0.' + (10 + Math.floor(i / 1000)) : undefined;
    sockets.push(connect({ port, host: '127.0.0.1', localAddress }, () => {
      if (++open === count) console.log('ready');
      next(i + 100);
    }));
  }
  for (let i = 0; i < 100; i++) next(i);
  process.stdin.resume().on('end', () => {
    // Reset, not closed: 10,000 ports in TIME_WAIT would be in the way of the next run.
    for (const socket of sockets) socket.resetAndDestroy();
  });
`;

/** Files that this process may have open; a machine that allows few gets a smaller crowd. */
function openFiles(): number {
  const report = process.report?.getReport() as {
    userLimits?: { open_files?: { soft: number | 'unlimited' } };
  };
  const { soft = 1_024 } = report.userLimits?.open_files ?? {};
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft;
}

test('10,000 idle connections cost little, and nobody else notices', async () => {
  const started = await startHub();
  const { hub, tcpPort } = started;
  const wanted = Math.min(10_000, openFiles() - 500);
  const before = process.memoryUsage().rss;
  const idler = spawn(process.execPath, ['-e', IDLER, String(tcpPort), String(wanted)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    idler.kill();
  });
  await once(idler.stdout, 'data');
  await until(() => hub.counts.connections === wanted);
  // A bare Node connection costs about 6 KB; three times that leaves room for the garbage collector's moods.
  expect((process.memoryUsage().rss - before) / wanted).toBeLessThan(20_000);
  expect(hub.boards()).toEqual([]); // who says nothing is no board
  await othersAreServed(started);
  idler.stdin.end();
  await once(idler, 'exit');
  await until(() => hub.counts.connections <= 1);
});

test('a datagram of 65,507 bytes is answered with an error and counted', async () => {
  const started = await startHub();
  const end = await started.udp();
  end.send(Buffer.alloc(65_507, '{'));
  expect(text(await end.received(50))).toContain('LINE_TOO_LONG');
  expect(started.hub.counts.dropped).toEqual({ LINE_TOO_LONG: 1 });
  await othersAreServed(started);
});

test('numbers that are none and names that are traps do no harm', async () => {
  const started = await startHub();
  const { udp, hub } = started;
  const end = await udp();
  end.send('{"a":NaN,"b":1e400,"c":-inf,"__proto__":{"polluted":true},"constructor":{"prototype":1},"d":4}');
  await until(() => hub.counts.samples === 1);
  expect(hub.counts.dropped).toEqual({ NOT_FINITE: 3 });
  // The second time the form is known, and read in another way.
  for (let time = 1; time <= 2; time++) {
    end.send('{"__proto__":{"polluted":true},"constructor":{"prototype":1},"d":4}');
    await until(() => hub.counts.samples === 1 + time);
  }
  end.send('{"__proto__":{"polluted":true},"constructor":{"prototype":1},"d":1e400}');
  await until(() => hub.counts.dropped.NOT_FINITE === 4 && hub.counts.samples === 4);
  const latest = await hub.store.latest('127.0.0.1');
  expect(latest.map(({ metric, value }) => [metric, value])).toEqual([
    ['__proto__.polluted', true],
    ['constructor.prototype', 1],
    ['d', 4],
  ]);
  expect({}).not.toHaveProperty('polluted');
  await othersAreServed(started);
});

test('10,000 metric names are bounded per message and per board', async () => {
  const store = new MemoryStore();
  const started = await startHub({ store });
  const { tcp, hub } = started;
  const end = await tcp();
  const many = (from: number, count: number) =>
    `${JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${from + i}`, i])))}\n`;
  end.send(many(0, 600));
  for (let from = 1_000; from < 10_400; from += 200) end.send(many(from, 200));
  await until(() => hub.counts.samples === 48);
  expect(hub.counts.dropped).toEqual({ TOO_MANY_METRICS: 600 - limits.metrics });
  expect(await store.series('127.0.0.1')).toHaveLength(1_000);
  expect(store.counts.tooManySeries).toBe(limits.metrics + 47 * 200 - 1_000);
  await othersAreServed(started);
});

test('ever new forms of messages cost what decoding them costs, and push nobody else out', async () => {
  const store = new SlowStore();
  store.free = true;
  const started = await startHub({ store });
  const { tcp, hub } = started;
  const [busy, steady] = [await tcp(), await tcp()];
  let sent = 0;
  for (let round = 0; round < 20; round++) {
    const lines = Array.from({ length: 1_000 }, (_, i) => {
      const name = `${round}-${i}`.padEnd(100, 'x');
      return `{"${name}":1,"${name}2":"a","${name}3":{"a":true}}\n`;
    });
    busy.send(lines.join(''));
    steady.send('{"steady":1}\n');
    sent += lines.length + 1;
    await until(() => hub.counts.samples === sent);
  }
  expect(store.samples.filter(({ values }) => values.has('steady'))).toHaveLength(20);
  expect(hub.counts.dropped).toEqual({});
  await othersAreServed(started);
});

test('a reader that never reads its replies loses them, counted, while what it sends is taken', async () => {
  const started = await startHub({ reply: 'x'.repeat(8_000) });
  const { tcp, hub } = started;
  const deaf = await tcp();
  deaf.socket.pause();
  const lines = 'hello\n'.repeat(500);
  let sent = 0;
  while (hub.counts.dropped.PEER_NOT_READING === undefined) {
    deaf.send(lines);
    sent += 500;
    await until(() => hub.counts.texts === sent);
  }
  expect(sent).toBeLessThan(100_000);
  expect(hub.counts.texts).toBe(sent);
  const other = await tcp();
  other.send('hi\n');
  expect(await other.received(8_000)).toHaveLength(8_000);
});

test('a flood of datagrams while an answer hangs is bounded', async () => {
  const started = await startHub();
  const { udp, hub } = started;
  hub.on('text', () => new Promise<string>(() => {}));
  const end = await udp();
  for (let i = 0; i < 300; i++) end.send('x');
  await until(() => (hub.counts.dropped.PEER_TOO_BUSY ?? 0) > 0);
  expect(hub.counts.texts).toBe(1);
});

test('port scanners and half-open connections leave nothing behind', async () => {
  const started = await startHub();
  const { hub, tcpPort, problems } = started;
  for (let i = 0; i < 100; i++) {
    const socket = connect(tcpPort, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    if (i % 2) socket.write('GET / HT');
    socket.resetAndDestroy();
  }
  await until(() => hub.counts.connections === 0);
  expect(problems).toEqual([]);
  await othersAreServed(started);
});
