/**
 * For how long a time that runs faster than ours has stood still. All threads share it: one that had no processor for a while
 * says so, and for the others nothing has happened meanwhile either.
 */

/** Of what is counted in an Int32: steps of 0.1 ms last for 59 hours. */
const STEPS_PER_MS = 10;

export class Standstill {
  readonly buffer: SharedArrayBuffer;
  readonly #total: Int32Array;

  constructor(buffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#total = new Int32Array(buffer);
  }

  /** Milliseconds of ours in all. */
  get ms(): number {
    return Atomics.load(this.#total, 0) / STEPS_PER_MS;
  }

  /**
   * It stood still for so many milliseconds. What others have said since `before` was of the same time.
   * @param before what `ms` was when that time began
   */
  add(ms: number, before: number): void {
    for (;;) {
      const total = Atomics.load(this.#total, 0);
      const steps = Math.floor((ms + before) * STEPS_PER_MS + 0.5) - total;
      if (steps <= 0) return;
      if (Atomics.compareExchange(this.#total, 0, total, total + steps) === total) return;
    }
  }
}
