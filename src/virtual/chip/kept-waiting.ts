/**
 * How long this thread has been kept from the processor by the machine, which no program on a chip would be: what is left
 * of a board's lateness without it is the board's own. For whoever measures boards; it costs two looks at a file a wait.
 */
import { openSync, readSync } from 'node:fs';

/** Linux counts there, in nanoseconds, how long the thread was ready to run and did not (man 5 proc: schedstat). */
const SCHEDSTAT = '/proc/thread-self/schedstat';

export class KeptWaiting {
  /** Closed by Node with the thread. */
  readonly #file: number | undefined;
  readonly #text = new Uint8Array(96);
  /** Milliseconds by which a sleep lasted longer than asked for, beyond what the system counts itself. */
  #overslept = 0;
  #before = 0;

  constructor() {
    try {
      this.#file = openSync(SCHEDSTAT, 'r');
    } catch {
      // Elsewhere only sleeps that last too long are known.
    }
  }

  /** Milliseconds since the thread began. */
  get ms(): number {
    return this.#counted() + this.#overslept;
  }

  #counted(): number {
    if (this.#file === undefined) return 0;
    const length = readSync(this.#file, this.#text, 0, this.#text.length, 0);
    const [, waited = '0'] = Buffer.from(this.#text.subarray(0, length)).toString('latin1').split(' ');
    return Number(waited) / 1e6;
  }

  /** The thread is about to sleep. */
  sleeps(): void {
    this.#before = this.#counted();
  }

  /** It has slept so many milliseconds longer than it asked to; 0 where something woke it before. */
  woke(byMs: number): void {
    if (byMs > 0) this.#overslept += Math.max(0, byMs - (this.#counted() - this.#before));
  }
}
