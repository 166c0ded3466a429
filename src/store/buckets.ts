import type { Summary } from './chunk/index.ts';

/** What a series did in a stretch of time. */
export interface Bucket {
  /** Where it begins, in milliseconds since 1970 UTC. */
  at: number;
  /** Points in it, whatever their kind. */
  count: number;
  /** Of the numbers in it, booleans among them as 0 and 1; absent where there is none. */
  min?: number;
  mean?: number;
  max?: number;
}

/** A range of time in equal buckets, being filled. */
export class BucketRow {
  readonly #from: number;
  readonly #width: number;
  readonly #buckets: (Summary | undefined)[];

  /** @param buckets at most so many; fewer where the range has not as many milliseconds */
  constructor(from: number, to: number, buckets: number) {
    this.#from = from;
    this.#width = Math.max(1, Math.ceil((to - from) / buckets));
    this.#buckets = new Array(Math.ceil((to - from) / this.#width));
  }

  /** The number of the bucket that a time of the range is in. */
  place(at: number): number {
    // Beyond 2^53 milliseconds the difference is rounded, and the last can come to lie outside.
    return Math.min(this.#buckets.length - 1, Math.floor((at - this.#from) / this.#width));
  }

  /** @param value a number, or 0 or 1 for a boolean; undefined for a string */
  add(at: number, value: number | undefined): void {
    const bucket = this.#at(this.place(at));
    bucket.count++;
    if (value === undefined) return;
    bucket.numbers++;
    bucket.sum += value;
    if (value < bucket.min) bucket.min = value;
    if (value > bucket.max) bucket.max = value;
  }

  /**
   * Adds `times[from]` to `times[to - 1]`, which are by time, and their numbers: a bucket at a time, for a division a point
   * would cost more than all the rest.
   */
  addNumbers(times: Float64Array, numbers: Float64Array, from: number, to: number): void {
    for (let i = from; i < to; ) {
      const place = this.place(times[i] as number);
      const end = place < this.#buckets.length - 1 ? this.#from + (place + 1) * this.#width : Infinity;
      const bucket = this.#at(place);
      const first = i;
      let { min, max, sum } = bucket;
      for (; i < to && (times[i] as number) < end; i++) {
        const value = numbers[i] as number;
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      bucket.count += i - first;
      bucket.numbers += i - first;
      bucket.min = min;
      bucket.max = max;
      bucket.sum = sum;
    }
  }

  /** Adds points that are known by their summary and all in one bucket. */
  addSummary(place: number, { count, numbers, min, max, sum }: Summary): void {
    const bucket = this.#at(place);
    bucket.count += count;
    bucket.numbers += numbers;
    bucket.sum += sum;
    if (min < bucket.min) bucket.min = min;
    if (max > bucket.max) bucket.max = max;
  }

  get buckets(): Bucket[] {
    const buckets: Bucket[] = [];
    this.#buckets.forEach((summary, place) => {
      if (summary) buckets.push({ at: this.#from + place * this.#width, ...bucketOf(summary) });
    });
    return buckets;
  }

  #at(place: number): Summary {
    const known = this.#buckets[place];
    if (known) return known;
    const bucket = {
      count: 0,
      numbers: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      sum: 0,
    };
    this.#buckets[place] = bucket;
    return bucket;
  }
}

function bucketOf({ count, numbers, min, max, sum }: Summary): Omit<Bucket, 'at'> {
  if (numbers === 0) return { count };
  // The sum of huge numbers can be no number any more, and a rounded mean lie outside of what it is the mean of.
  const mean = Number.isFinite(sum) ? Math.min(max, Math.max(min, sum / numbers)) : min / 2 + max / 2;
  return { count, min, mean, max };
}
