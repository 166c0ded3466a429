import { KIND, type PointColumns } from './points.ts';

/** What is kept in columns beside a chunk, so that a chart over months opens no chunk. */
export interface Summary {
  /** All points. */
  count: number;
  /** The points that min, max and sum are of: numbers that are not NaN, and booleans as 0 and 1. */
  numbers: number;
  /** NaN where `numbers` is 0, which SQLite keeps as NULL. */
  min: number;
  /** NaN where `numbers` is 0. */
  max: number;
  sum: number;
}

/** Sums up the points with `from <= index < to`; both within the points. */
export function summarize(points: PointColumns, from: number, to: number): Summary {
  const { kinds, numbers: values } = points;
  let numbers = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value) || (kinds !== undefined && kinds[i] === KIND.STRING)) continue;
    numbers++;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  if (numbers === 0) {
    min = Number.NaN;
    max = Number.NaN;
  }
  return { count: to - from, numbers, min, max, sum };
}
