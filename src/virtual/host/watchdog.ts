/** `machine.WDT`, watched from the main thread: it must also bite while the program is stuck in a loop. */
import type { Alarm, Clock } from '../../clock.ts';
import type { Pace } from '../pace.ts';
import { type SharedState, WORD } from '../shared.ts';

export class Watchdog {
  readonly #clock: Clock;
  readonly #shared: SharedState;
  readonly #expired: (timeoutMs: number) => void;
  readonly #pace: Pace;
  #alarm: Alarm | undefined;

  constructor(clock: Clock, pace: Pace, shared: SharedState, expired: (timeoutMs: number) => void) {
    this.#clock = clock;
    this.#pace = pace;
    this.#shared = shared;
    this.#expired = expired;
  }

  /** Starts, or starts anew with another time-out. Only a reset stops it, as on the chip. */
  start(timeoutMs: number): void {
    this.#shared.set(WORD.WATCHDOG_FED, this.#pace.now() | 0);
    this.#wait(timeoutMs, timeoutMs);
  }

  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  #wait(ms: number, timeoutMs: number): void {
    this.#alarm?.cancel();
    this.#alarm = this.#clock.alarm(ms, () => {
      // Feeding only writes the time: the rest is worked out here.
      const hungry = ((this.#pace.now() | 0) - this.#shared.get(WORD.WATCHDOG_FED)) | 0;
      if (hungry >= timeoutMs) this.#expired(timeoutMs);
      else this.#wait(timeoutMs - hungry, timeoutMs);
    });
  }
}
