/** Whole paths of how a board and its hub come together: nobody types an address, and whoever moves is found. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Keys } from '../../src/hub/keys.ts';
import { createHub, type Hub, homeIn, openSqliteStore } from '../../src/index.ts';
import { Air } from '../../src/virtual/index.ts';
import { start } from '../commands/cli.ts';
import { startUp, stop } from '../commands/up-hub.ts';
import { freePort } from '../helpers/board.ts';
import { COUNTING, count, numbersIn, presence } from '../helpers/hub.ts';
import { startLibrary } from '../helpers/library.ts';
import { testKey, testKeys } from '../hub/keyed-boards.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kiteline-finding-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A hub of these data, wherever it is. */
async function hubOf(data: string, at?: { host: string; udp?: number }, keys?: Keys) {
  const store = await openSqliteStore(join(data, 'store'));
  const hub = createHub({ store, home: await homeIn(data), ...(keys && { keys }) });
  onTestFinished(() => hub.close());
  if (at) await hub.listen({ tcp: { host: at.host, port: 0 }, udp: { host: at.host, port: at.udp ?? 0 } });
  return hub;
}

test('the hub moves to another machine with its data: the board finds it there, and no sample is lost or stored twice', async () => {
  const data = folder();
  const air = new Air({ joinMs: 10 });
  const first = await hubOf(data, { host: '127.0.0.1' });
  const { tcp, udp } = first.listening;
  const running = await startLibrary(
    `import asyncio, kiteline\nboard = kiteline.Board("b", "127.0.0.1:${tcp?.port}")\n${COUNTING(250, 20)}board.run()\n`,
    { air, files: { 'kiteline.json': `{"port":${udp?.port},"wifi":[{"ssid":"lab","password":"secret"}]}` } },
  );
  await presence(first, 'online');
  await first.close();
  air.hosts = ['127.0.0.9'];
  const second = await hubOf(data, { host: '127.0.0.9', ...(udp && { udp: udp.port }) });
  await presence(second, 'online');
  await running.out(/all stored 0\n/);
  expect(await numbersIn(second)).toEqual(count(250));
});

test('nobody types an address: `kiteline up`, and a board that knows nothing but the port that is not the usual one', async () => {
  const data = folder();
  const up = await startUp(data, ['--name', 'workshop']);
  const flash = join(data, 'flash');
  mkdirSync(flash);
  writeFileSync(
    join(flash, 'kiteline.json'),
    JSON.stringify({ name: 'shed', port: up.udp, wifi: [{ ssid: 'lab', password: 'secret' }] }),
  );
  const program = join(data, 'main.py');
  writeFileSync(program, 'import kiteline\nboard = kiteline.Board()\nboard.run()\n');
  const board = start(['board', 'run', program, '--flash', flash], {}, data);
  await up.err(/shed is online\n/);
  board.interrupt();
  await board.ended;
  expect((await stop(up)).code).toBe(0);
});

/** Somebody at 127.0.0.7 who says at once that he is the hub of this home. @returns the hub that he has there */
async function impostorAt(port: number, home: string): Promise<Hub> {
  const hub = createHub();
  onTestFinished(() => hub.close());
  const { tcp } = await hub.listen({ tcp: { host: '127.0.0.7', port: 0 } });
  const socket = createSocket('udp4').bind(port, '127.0.0.7');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  socket.on('message', (bytes, from) => {
    const { id } = JSON.parse(bytes.toString());
    const answer = { jsonrpc: '2.0', id, result: { hub: 'kiteline', home, tcp: tcp?.port } };
    socket.send(JSON.stringify(answer), from.port, from.address);
  });
  return hub;
}

test.each([
  ['without a key', undefined, /127\.0\.0\.7:\d+ is another hub\n/],
  ['with a key', testKey('b'), /the hub at 127\.0\.0\.7:\d+ cannot prove that it is yours/],
])('an impostor answers first, %s: he gets no sample, and the hub has them all', async (_, key, told) => {
  const data = folder();
  const air = new Air({ joinMs: 10 });
  const keys = () => (key ? testKeys('b') : undefined);
  const own = await hubOf(data, { host: '127.0.0.1' }, keys());
  const port = own.listening.udp?.port ?? 0;
  const settings = {
    port,
    wifi: [{ ssid: 'lab', password: 'secret' }],
    ...(key && { key: Buffer.from(key).toString('hex') }),
  };
  const running = await startLibrary(
    `import asyncio, kiteline
from kiteline.link import Link
Link.APART_MS = 50
board = kiteline.Board("b")
${COUNTING(100, 20)}
board.run()
`,
    { air, files: { 'kiteline.json': JSON.stringify(settings) } },
  );
  await presence(own, 'online');
  const impostor = await impostorAt(port, await homeIn(data));
  air.hosts = ['127.0.0.7', '127.0.0.8'];
  await own.close();
  await running.out(told);
  const again = await hubOf(data, { host: '127.0.0.8', udp: port }, keys());
  await running.out(/all stored 0\n/);
  expect(await numbersIn(again)).toEqual(count(100));
  expect(impostor.counts.samples).toBe(0);
});

test('the board listens and the hub dials: hubs and boards start anew, and everything is stored once', async () => {
  const data = folder();
  const air = new Air({ joinMs: 10 });
  const port = await freePort('tcp', '127.0.0.1');
  const running = await startLibrary(
    `import asyncio, kiteline, machine
try:
    with open("/start") as f:
        start = int(f.read())
except OSError:
    start = 0
with open("/start", "w") as f:
    f.write(str(start + 1))
board = kiteline.Board("b", wifi=[("lab", "secret")], listen=${port})
made = 0
@board.every(10)
def n():
    global made
    if made < 50:
        made += 1
        return start * 50 + made
@board.task
async def tell():
    while made < 50 or board.waiting:
        await asyncio.sleep_ms(5)
    if start < 2:
        machine.reset()
    print("all stored", board.dropped)
board.run()
`,
    { air },
  );
  const url = `tcp://${running.board.address}:${port}`;
  let hub = await hubOf(data);
  for (let restarts = 0; restarts < 3; restarts++) {
    const there = presence(hub, 'online');
    hub.dial(url);
    await there;
    await hub.close();
    hub = await hubOf(data);
  }
  hub.dial(url);
  await running.out(/all stored 0\n/);
  expect(await numbersIn(hub)).toEqual(count(150));
});
