/** The pin functions of `_host`, in the worker thread: what a program's `machine` reads and drives. */

import { MODE, PIN, padLevel, TRIGGER, WORD } from '../shared.ts';
import type { Native } from './native.ts';

export class NativePins {
  readonly #native: Native;

  constructor(native: Native) {
    this.#native = native;
  }

  /** A word of a pin: see PIN. */
  get(pin: number, word: number): number {
    return this.#native.shared.get(this.#native.shared.pinWord(pin, word));
  }

  /** A level, mode or pull that the program sets. */
  set(pin: number, word: number, value: number): void {
    const { shared } = this.#native;
    const at = shared.pinWord(pin, word);
    // That a counter watches the pin is none of its handler's business.
    shared.set(at, word === PIN.TRIGGERS ? (shared.get(at) & TRIGGER.COUNTED) | value : value);
    const shown = word === PIN.LEVEL || word === PIN.MODE;
    if (shown && this.get(pin, PIN.MODE) & MODE.OUTPUT) this.drive(pin, this.get(pin, PIN.LEVEL), -1, 0);
  }

  /** Tells the world what a pin does: `duty` 0 to 65535 at `frequency` Hz, or -1 for a plain level. */
  drive(pin: number, level: number, duty: number, frequency: number): void {
    this.#native.edges.drive(pin, level, duty < 0 ? level : duty / 65_535);
    this.#native.post({ kind: 'pin', pin, level, duty, frequency });
  }

  /** The level that the program reads. */
  level(pin: number): number {
    this.#native.poll();
    return padLevel(this.#native.shared, pin);
  }

  /**
   * `machine.time_pulse_us`: the length of the pulse, -2 when it did not begin in time, -1 when it did not end in time.
   * A pulse that the world announced (VirtualPin.setPulse) is exact; levels that it sets are seen every 50 µs.
   */
  pulse(pin: number, level: number, timeoutUs: number): number {
    const native = this.#native;
    const length = this.get(pin, PIN.PULSE);
    if (length > 0) {
      native.sleep(native.now() + Math.min(length, timeoutUs) / 1000);
      return length > timeoutUs ? -1 : length;
    }
    const coming = level === 1 ? native.edges.pulse(pin) : undefined;
    if (coming) return this.#await(coming.from, coming.to, timeoutUs);
    for (let wanted = level, changes = 2, since = native.now(); ; ) {
      const now = native.now();
      if (padLevel(native.shared, pin) === wanted) {
        changes -= 1;
        if (changes === 0) return Math.round((now - since) * 1000);
        wanted = 1 - wanted;
        since = now;
      } else if ((now - since) * 1000 >= timeoutUs || native.interrupted) {
        return -changes;
      }
      Atomics.wait(native.shared.words, WORD.EVENT, native.shared.get(WORD.EVENT), 0.05);
    }
  }

  /** A pulse of the world's, from when to when it lasts in ms from now: exact, however late this thread is. */
  #await(from: number, to: number, timeoutUs: number): number {
    const native = this.#native;
    const now = native.now();
    const timeout = timeoutUs / 1000;
    const [wait, result] =
      from >= timeout
        ? [timeout, -2]
        : to - from >= timeout
          ? [from + timeout, -1]
          : [to, Math.round((to - from) * 1000)];
    native.hold(now + wait);
    return result;
  }

  /** NeoPixel bytes that the program sends. */
  pixels(pin: number, address: number, length: number): void {
    this.#native.post({ kind: 'pixels', pin, bytes: this.#native.bytes(address, length).slice() });
  }

  feedWatchdog(): void {
    this.#native.poll();
    this.#native.shared.set(WORD.WATCHDOG_FED, this.#native.now() | 0);
  }
}
