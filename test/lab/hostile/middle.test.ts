import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Middle, type MiddleScript } from '../../../src/lab/hostile/middle.ts';
import { dial, tcpPeer } from '../../helpers/peers.ts';

const ALONE: MiddleScript = { lines: [], datagrams: 0, seed: 1 };

/** A hub that answers each line and datagram with itself, and a middle before it. */
async function echoing(script: MiddleScript) {
  const heard: string[] = [];
  const tcp = await tcpPeer((socket) => {
    socket.on('data', (bytes) => heard.push(bytes.toString()));
    socket.pipe(socket);
  });
  const hub = createSocket('udp4').bind(0, '127.0.0.1');
  await once(hub, 'listening');
  hub.on('message', (bytes, from) => {
    heard.push(bytes.toString());
    hub.send(bytes, from.port, from.address);
  });
  const udp = hub.address().port;
  const struck: string[] = [];
  const middle = await Middle.open({
    name: `test-${process.pid}-${udp}`,
    script,
    hub: () => ({ tcp, udp }),
    struck: (what) => struck.push(what),
  });
  onTestFinished(async () => {
    await middle.close();
    hub.close();
  });
  return { middle, heard, struck, udp };
}

/** All that comes until the other side ends. */
async function answerOf(socket: Socket, text: string): Promise<string> {
  let got = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    got += part;
  });
  socket.end(text);
  await once(socket, 'close');
  return got;
}

test('what is left alone passes as it is, whatever its pieces and its end', async () => {
  const { middle, struck } = await echoing(ALONE);
  const text = `one\ntwo\n${'x'.repeat(100_000)}\nwithout an end`;
  expect(await answerOf(dial(middle.port, middle.address), text)).toBe(text);
  expect(struck).toEqual([]);
});

test('each connection meets what is meant for it, and later ones nothing', async () => {
  const { middle, struck } = await echoing({
    ...ALONE,
    lines: [
      { direction: 'from-board', line: 0, does: 'drop', at: 0 },
      { direction: 'to-board', line: 1, does: 'replay', at: 0 },
    ],
  });
  const answers: string[] = [];
  for (let i = 0; i < 3; i++)
    answers.push(await answerOf(dial(middle.port, middle.address), `${i} a\n${i} b\n`));
  expect(answers).toEqual(['0 b\n', '1 a\n1 b\n0 b\n', '2 a\n2 b\n']);
  expect(struck).toEqual(['from-board connection 0: drop', 'to-board connection 1: replay']);
});

test('datagrams meet it too, at the port of the hub itself, the same ones for the same seed', async () => {
  const runs: string[][] = [];
  for (let run = 0; run < 2; run++) {
    const { middle, heard, struck, udp } = await echoing({ ...ALONE, datagrams: 0.5, seed: 7 });
    if (middle.address === '127.0.0.1') return; // a system that gives programs no other
    const board = createSocket('udp4').bind(0, '127.0.0.1');
    await once(board, 'listening');
    onTestFinished(() => void board.close());
    for (let n = 0; n < 40; n++) board.send(`{"n":${n}}`, udp, middle.address);
    // The last one is said until it has come through.
    while (!heard.includes('{"n":"last"}')) {
      board.send('{"n":"last"}', udp, middle.address);
      await new Promise(setImmediate);
    }
    expect(struck.length).toBeGreaterThan(10);
    runs.push(heard.filter((text) => !text.includes('last')).slice(0, 15));
  }
  expect(runs[0]).toEqual(runs[1]);
});
