/** One direction of a TCP connection through the air: in order, late as the weather says, held while the radio is off. */
import type { Air } from './air.ts';

interface Passage {
  deliver: () => void;
  dueAt: number;
}

export class StreamPath {
  readonly #air: Air;
  readonly #flowing: () => boolean;
  #queue: Passage[] = [];
  #lastDue = 0;
  #armed = false;
  #closed = false;

  /** @param flowing whether the radio carries anything now; `resume()` says that it does again */
  constructor(air: Air, flowing: () => boolean) {
    this.#air = air;
    this.#flowing = flowing;
  }

  /** Calls `deliver` when the bytes it stands for have crossed the air; at once in good weather. */
  carry(deliver: () => void): void {
    if (this.#closed) return;
    const late = this.#air.segmentDelay();
    if (late === 0 && this.#queue.length === 0 && this.#flowing()) {
      deliver();
      return;
    }
    this.#lastDue = Math.max(this.#lastDue, this.#air.clock.monotonic() + late);
    this.#queue.push({ deliver, dueAt: this.#lastDue });
    this.#arm();
  }

  /** The radio is back. */
  resume(): void {
    this.#arm();
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
  }

  #arm(): void {
    const next = this.#queue[0];
    if (!next || this.#armed || !this.#flowing()) return;
    this.#armed = true;
    this.#air.clock.alarm(Math.max(0, next.dueAt - this.#air.clock.monotonic()), () => {
      this.#armed = false;
      this.#drain();
    });
  }

  #drain(): void {
    while (!this.#closed && this.#flowing()) {
      const next = this.#queue[0];
      if (!next || next.dueAt > this.#air.clock.monotonic()) break;
      this.#queue.shift();
      next.deliver();
    }
    this.#arm();
  }
}
