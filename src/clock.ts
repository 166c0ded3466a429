import { Standstill } from './standstill.ts';

/**
 * Time, injected: whoever waits takes a Clock, so that a test can hold time still and advance it.
 */
export interface Alarm {
  /** Stops the alarm; harmless when it has already gone off. */
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC, for timestamps. Can jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary start, for durations. Never goes backwards. */
  monotonic(): number;
  /** Calls `ring` once after `ms` milliseconds. Does not keep the process alive. */
  alarm(ms: number, ring: () => void): Alarm;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  alarm(ms, ring) {
    const timer = setTimeout(ring, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/**
 * A clock that runs `speed` times as fast as another one, from now on; it can stand still for a while, when one of those who share it
 * could not go on.
 */
export class FastClock implements Clock {
  readonly speed: number;
  /** When both showed the same, milliseconds since 1970. */
  readonly since: number;
  readonly standstill = new Standstill();
  readonly #base: Clock;
  #latest = 0;

  constructor(speed: number, base: Clock = systemClock) {
    if (!(speed > 0)) throw new RangeError(`A clock cannot run ${speed} times as fast.`);
    this.speed = speed;
    this.since = base.now();
    this.#base = base;
  }

  now(): number {
    return this.since + (this.#base.now() - this.since - this.standstill.ms) * this.speed;
  }

  monotonic(): number {
    this.#latest = Math.max(this.#latest, (this.#base.monotonic() - this.standstill.ms) * this.speed);
    return this.#latest;
  }

  alarm(ms: number, ring: () => void): Alarm {
    const due = this.monotonic() + ms;
    let alarm: Alarm;
    const wait = (left: number): void => {
      alarm = this.#base.alarm(left / this.speed, () => {
        const still = due - this.monotonic();
        // A millisecond of ours too early is a timer's own rounding.
        if (still > this.speed) wait(still);
        else ring();
      });
    };
    wait(ms);
    return { cancel: () => alarm.cancel() };
  }
}

/** A clock that stands still until told: `advance(ms)` rings every alarm that falls due, in order of time. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #start: number;
  #alarms = new Set<{ at: number; ring: () => void }>();

  /** @param start what `now()` says at first, milliseconds since 1970 */
  constructor(start = 1_700_000_000_000) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  alarm(ms: number, ring: () => void): Alarm {
    const alarm = { at: this.#elapsed + ms, ring };
    this.#alarms.add(alarm);
    return { cancel: () => this.#alarms.delete(alarm) };
  }

  advance(ms: number): void {
    const end = this.#elapsed + ms;
    for (;;) {
      let next: { at: number; ring: () => void } | undefined;
      for (const alarm of this.#alarms) if (alarm.at <= end && (!next || alarm.at < next.at)) next = alarm;
      if (!next) break;
      this.#alarms.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.ring();
    }
    this.#elapsed = end;
  }
}
