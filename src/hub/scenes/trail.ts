import type { Place } from './messages.ts';

/** Metres between two places of a trail: less cannot be seen. */
const STEP = 0.04;
/** Places that are kept; then every second one goes, and the steps are twice as long. */
const MOST = 1_000;

/** Where a rover has been, as a line that stays short. Runs in the browser, too. */
export class Trail {
  #places: Place[] = [];
  #step = STEP;

  get places(): readonly Place[] {
    return this.#places;
  }

  add(x: number, y: number): void {
    const last = this.#places.at(-1);
    if (last && Math.hypot(x - last[0], y - last[1]) < this.#step) return;
    this.#places.push([x, y]);
    if (this.#places.length <= MOST) return;
    this.#places = this.#places.filter((_, i) => i % 2 === 0);
    this.#step *= 2;
  }

  clear(): void {
    this.#places = [];
    this.#step = STEP;
  }
}
