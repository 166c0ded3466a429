/** Where is the hub? The board library asks, and goes on wherever its hub is. */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createHub, type HubOptions, MemoryStore } from '../../src/index.ts';
import { Air, type VirtualBoardOptions } from '../../src/virtual/index.ts';
import { freePort } from '../helpers/board.ts';
import { QUICK, ScriptedHub, startLibrary } from '../helpers/library.ts';

const HOME = '0123456789abcdef';
const OTHER = 'fedcba9876543210';

/** A board that loses no time, in an air of its own. @param settings of Board() */
const program = (settings: string) => `${QUICK}import os, sys
Link.LOOK_MS = 5
def trace(event, *args):
    if event == "found":
        sys.stdout.write("found by %s: %s\\n" % args)
kiteline.Board.trace = trace
board = kiteline.Board(${settings})
`;

/** Answers the question on a port of an address as told, and says what was asked. */
async function answering(host: string, answer: (question: { id: unknown; params: object }) => object[]) {
  const socket: Datagrams = createSocket('udp4').bind(0, host);
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const asked: object[] = [];
  socket.on('message', (bytes, from) => {
    const question = JSON.parse(bytes.toString());
    asked.push(question);
    for (const result of answer(question))
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: question.id, result }), from.port, from.address);
  });
  return { port: socket.address().port, asked };
}

async function realHub(host: string, port: number, options: HubOptions = {}) {
  const hub = createHub({ store: new MemoryStore(), home: HOME, ...options });
  onTestFinished(() => hub.close());
  const listening = await hub.listen({ tcp: { host, port: 0 }, udp: { host, port } });
  return { hub, tcp: listening.tcp?.port ?? 0, udp: listening.udp?.port ?? 0 };
}

const start = (settings: string, options: VirtualBoardOptions = {}, then = 'board.run()') =>
  startLibrary(`${program(settings)}${then}`, { air: new Air({ joinMs: 10 }), ...options });

test('a board that knows no address asks, and is told; what it learns is kept in one write', async () => {
  const { udp, tcp } = await realHub('127.0.0.1', 0);
  const running = await start('"b"', { files: { 'kiteline.json': `{"port":${udp}}` } });
  await running.out(/online, as b\n/);
  expect(running.stdout()).toContain(`found by question: 127.0.0.1:${tcp}\n`);
  const kept = JSON.parse(readFileSync(`${running.board.flash}/kiteline-hub.json`, 'utf8'));
  expect(kept).toEqual({ hub: null, home: HOME, at: ['127.0.0.1', tcp] });
});

test('after a reset it goes where the hub was, and asks nobody', async () => {
  const { udp, tcp } = await realHub('127.0.0.1', 0);
  const files = {
    'kiteline.json': `{"port":${udp}}`,
    'kiteline-hub.json': JSON.stringify({ hub: null, home: HOME, at: ['127.0.0.1', tcp] }),
  };
  const running = await start('"b"', { files }, 'os.remove("/kiteline-hub.json")\nboard.run()');
  await running.out(/online, as b\n/);
  expect(running.stdout()).not.toContain('found by');
  // Nothing has changed: nothing is written.
  expect(existsSync(`${running.board.flash}/kiteline-hub.json`)).toBe(false);
});

test('half a file of where it was is as none; one of other settings is none', async () => {
  for (const kept of [
    `{"hub":null,"home":"${OTHER}","at":["127.0`,
    '[]',
    '{"hub":null}',
    JSON.stringify({ hub: ['127.0.0.9', 9000], home: OTHER, at: ['127.0.0.9', 9000] }),
  ]) {
    const { udp } = await realHub('127.0.0.1', 0);
    const running = await start('"b"', {
      files: { 'kiteline.json': `{"port":${udp}}`, 'kiteline-hub.json': kept },
    });
    await running.out(/online, as b\n/);
  }
});

test('the hub moves: the board asks for the same data, and for nobody else', async () => {
  const first = await realHub('127.0.0.1', 0);
  const air = new Air({ joinMs: 10, hosts: ['127.0.0.1', '127.0.0.3'] });
  const running = await start(`"b", "127.0.0.1:${first.tcp}"`, {
    air,
    files: { 'kiteline.json': `{"port":${first.udp}}` },
  });
  await running.out(/online, as b\n/);
  // Somebody else's hub hears the question, too, and is silent.
  const other = await realHub('127.0.0.3', first.udp, { home: OTHER });
  await first.hub.close();
  const moved = await realHub('127.0.0.1', first.udp);
  await running.out(new RegExp(`found by question: 127\\.0\\.0\\.1:${moved.tcp}\n`));
  await running.out(/online, as b\n[\s\S]*online, as b\n/);
  expect(running.stdout()).not.toContain(`:${other.tcp}\n`);
  const kept = JSON.parse(readFileSync(`${running.board.flash}/kiteline-hub.json`, 'utf8'));
  expect(kept).toEqual({ hub: ['127.0.0.1', first.tcp], home: HOME, at: ['127.0.0.1', moved.tcp] });
});

