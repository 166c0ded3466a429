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
  let at = 0;
  for (const { points, from, to } of pieces) {
    times.set(points.times.subarray(from, to), at);
    numbers.set(points.numbers.subarray(from, to), at);
    if (kinds && points.kinds) {
      kinds.set(points.kinds.subarray(from, to), at);
      for (let i = at; i < at + to - from; i++) {
        if (kinds[i] !== KIND.STRING) continue;
        strings.push(points.strings[numbers[i] as number] ?? '');
        numbers[i] = strings.length - 1;
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
