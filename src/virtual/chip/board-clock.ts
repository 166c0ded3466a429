/** The time of the board's own thread. */
import { Pace, type PaceSetup } from '../pace.ts';

export class BoardClock extends Pace {
  readonly #started: number;
  /** Milliseconds that what the program believes to be the date is ahead of `date()`. */
  offset: number;

  constructor(pace: PaceSetup, offset: number) {
    super(pace);
    this.#started = this.now();
    this.offset = offset;
  }

  /** Milliseconds, with fractions, since power on: a thread counts from its process's beginning. */
  ticks(): number {
    return this.now() - this.#started;
  }
}
