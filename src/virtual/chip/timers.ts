/** Which of a program's timers fall due when, by the clock of its thread. */

interface Timer {
  dueAt: number;
  /** 0 for a one-shot. */
  periodMs: number;
}

export class Timers {
  readonly #timers = new Map<number, Timer>();

  start(now: number, id: number, ms: number, periodic: boolean): void {
    // The chip's timers cannot be faster than a tick; 0 would never let the program go on.
    const period = Math.max(1, ms);
    this.#timers.set(id, { dueAt: now + period, periodMs: periodic ? period : 0 });
  }

  stop(id: number): void {
    this.#timers.delete(id);
  }

  get isEmpty(): boolean {
    return this.#timers.size === 0;
  }

  /** When the next one falls due; Infinity where there is none. */
  get next(): number {
    let next = Infinity;
    for (const timer of this.#timers.values()) next = Math.min(next, timer.dueAt);
    return next;
  }

  /** The id of a timer that has fallen due (re-armed if periodic), or -1. */
  due(now: number): number {
    for (const [id, timer] of this.#timers) {
      if (timer.dueAt > now) continue;
      if (timer.periodMs === 0) {
        this.#timers.delete(id);
      } else {
        // Missed periods are not made up for: on the chip, too, one pending call is all that the scheduler holds.
        timer.dueAt += timer.periodMs * Math.max(1, Math.ceil((now - timer.dueAt) / timer.periodMs));
      }
      return id;
    }
    return -1;
  }
}
