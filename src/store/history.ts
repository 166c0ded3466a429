import type { Value } from '../wire/index.ts';
import type { Point, PointRange } from './store.ts';

/** Bytes of a point beside its string: a time, a value, and their share of two arrays. */
const POINT_BYTES = 24;

/** Points given up stay in the arrays until there are so many: one copy per so many points and not per point. */
const SLACK = 512;

const costOf = (value: Value) => POINT_BYTES + (typeof value === 'string' ? 2 * value.length : 0);

/** Values by time, oldest first, in memory. */
export class History {
  unit: string | undefined;
  /** About what it costs, in bytes. */
  bytes = 0;
  #times: number[] = [];
  #values: Value[] = [];
  #head = 0; // index of the oldest point kept

  get length(): number {
    return this.#times.length - this.#head;
  }

  get first(): number {
    return this.#times[this.#head] ?? 0;
  }

  get last(): number {
    return this.#times.at(-1) ?? 0;
  }

  get newest(): Point | undefined {
    const value = this.#values.at(-1);
    return value === undefined || this.length === 0 ? undefined : { at: this.last, value };
  }

  add(at: number, value: Value): void {
    this.bytes += costOf(value);
    if (this.length === 0 || at >= this.last) {
      this.#times.push(at);
      this.#values.push(value);
      return;
    }
    const place = this.#firstAfter(at);
    this.#times.splice(place, 0, at);
    this.#values.splice(place, 0, value);
  }

  /** Gives up the oldest point. */
  shift(): void {
    if (this.length === 0) return;
    this.bytes -= costOf(this.#values[this.#head] ?? 0);
    this.#values[this.#head] = 0; // lets a long string go at once
    this.#head++;
    if (this.#head >= SLACK || this.length === 0) {
      this.#times.splice(0, this.#head);
      this.#values.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** The points with `from <= at < to`, those of one end where there are more than `limit`. */
  between({ from, to, limit, keep, skip }: PointRange): Point[] {
    const first = this.#firstAtOrAfter(from);
    const end = this.#firstAtOrAfter(to);
    const start =
      keep === 'newest' ? Math.max(first, end - limit) : Math.min(first + skip, this.#firstAfter(from));
    const points: Point[] = [];
    for (let i = start; i < Math.min(end, start + limit); i++)
      points.push({ at: this.#times[i] ?? 0, value: this.#values[i] ?? 0 });
    return points;
  }

  #firstAtOrAfter(at: number): number {
    return this.#search((time) => time >= at);
  }

  #firstAfter(at: number): number {
    return this.#search((time) => time > at);
  }

  /** The first index from the head on of which `isBehind` holds, which it does for all later ones too. */
  #search(isBehind: (time: number) => boolean): number {
    let low = this.#head;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBehind(this.#times[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
