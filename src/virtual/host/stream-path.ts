/** One direction of a TCP connection through the air: in order, late as the weather says, held while the radio is off. */
import type { Air } from './air.ts';

interface Passage {
  deliver: () => void;
  dueAt: number;
}

export class StreamPath {
  readonly #air: Air;
  readonly #flowing: () => boolean;
  readonly #asleep: () => number;
  #queue: Passage[] = [];
  #lastDue = 0;
  #armed = false;
  #closed = false;

  /**
   * @param flowing whether the radio carries anything now; `resume()` says that it does again
   * @param asleep milliseconds for which the radio sleeps
   */
  constructor(air: Air, flowing: () => boolean, asleep: () => number = () => 0) {
    this.#air = air;
    this.#flowing = flowing;
    this.#asleep = asleep;
  }

  /** Calls `deliver` when what it stands for has crossed the air; at once in good weather. */
  carry(deliver: () => void): void {
    if (this.#closed) return;
    const late = this.#air.segmentDelay() + this.#asleep();
    if (late === 0 && this.#queue.length === 0 && this.#flowing()) {
      deliver();
      return;
    }
    this.#queueUp(deliver, late);
  }

  /** The same for bytes, in the pieces that the weather cuts them into: each in its own turn of the event loop. */
  carryBytes(bytes: Uint8Array, deliver: (piece: Uint8Array) => void): void {
    const { slice } = this.#air.weather;
    if (slice === 0) {
      this.carry(() => deliver(bytes));
      return;
    }
    for (let at = 0; at < bytes.length && !this.#closed; at += slice) {
      const piece = bytes.subarray(at, at + slice);
      this.#queueUp(() => deliver(piece), this.#air.segmentDelay());
    }
  }

  #queueUp(deliver: () => void, late: number): void {
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
    const wait = next.dueAt - this.#air.clock.monotonic();
    const due = () => {
      this.#armed = false;
      this.#drain();
    };
    // The next piece of a sliced stream waits for no time, only for its turn.
    if (wait <= 0 && this.#air.weather.slice > 0) setImmediate(due);
    else this.#air.clock.alarm(Math.max(0, wait), due);
  }

  #drain(): void {
    while (!this.#closed && this.#flowing()) {
      const next = this.#queue[0];
      if (!next || next.dueAt > this.#air.clock.monotonic()) break;
      this.#queue.shift();
      next.deliver();
      if (this.#air.weather.slice > 0) break;
    }
    this.#arm();
  }
}
