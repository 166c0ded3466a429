/**
 * A paced sender of datagrams, a process of its own: each millisecond what is due, over the sockets of many boards in
 * turn. What it says of itself: how many it sent, how long it took, and how large the largest burst was.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent, now, ownCpu } from '../kit/answers.ts';
import { addressOf, lines } from '../kit/messages.ts';

export interface SendReport {
  sent: number;
  /** Datagrams that the system did not take. */
  refused: number;
  /** Milliseconds that it took. */
  took: number;
  /** Most datagrams sent in one go. */
  burst: number;
  /** CPU microseconds. */
  cpu: number;
}

const DIFFERENT = 256;
/** Milliseconds that are made up for at once. More would be a flood which no fleet sends, made by a busy machine. */
const LATE_MS = 20;

async function open(board: number, port: number): Promise<{ socket: Socket; datagrams: Buffer[] }> {
  const socket = createSocket('udp4');
  socket.bind({ address: addressOf(board) ?? '127.0.0.1', port: 0 });
  await once(socket, 'listening');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {}); // refused when the hub is gone: it will be missed in the counts
  return { socket, datagrams: lines(board, DIFFERENT).map((line) => Buffer.from(line)) };
}

async function send(
  boards: { socket: Socket; datagrams: Buffer[] }[],
  rate: number,
  seconds: number,
): Promise<SendReport> {
  const total = rate * seconds;
  const most = (rate * LATE_MS) / 1_000;
  const cpu = ownCpu();
  const from = now();
  let began = from; // later when we were late
  let sent = 0;
  let refused = 0;
  let burst = 0;
  const taken = (error: Error | null) => {
    if (error) refused++;
  };
  while (sent < total) {
    const late = ((now() - began) * rate) / 1_000 - sent - most;
    if (late > 0) began += (1_000 * late) / rate;
    const due = Math.min(total, Math.ceil(((now() - began) * rate) / 1_000));
    burst = Math.max(burst, due - sent);
    for (; sent < due; sent++) {
      const { socket, datagrams } = boards[sent % boards.length] as (typeof boards)[number];
      socket.send(datagrams[Math.floor(sent / boards.length) % DIFFERENT] as Buffer, taken);
    }
    await sleep(1);
  }
  const took = now() - from;
  await sleep(50); // for the last callbacks
  return { sent, refused, took, burst, cpu: ownCpu() - cpu };
}

const [port, boards] = process.argv.slice(2).map(Number);
const opened = await Promise.all(Array.from({ length: boards ?? 1 }, (_, i) => open(i, port ?? 0)));
answerParent({ ready: true }, ({ rate, seconds }) => send(opened, Number(rate), Number(seconds)));
