/** The time of the board's own thread. */
import { Pace, type PaceSetup, wall } from '../pace.ts';

/**
 * How long a thread may be late at the end of a wait, or not be heard of while its program runs, until a faster time stands still for it, ms of
 * ours: it had no processor. The world would have gone on without the program, as no chip's does.
 */
const LATE_MS = 1;
const UNHEARD_MS = 3;

export class BoardClock extends Pace {
  readonly #started: number;
  /** Milliseconds that what the program believes to be the date is ahead of `date()`. */
  offset: number;
  /** When the thread was last heard of, ms of ours. */
  #heard = wall();
  /** What `stood` was then. */
  #stood = this.stood;

  constructor(pace: PaceSetup, offset: number) {
    super(pace);
    this.#started = super.now();
    this.offset = offset;
  }

  /** Also tells, before it answers, for how long the thread has not been heard of. */
  override now(): number {
    if (!this.canStandStill) return super.now();
    const now = wall();
    this.#goesOn(now, UNHEARD_MS);
    return this.at(now);
  }

  /** Milliseconds, with fractions, since power on. */
  ticks(): number {
    return this.now() - this.#started;
  }

  /** A wait for so many ms of ours, which began when the time was asked for last, is over. */
  woke(ms: number): void {
    if (this.canStandStill) this.#goesOn(wall(), ms + LATE_MS);
  }

  /** @param due ms of ours after which it was to be heard of again */
  #goesOn(now: number, due: number): void {
    this.standStill(now - this.#heard - due, this.#stood);
    this.#heard = now;
    this.#stood = this.stood;
  }
}
