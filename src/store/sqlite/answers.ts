/** Answers as columns, to travel between threads: a thousand objects would take longer than finding them did. */
import type { Bucket } from '../buckets.ts';
import { KIND, type PointColumns } from '../chunk/index.ts';
import type { Point } from '../store.ts';
import type { Piece } from './merge.ts';
import { pointValue } from './open-chunk.ts';

/** Pieces as one, to travel between threads. */
export function columnsOf(pieces: readonly Piece[]): PointColumns {
  const length = pieces.reduce((sum, { from, to }) => sum + to - from, 0);
  const times = new Float64Array(length);
  const numbers = new Float64Array(length);
  const kinds = pieces.some(({ points }) => points.kinds) ? new Uint8Array(length) : undefined;
  const strings: string[] = [];
  const places = new Map<string, number>(); // each once: as many points of one long text would be copied as often
  let at = 0;
  for (const { points, from, to } of pieces) {
    times.set(points.times.subarray(from, to), at);
    numbers.set(points.numbers.subarray(from, to), at);
    if (kinds && points.kinds) {
      kinds.set(points.kinds.subarray(from, to), at);
      for (let i = at; i < at + to - from; i++) {
        if (kinds[i] !== KIND.STRING) continue;
        const text = points.strings[numbers[i] as number] ?? '';
        const place = places.get(text) ?? strings.push(text) - 1;
        places.set(text, place);
        numbers[i] = place;
      }
    }
    at += to - from;
  }
  return { length, times, numbers, kinds, strings };
}

export function pointsOf(columns: PointColumns): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < columns.length; i++) {
    points.push({ at: columns.times[i] as number, value: pointValue(columns, i) });
  }
  return points;
}

/** Numbers of a bucket: at, count, min, mean, max; the last three are NaN where it has no numbers. */
const PER_BUCKET = 5;

export function bucketColumnsOf(buckets: readonly Bucket[]): Float64Array {
  const columns = new Float64Array(PER_BUCKET * buckets.length);
  buckets.forEach(({ at, count, min = Number.NaN, mean = Number.NaN, max = Number.NaN }, i) => {
    const first = PER_BUCKET * i;
    columns[first] = at;
    columns[first + 1] = count;
    columns[first + 2] = min;
    columns[first + 3] = mean;
    columns[first + 4] = max;
  });
  return columns;
}

export function bucketsOf(columns: Float64Array): Bucket[] {
  const buckets: Bucket[] = [];
  for (let i = 0; i < columns.length; i += PER_BUCKET) {
    const at = columns[i] as number;
    const count = columns[i + 1] as number;
    const min = columns[i + 2] as number;
    const mean = columns[i + 3] as number;
    const max = columns[i + 4] as number;
    buckets.push(Number.isNaN(min) ? { at, count } : { at, count, min, mean, max });
  }
  return buckets;
}
