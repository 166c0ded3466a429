/** Everything random of a run comes from one of these: the same seed throws the same. */
export class Dice {
  #state: number;

  /** @param seed any whole number; the scenario's name goes in as well, so that scenarios with one seed are not alike */
  constructor(seed: number, name = '') {
    let state = seed | 0;
    for (const byte of Buffer.from(name)) state = Math.imul(state ^ byte, 0x0100_0193);
    this.#state = state;
  }

  /** From 0 up to 1 (Mulberry32, a 32-bit generator in the public domain). */
  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both ends included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.between(0, list.length - 1)] ?? list[0];
  }
}