test("another hub at the settings' address is left for the board's own; where that is nowhere, the settings are right", async () => {
  const other = await realHub('127.0.0.1', 0, { home: OTHER });
  const own = await realHub('127.0.0.4', other.udp);
  const kept = { hub: ['127.0.0.1', other.tcp], home: HOME, at: null };
  const files = { 'kiteline.json': `{"port":${other.udp}}`, 'kiteline-hub.json': JSON.stringify(kept) };
  const air = new Air({ joinMs: 10, hosts: ['127.0.0.4'] });
  const running = await start(`"b", "127.0.0.1:${other.tcp}"`, { air, files });
  await running.out(/offline: 127\.0\.0\.1:\d+ is another hub\n/);
  await running.out(/online, as b\n/);
  expect(own.hub.board('b')?.info()?.presence?.state).toBe('online');
  expect(other.hub.counts.samples).toBe(0);
  await own.hub.close();
  await running.out(/online, as b\n[\s\S]*online, as b\n/);
  expect(other.hub.board('b')?.info()?.presence?.state).toBe('online');
});

test('several answer: each is tried in turn; what is no answer is passed over', async () => {
  const hub = await ScriptedHub.start();
  const dead = await freePort('tcp', '127.0.0.1');
  const { port, asked } = await answering('127.0.0.1', () => [
    { hub: 'kiteline', home: HOME, tcp: dead },
    { hub: 'kiteline', home: HOME, tcp: 0 },
    { hub: 'kiteline', home: HOME, tcp: '9000' },
    { hub: 'kiteline', home: HOME },
    [],
    { hub: 'kiteline', home: HOME, tcp: hub.port },
  ]);
  const running = await start('"b"', { files: { 'kiteline.json': `{"port":${port}}` } });
  await hub.session();
  await running.out(/online, as b\n/);
  expect(asked[0]).toMatchObject({ method: '$where', params: { board: 'b' } });
  expect(running.stdout()).not.toMatch(/:0\n/);
});

test('a board with a hub by its name takes that one of several, and by its address none that it was never at', async () => {
  const hub = await ScriptedHub.start();
  const { port, asked } = await answering('127.0.0.1', () => [
    { hub: 'kiteline', home: OTHER, tcp: 1 },
    { hub: 'Workshop', home: HOME, tcp: hub.port },
  ]);
  const files = { 'kiteline.json': `{"port":${port}}` };
  const named = await start('"b", "workshop.local"', {
    files,
    air: new Air({ joinMs: 10, names: { 'workshop.local': '127.0.0.1' } }),
  });
  await hub.session();
  await named.out(/online, as b\n/);
  expect(named.stdout()).not.toContain('127.0.0.1:1\n');
  const questions = asked.length;
  const dead = await freePort('tcp', '127.0.0.1');
  const told = await start(`"b", "127.0.0.1:${dead}"`, { files });
  await told.out(/offline: no connection/);
  const silent = await start(`"b", "127.0.0.1:${dead}", find=False`, { files });
  await silent.out(/offline: no connection/);
  expect(asked).toHaveLength(questions);
});

test('a hub by its name alone, and kiteline.local where nothing is given and nobody answers', async () => {
  const hub = await ScriptedHub.start();
  const names = { 'workshop.local': '127.0.0.1', 'kiteline.local': '127.0.0.1' };
  const air = () => new Air({ joinMs: 10, names });
  const named = await start(`"b", "workshop.local:${hub.port}"`, { air: air() });
  await hub.session();
  await named.out(/online, as b\n/);
  const nothing = await start('"c"', {
    air: air(),
    files: { 'kiteline.json': `{"port":${hub.port}}` },
  });
  await hub.session();
  await nothing.out(/online, as c\n/);
  expect(nothing.stdout()).toContain(`found by name: 127.0.0.1:${hub.port}\n`);
});

test('nobody answers: it is told, and what to do; a name that leads nowhere is not asked for at every try', async () => {
  const port = await freePort('udp', '127.0.0.1');
  const files = { 'kiteline.json': `{"port":${port}}` };
  const quick = '\nimport kiteline.find\nkiteline.find._NAME = "x.invalid"\nboard.run()';
  const lost = await start('"b"', { files }, quick);
  await lost.out(/offline: no hub answers in this network; is one running\?/);
  const kept = JSON.stringify({ hub: null, home: HOME, at: null });
  const own = await start('"b"', { files: { ...files, 'kiteline-hub.json': kept } }, quick);
  await own.out(/offline: this board's hub is not in this network; without the file \/kiteline-hub\.json/);
  const counted = await start(
    '"b", "x.invalid", find=False',
    {},
    `
import socket
asked = 0
real = socket.getaddrinfo
def counting(*args):
    global asked
    asked += 1
    return real(*args)
socket.getaddrinfo = counting
Link.NAME_MS = 100000
@board.task
async def look():
    import asyncio
    for _ in range(20):
        await asyncio.sleep_ms(20)
    print("asked", asked)
board.run()`,
  );
  await counted.out(/cannot be resolved/);
  await counted.out(/asked 1\n/);
});
