/** `machine.WDT`, watched from the main thread: it must also bite while the program is stuck in a loop. */
import type { Alarm, Clock } from '../../clock.ts';
import { type SharedState, WORD, wallMs } from '../shared.ts';

export class Watchdog {
  readonly #clock: Clock;
  readonly #shared: SharedState;
  readonly #expired: (timeoutMs: number) => void;
  /** Milliseconds of `clock` in one of ours. */
  readonly #speed: number;
  #alarm: Alarm | undefined;

  constructor(clock: Clock, speed: number, shared: SharedState, expired: (timeoutMs: number) => void) {
    this.#clock = clock;
    this.#speed = speed;
    this.#shared = shared;
    this.#expired = expired;
  }

  /** Starts, or starts anew with another time-out. Only a reset stops it, as on the chip. */
  start(timeoutMs: number): void {
    this.#shared.set(WORD.WATCHDOG_FED, wallMs());
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
      const hungry = ((wallMs() - this.#shared.get(WORD.WATCHDOG_FED)) | 0) * this.#speed;
      if (hungry >= timeoutMs) this.#expired(timeoutMs);
      else this.#wait(timeoutMs - hungry, timeoutMs);
    });
  }
}
