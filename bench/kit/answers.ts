/** The other end of `Child`: what a benchmark's child processes have in common. */

/** Milliseconds of a clock that all processes of this machine share. */
export const now = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

/** A question of the parent: what it is, and what belongs to it. */
export interface Question {
  ask: string;
  [key: string]: unknown;
}

/** Tells the parent something first, then answers its questions one by one; ends when the parent is gone. */
export function answerParent(first: object, answer: (question: Question) => object | Promise<object>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async (question: Question) => {
    process.send?.(await answer(question));
  });
  process.send?.(first);
}

/** How a round went on the side of the system that is measured. */
export interface Arrival {
  /** When the last message was committed, on the clock of `now`. */
  at: number;
  /** Messages committed in this round. */
  messages: number;
  /** CPU microseconds that it cost, of all its processes and threads. */
  cpu: number;
}

/** Milliseconds between looks at the count: far below a round of seconds. */
const LOOK_MS = 5;
/** Milliseconds without a message until the missing ones are taken for lost. */
const STALLED_MS = 5_000;

/** Own CPU time in microseconds. */
export function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Waits for so many more messages than there were at the call. */
function countRound(committed: () => number, cpu: () => number): (messages: number) => Promise<Arrival> {
  const base = committed();
  const cpuBefore = cpu();
  return (messages) =>
    new Promise((resolve) => {
      let last = now();
      let count = committed() - base;
      const timer = setInterval(() => {
        const seen = committed() - base;
        const time = now();
        if (seen !== count) {
          count = seen;
          last = time;
        }
        if (count < messages && time - last < STALLED_MS) return;
        clearInterval(timer);
        resolve({ at: last, messages: count, cpu: cpu() - cpuBefore });
      }, LOOK_MS);
    });
}

/**
 * A system under test, as seen by bench/ingest.ts: told `begin` before the first byte, then `await` with the number
 * of messages; `count` gives how many there were so far, `close` what else there is to say.
 */
export function beSystem(
  first: object,
  committed: () => number,
  close: () => object | Promise<object> = () => ({}),
  cpu: () => number = ownCpu,
): void {
  let round = countRound(committed, cpu);
  answerParent(first, ({ ask, messages }) => {
    if (ask === 'close') return close();
    if (ask === 'await') return round(Number(messages));
    if (ask === 'count') return { count: committed() };
    round = countRound(committed, cpu);
    return {};
  });
}
