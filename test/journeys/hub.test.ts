/** UDP, TCP and HTTP between boards and the hub, either side being the server; as a library and as `kiteline up`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHub, type SampleMessage, serveHttp, type TextMessage } from '../../src/index.ts';
import { run, start } from '../commands/cli.ts';
import { freePort, JOIN, makeBoard, startBoard, watch } from '../helpers/board.ts';
import { ask } from '../helpers/peers.ts';
import { tcpClient, tcpLines, tcpServer, udpClient, udpServer } from './programs.ts';

async function startHub() {
  const hub = createHub({ reply: 'response...' });
  onTestFinished(() => hub.close());
  const at = { host: '127.0.0.1', port: 0 };
  const { tcp, udp } = await hub.listen({ tcp: at, udp: at });
  const text = () => new Promise<TextMessage>((done) => hub.on('text', (message) => done(message)));
  const sample = () => new Promise<SampleMessage>((done) => hub.on('sample', (message) => done(message)));
  return { hub, tcpPort: tcp?.port ?? 0, udpPort: udp?.port ?? 0, text, sample };
}

describe('a board as client of the hub', () => {
  test('TCP: text and the reply', async () => {
    const { tcpPort, text } = await startHub();
    const arrived = text();
    const running = await startBoard(tcpClient(tcpPort));
    await running.out(/received response\.\.\. from/);
    expect(await arrived).toMatchObject({ board: running.board.address, text: 'hello,esp32!' });
  });

  test('TCP: lines, each answered by the app', async () => {
    const { hub, tcpPort } = await startHub();
    hub.on('text', ({ text }) => `echo of ${text}\n`);
    const running = await startBoard(tcpLines(tcpPort));
    await running.out(/b'echo of line 0\\n'\nreceived b'echo of line 1\\n'\nreceived b'echo of line 2\\n'/);
  });

  test('TCP: text of a program that ends right after, without a close', async () => {
    const { hub, tcpPort, text } = await startHub();
    const arrived = text();
    await startBoard(`${JOIN}
import socket
s = socket.socket()
s.connect(('127.0.0.1', ${tcpPort}))
s.send('last words')`);
    expect((await arrived).text).toBe('last words');
    expect(hub.counts.dropped).toEqual({});
  });

  test('UDP: text, and an answer to where it came from', async () => {
    const { hub, udpPort, text } = await startHub();
    const arrived = text();
    const running = await startBoard(udpClient(udpPort));
    const { board, text: said } = await arrived;
    expect(said).toBe('hello,esp32!');
    expect(hub.board(board)?.send('hello, board')).toBe(true);
    await running.out(/received hello, board from/);
  });

  test('a sample of a program that knows only socket and json, from either protocol', async () => {
    const { tcpPort, udpPort, sample } = await startHub();
    for (const [port, type] of [
      [tcpPort, 'STREAM'],
      [udpPort, 'DGRAM'],
    ] as const) {
      const arrived = sample();
      const { board } = await startBoard(`${JOIN}
import socket, json
s = socket.socket(socket.AF_INET, socket.SOCK_${type})
s.connect(('127.0.0.1', ${port}))
s.send(json.dumps({"temp": 23.5, "gps": {"lat": 1, "ok": True}}))
s.close()`);
      const { values, board: name } = await arrived;
      expect(name).toBe(board.address);
      expect(new Map(values)).toEqual(
        new Map<string, unknown>([
          ['temp', 23.5],
          ['gps.lat', 1],
          ['gps.ok', true],
        ]),
      );
    }
  });

  test('HTTP: what urequests.post sends is a sample', async () => {
    const { hub, sample } = await startHub();
    const http = await serveHttp(hub, { host: '127.0.0.1', port: 0 });
    onTestFinished(() => http.close());
    const arrived = sample();
    const running = await startBoard(`${JOIN}
import urequests
answer = urequests.post("http://127.0.0.1:${http.port}/samples", json={"temp": 21.5, "door": False})
print(answer.status_code)
answer.close()`);
    await running.out(/^20\d\n/);
    const { values, board } = await arrived;
    expect(Object.fromEntries(values)).toEqual({ temp: 21.5, door: false });
    expect(board).toBe(running.board.address);
  });
});

describe('a board as server, the hub calls', () => {
  test.each(['tcp', 'udp'] as const)(
    '%s: what the hub sends is answered, and the answer heard',
    async (protocol) => {
      const { hub, text } = await startHub();
      const board = await makeBoard();
      const port = await freePort(protocol, board.address);
      board.write({ 'main.py': (protocol === 'tcp' ? tcpServer : udpServer)(port) });
      const running = watch(board);
      await running.out(/waiting\.\.\.\n/);
      const arrived = text();
      const handle = await hub.connect(`${protocol}://${board.address}:${port}`);
      expect(handle.send('hello,esp32!')).toBe(true);
      await running.out(/received hello,esp32! from/);
      expect(await arrived).toMatchObject({ board: board.address, text: 'response...' });
    },
  );
});

test.runIf(process.platform === 'linux')(
  'a hub on all addresses and a board serve the same port',
  async () => {
    const hub = createHub({ reply: 'from the hub' });
    onTestFinished(() => hub.close());
    const { tcp } = await hub.listen({ tcp: 0 });
    const port = tcp?.port ?? 0;
    const server = await startBoard(tcpServer(port));
    await server.out(/waiting\.\.\.\n/);
    const client = await startBoard(tcpClient(port));
    await client.out(/received from the hub from/);
    expect(await ask(port, server.board.address, 'hello')).toBe('response...');
  },
);

test('kiteline up: text, samples and HTTP of three boards, seen by kiteline boards', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-journey-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const ports = ['--host', '127.0.0.1', '--tcp', '0', '--udp', '0', '--http', '0'];
  const up = start(['up', ...ports, '--reply', 'received', '--data', join(folder, 'data')], {}, folder);
  const port = async (what: string) =>
    Number((await up.err(new RegExp(`${what}[^\\n]*127\\.0\\.0\\.1:(\\d+)\\n`)))[1]);
  const [tcp, udp, http] = [await port('tcp'), await port('udp'), await port('http')];

  const texting = await startBoard(tcpClient(tcp));
  await texting.out(/received received from/);
  const sending = await startBoard(`${JOIN}
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto('{"temp":23.5}', ('127.0.0.1', ${udp}))`);
  const posting = await startBoard(`${JOIN}
import requests
print(requests.post("http://127.0.0.1:${http}/samples", json={"temp": 1}).status_code)`);
  await posting.out(/^20\d\n/);
  await up.err(new RegExp(`A new board: ${sending.board.address}\\n`));

  const boards = await run(['boards', '--data', join(folder, 'data')]);
  for (const { board } of [texting, sending, posting]) expect(boards.stdout).toMatch(`\n${board.address} `);
  up.interrupt();
  expect((await up.ended).code).toBe(0);
});
