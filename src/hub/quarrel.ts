/** So many evictions within so many milliseconds are no accident. */
const EVICTIONS = 5;
const WITHIN_MS = 60_000;
/** Milliseconds until it is told again. */
const TOLD_MS = 600_000;

/**
 * Notices two programs that use one name: each takes the other's place as soon as it is back. A board that starts again and
 * again evicts its former sessions, too, but none of its starts ever comes back.
 */
export class Quarrel {
  #evicted: { boot: string; at: number }[] = []; // the last ones
  #toldAt = Number.NEGATIVE_INFINITY;

  /**
   * One start of a board takes the place of another.
   * @param now milliseconds of a monotonic clock
   * @returns whether that is a quarrel, and worth telling
   */
  evicts(boot: string, evicted: string, now: number): boolean {
    if (boot === evicted) return false;
    this.#evicted = this.#evicted.filter(({ at }) => at > now - WITHIN_MS).slice(1 - EVICTIONS);
    const isBack = this.#evicted.some((one) => one.boot === boot);
    this.#evicted.push({ boot: evicted, at: now });
    if (!isBack || this.#evicted.length < EVICTIONS || now < this.#toldAt + TOLD_MS) return false;
    this.#toldAt = now;
    return true;
  }
}
