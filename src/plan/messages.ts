import type { Point } from './path.ts';
import type { Outcome } from './territory.ts';

/** What the planner's thread begins with. Both are in shared memory. */
export interface ThreadSetup {
  readonly width: number;
  readonly height: number;
  readonly cells: Uint8Array;
  /** One number: the job that is to be given up. */
  readonly cancelled: Int32Array;
}

/** To the thread, which answers each before it gets the next one. */
export interface Order {
  /** Cells to change first: x, y and terrain of each by turns. */
  readonly changes: Int32Array;
  readonly plan: PlanOrder | undefined;
}

export interface PlanOrder {
  readonly job: number;
  readonly start: Point;
  readonly goal: Point;
  readonly smooth: boolean;
}

/** From the thread. */
export interface Answer {
  readonly outcome: Outcome;
  /** x and y of each point of the way by turns. */
  readonly points: Int32Array;
  /** How long it thought, ms. */
  readonly ms: number;
}
