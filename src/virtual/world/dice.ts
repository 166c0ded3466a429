/** Numbers at random from a seed; their state stands in a word of shared memory, so that a restart of the board goes on with them. */
export class Dice {
  readonly #words: Float64Array;
  readonly #at: number;

  constructor(words: Float64Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** From 0 up to 1 (Mulberry32, a 32-bit generator in the public domain). */
  even(): number {
    const state = ((this.#words[this.#at] as number) + 0x6d2b_79f5) | 0;
    this.#words[this.#at] = state;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Normal, mean 0 and deviation 1 (G. Box and M. Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.even())) * Math.cos(2 * Math.PI * this.even());
  }
}
