/** What bench/store.ts stores: 25 boards with four metrics each, walks of two decimals, a value a second. */
import { walk } from '../kit/messages.ts';

export const BOARDS = 25;
export const METRICS = ['temp', 'hum', 'press', 'light'] as const;
export const SERIES = BOARDS * METRICS.length;
/** 2023-11-14T22:13:20Z */
const FROM = 1_700_000_000_000;
/** Milliseconds by which the times of boards stray that are not exact. */
const JITTER_MS = 5;

export interface Data {
  /** Points of each series. */
  points: number;
  /** Series after series. */
  values: Float64Array;
  /** Milliseconds of each point, the same for all series. */
  times: Float64Array;
}

export function makeData(points: number, options: { jitter: boolean }): Data {
  const values = new Float64Array(SERIES * points);
  for (let series = 0; series < SERIES; series++) {
    const next = walk(series + 1, 20 + series, 5 + (series % 4) * 5);
    for (let i = 0; i < points; i++) values[series * points + i] = next();
  }
  const stray = walk(4_711, 0, JITTER_MS * 100);
  let before = 0;
  const times = Float64Array.from({ length: points }, (_, i) => {
    const now = stray();
    const by = options.jitter ? Math.round(now - before) : 0;
    before = now;
    return FROM + i * 1_000 + by;
  });
  return { points, values, times };
}

export const boardName = (board: number): string => `board-${board}`;
