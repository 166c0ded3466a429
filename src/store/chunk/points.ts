import { BOOLEAN, NUMBER, STRING } from '../../wire/index.ts';

/** The most points that a chunk may hold: what its decoder allocates is bounded by it (about 3 MB). */
export const MAX_POINTS = 65_535;

/** Both ends of the times that a Date can hold, in milliseconds since 1970 (ECMA-262, "Time Values and Time Range"). */
export const MAX_TIME = 8.64e15;

/** What a value is. */
export const KIND = { NUMBER, BOOLEAN, STRING } as const;

/** Points of one series in columns, oldest first. The arrays may be longer than `length`. */
export interface PointColumns {
  length: number;
  /** Integer milliseconds since 1970 UTC, never less than the one before. */
  times: Float64Array;
  /** A `KIND` for each point; undefined where all are numbers. */
  kinds: Uint8Array | undefined;
  /** The number itself, 0 or 1 for a boolean, an index into `strings` for a string. */
  numbers: Float64Array;
  /** Empty where no point is a string. */
  strings: readonly string[];
}

/** Whether a series of times may follow `before` with `time`: an integer in range, and no step back. */
export const isNextTime = (time: number, before: number): boolean =>
  time >= before && time <= MAX_TIME && Math.floor(time) === time;
