/** Pieces of work that may wait, batches of messages each; a stream is held back long before, datagrams cannot be. */
const MAX_UNDER_WAY = 64;

/** Pieces of work of one peer, each after the one before. Nothing waits, and no promise is made, while each is done at once. */
export class Turns {
  readonly #idle: () => void;
  #tail: Promise<void> | undefined;
  #underWay = 0;

  /** @param idle called whenever nothing is under way any more */
  constructor(idle: () => void) {
    this.#idle = idle;
  }

  /** Pieces of work that are not done. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Whether no more may be handed in. */
  get isFull(): boolean {
    return this.#underWay >= MAX_UNDER_WAY;
  }

  /** Resolves when all of them are done; undefined when they are. */
  get tail(): Promise<void> | undefined {
    return this.#tail;
  }

  /** Does it at once, or when its turn comes. @returns nothing when it is done; else a promise of that */
  take(work: () => void | Promise<void>): void | Promise<void> {
    const handled = this.#tail ? this.#tail.then(work) : work();
    if (!handled) return;
    this.#underWay++;
    const settled = handled
      .catch(() => {}) // whoever handed it in has the error; the next piece is none the worse
      .then(() => {
        if (--this.#underWay === 0) this.#idle();
        if (this.#tail === settled) this.#tail = undefined;
      });
    this.#tail = settled;
    return handled;
  }
}
