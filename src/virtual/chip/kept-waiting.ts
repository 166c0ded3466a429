/**
 * How long the machine has kept this thread from going on, which no chip does to its program: what is left of a board's
 * lateness without it is the board's own. It is the time in which the thread neither ran nor was in a wait that it had asked
 * for: it was ready and had no processor, slept longer than it asked to, or waited for memory. For whoever measures boards; it
 * costs some looks at the thread's own counters a wait.
 */
import { openSync, readSync } from 'node:fs';
import type { Kept } from '../messages.ts';
import type { BoardClock } from './board-clock.ts';

/** Linux counts there, in nanoseconds, how long the thread was ready to run and did not (man 5 proc: schedstat). */
const SCHEDSTAT = '/proc/thread-self/schedstat';

/** Milliseconds for which this thread has run; undefined where this Node cannot say (it can from 23.9 on). */
function ranMs(): number | undefined {
  if (!process.threadCpuUsage) return undefined;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

export class KeptWaiting {
  /** Closed by Node with the thread. */
  readonly #file: number | undefined;
  readonly #text = new Uint8Array(96);
  readonly #begun = performance.now();
  readonly #ran = ranMs() ?? 0;
  /** Milliseconds of waits that were asked for. */
  #waited = 0;
  #from = 0;
  #readyMs = 0;
  #most = 0;
  readonly #clock: BoardClock;

  constructor(clock: BoardClock) {
    this.#clock = clock;
    try {
      this.#file = openSync(SCHEDSTAT, 'r');
    } catch {
      // Elsewhere a thread that was woken and had no processor is taken for one that still waits.
    }
  }

  /** Since the thread began; nothing where nothing is known. */
  get now(): Kept {
    const ran = ranMs();
    const at = this.#clock.ticks();
    if (ran === undefined) return { ms: 0, at };
    this.#most = Math.max(this.#most, performance.now() - this.#begun - (ran - this.#ran) - this.#waited);
    return { ms: this.#most, at };
  }

  /** Milliseconds for which the thread was ready to run and had no processor. */
  #ready(): number {
    if (this.#file === undefined) return 0;
    const length = readSync(this.#file, this.#text, 0, this.#text.length, 0);
    const [, ready = '0'] = Buffer.from(this.#text.subarray(0, length)).toString('latin1').split(' ');
    return Number(ready) / 1e6;
  }

  /** The thread begins to wait. Times are milliseconds of the computer's. */
  waits(now: number): void {
    this.#from = now;
    this.#readyMs = this.#ready();
  }

  /** It goes on. @param until when it asked to be woken at the latest */
  goesOn(now: number, until: number): void {
    const asked = Math.min(now, until) - this.#from;
    this.#waited += Math.max(0, asked - (now <= until ? this.#ready() - this.#readyMs : 0));
  }
}
