/** Pages that read everything, and say when all of them have what was sent. For bench/live.ts. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { answerParent } from '../kit/answers.ts';
import { BOARD, sampleLine } from './load.ts';
import { openPage, PONG, textFrame } from './page-socket.ts';

export interface Round {
  /** Samples a second, for so many seconds. */
  rate: number;
  seconds: number;
}

export interface RoundResult {
  /** Messages that all pages together got, of those that were sent to them. */
  got: number;
  sent: number;
}

/** Milliseconds between two writes of the board. */
const STEP_MS = 10;
/** Milliseconds that what was sent may be late. */
const LATE_MS = 1_000;
/** Milliseconds between two signs of life of a page; the hub asks every 15 s. */
const PONG_MS = 4_000;

const [tcp, url = '', token = '', count] = process.argv.slice(2);
let got = 0;
let n = 0;

const pages = await Promise.all(
  Array.from({ length: Number(count) }, () =>
    openPage(url, token, (samples) => {
      got += samples;
    }),
  ),
);

const board = connect({ host: '127.0.0.1', port: Number(tcp), noDelay: true });
await once(board, 'connect');
const hello = { jsonrpc: '2.0', id: 1, method: 'hello', params: { board: BOARD, boot: 'b1' } };
board.write(`${JSON.stringify(hello)}\n`);
await once(board, 'data');
board.resume();
// Without a heartbeat's answer the hub would take the board for dead.
board.on('data', (data: Buffer) => {
  const id = /"id":"(ping\d+)"/.exec(String(data))?.[1];
  if (id !== undefined) board.write(`{"jsonrpc":"2.0","id":"${id}","result":{}}\n`);
});
setInterval(() => {
  for (const page of pages) page.write(PONG);
}, PONG_MS);
for (const page of pages) page.write(textFrame(JSON.stringify({ sub: [`board:${BOARD}`] })));

answerParent({}, async (question): Promise<RoundResult> => {
  const { rate, seconds } = question as unknown as Round;
  const all = rate * seconds;
  got = 0;
  const began = performance.now();
  for (let sent = 0; sent < all; ) {
    const due = Math.min(all, Math.floor(((performance.now() - began) / 1_000) * rate));
    let lines = '';
    for (; sent < due; sent++) lines += sampleLine(n++);
    if (lines !== '') board.write(lines);
    await sleep(STEP_MS);
  }
  const until = performance.now() + LATE_MS;
  while (got < all * pages.length && performance.now() < until) await sleep(STEP_MS);
  return { got, sent: all * pages.length };
});

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
