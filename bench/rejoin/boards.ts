/** Some hundred scripted boards in a process: they sample, are cut, come back, and say when each was online again. */
import { answerParent, now } from '../kit/answers.ts';
import { addressOf } from '../kit/messages.ts';
import { ScriptedBoard } from '../kit/scripted-board.ts';

/** When each board was online, on the clock of `now`, and what it sent again. */
export interface Rejoined {
  online: number[];
  resent: number;
}

/** How many samples each board has numbered, all of them acknowledged; or how many boards still wait after some time. */
export interface Settled {
  numbered: number[];
  waiting: number;
}

/** Milliseconds between samples of a board. */
const SAMPLE_MS = 250;
/** Milliseconds until the last acknowledgement, once nothing new is sampled. */
const SETTLE_MS = 30_000;

const [port, first, count] = process.argv.slice(2).map(Number);
const online: number[] = [];
let all = Promise.withResolvers<void>();
const boards = Array.from({ length: count ?? 0 }, (_, i) => {
  const number = (first ?? 0) + i;
  return new ScriptedBoard({
    port: port ?? 0,
    name: `board-${number}`,
    boot: `boot-${number}`,
    localAddress: addressOf(number),
    online() {
      online.push(now());
      if (online.length === count) all.resolve();
    },
  });
});

let sampling: NodeJS.Timeout | undefined;
function sample(): void {
  for (const board of boards) {
    board.sample({ n: board.seq + 1, temp: 20 + (board.seq % 100) / 10 });
    board.flush();
  }
}

async function rejoined(): Promise<Rejoined> {
  await all.promise;
  const resent = boards.reduce((sum, board) => sum + board.resent, 0);
  for (const board of boards) board.resent = 0;
  return { online: online.splice(0), resent };
}

function expectAll(): void {
  online.length = 0;
  all = Promise.withResolvers();
}

async function settle(): Promise<Settled> {
  clearInterval(sampling);
  const until = performance.now() + SETTLE_MS;
  const waits = () => boards.filter((board) => board.waiting > 0).length;
  while (waits() > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  return { numbered: boards.map((board) => board.seq), waiting: waits() };
}

answerParent({ ready: true }, async ({ ask, at }): Promise<object> => {
  if (ask === 'join') {
    for (const board of boards) board.dial();
    await all.promise;
    sampling = setInterval(sample, SAMPLE_MS);
    return rejoined();
  }
  if (ask === 'expect') {
    expectAll();
    return {};
  }
  if (ask === 'cut') {
    expectAll();
    for (const board of boards) board.cut(Number(at) - now());
    return rejoined();
  }
  if (ask === 'rejoined') return rejoined();
  return settle();
});
