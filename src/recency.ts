/** What stands in a row by when it was heard of: the row keeps its neighbours in it, so that moving costs no search. */
export interface Heard<T> {
  /** The neighbour that has been silent longer. For `Recency` alone, as is the next one. */
  older: T | undefined;
  newer: T | undefined;
}

/** A row in which whoever was heard of last stands last: a few pointers to move, where a Map is taken out of and put into. */
export class Recency<T extends Heard<T>> {
  #oldest: T | undefined;
  #newest: T | undefined;

  /** Who has been silent longest. */
  get oldest(): T | undefined {
    return this.#oldest;
  }

  /** Puts a newcomer last. */
  add(item: T): void {
    item.older = this.#newest;
    if (this.#newest) this.#newest.newer = item;
    else this.#oldest = item;
    this.#newest = item;
  }

  /** Moves one of the row to the end of it. */
  touch(item: T): void {
    if (item === this.#newest) return;
    this.remove(item);
    this.add(item);
  }

  /** Takes one of the row out of it. */
  remove(item: T): void {
    const { older, newer } = item;
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
    item.older = undefined;
    item.newer = undefined;
  }

  /** The one that has been silent longest first; whoever is given may be removed. */
  *[Symbol.iterator](): Generator<T> {
    let next = this.#oldest;
    while (next) {
      const item = next;
      next = item.newer;
      yield item;
    }
  }
}
