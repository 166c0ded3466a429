/** The time of the board's own thread. */
import { Pace, type PaceSetup } from '../pace.ts';

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
  #heard = performance.now();

  constructor(pace: PaceSetup, offset: number) {
    super(pace);
    this.#started = this.now();
    this.offset = offset;
  }

  /** Milliseconds, with fractions, since power on. */
  ticks(): number {
    return this.now() - this.#started;
  }

  /** A wait has ended. @param late ms of ours that it took longer than was asked for */
  woke(late: number): void {
    this.stoodStill(late - LATE_MS);
    this.#heard = performance.now();
  }

  /** The program is between two of its steps. */
  goesOn(): void {
    if (this.speed === 1) return;
    const now = performance.now();
    this.stoodStill(now - this.#heard - UNHEARD_MS);
    this.#heard = now;
  }
}
