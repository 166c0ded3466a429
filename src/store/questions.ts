/** What a store is asked, and what it answers. */
import type { Value } from '../wire/index.ts';
import type { StoreCounts } from './store.ts';

export interface LatestValue {
  metric: string;
  value: Value;
  at: number;
  unit?: string;
}

export interface Point {
  at: number;
  value: Value;
}

export interface SeriesInfo {
  metric: string;
  unit?: string;
  /** Points that are kept. */
  points: number;
  /** Times of the first and last of them. */
  from: number;
  to: number;
}

export interface StoredBoard {
  board: string;
  series: number;
  /** Time of its newest sample or text; 0 when there was none, only numbers of a boot id. */
  lastAt: number;
}

export interface RangeQuery {
  board: string;
  metric: string;
  /** First millisecond, included; from the beginning unless told. */
  from?: number;
  /** First millisecond that is not included any more; to the end unless told. */
  to?: number;
  /** At most so many points, the newest of the range: 1 to 100,000, 1,000 unless told. */
  limit?: number;
}

/** A range cut into equal buckets of time. */
export interface BucketQuery {
  board: string;
  metric: string;
  /** As in a RangeQuery; unless told, all that there is. */
  from?: number;
  to?: number;
  /** At most so many buckets: 1 to 10,000, 500 unless told. */
  buckets?: number;
}

/** A store as a whole. */
export interface StoreInfo {
  kind: 'memory' | 'sqlite';
  /** Where it is on disk. */
  folder?: string;
  boards: number;
  series: number;
  points: number;
  texts: number;
  /** What it takes, in memory or on disk. */
  bytes: number;
  counts: StoreCounts;
}

/** What a look at everything that is stored has found. */
export interface StoreCheck {
  points: number;
  texts: number;
  /** A sentence for each place that is damaged; at most 1,000 of them. None: all is well. */
  damage: string[];
}

export interface TextQuery {
  board: string;
  /** At most so many, the newest: 1 to 100,000, 100 unless told. */
  limit?: number;
}

/** Which points of a series a store is asked for. */
export interface PointRange {
  from: number;
  to: number;
  limit: number;
  /** Which end of the range is kept where it has more points. */
  keep: 'newest' | 'oldest';
  /** Of the points at `from` itself, how many are left out, the first; with `oldest` only. */
  skip: number;
}
