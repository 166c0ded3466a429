/**
 * For how long a time that runs faster than ours has stood still. All threads share it: one that had no processor for a while
 * says so, and for the others nothing has happened meanwhile either.
 */

/** Words (Int32), in steps of 0.1 ms, which last for 59 hours. */
const WORD = { TOTAL: 0, UNTIL: 1 } as const;
const STEPS_PER_MS = 10;

export class Standstill {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(8)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** Milliseconds of ours in all. */
  get ms(): number {
    return Atomics.load(this.#words, WORD.TOTAL) / STEPS_PER_MS;
  }

  /** It stood still from then to then, ms from any beginning that all threads share; what another thread has said of it counts once. */
  add(from: number, to: number): void {
    const end = Math.floor(to * STEPS_PER_MS);
    for (;;) {
      const until = Atomics.load(this.#words, WORD.UNTIL);
      const steps = end - Math.max(until, Math.ceil(from * STEPS_PER_MS));
      if (steps <= 0) return;
      if (Atomics.compareExchange(this.#words, WORD.UNTIL, until, end) !== until) continue;
      Atomics.add(this.#words, WORD.TOTAL, steps);
      return;
    }
  }
}
