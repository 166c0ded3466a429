/** How a board's time runs: as ours, or so many times as fast. All its threads read it alike. */
import { Standstill } from '../standstill.ts';

export interface PaceSetup {
  /** Milliseconds of the board's time in one of ours. */
  speed: number;
  /** When both showed the same, milliseconds since 1970. */
  since: number;
  /** Where it is counted for how long a faster time has stood still; ours never does. */
  standstill: SharedArrayBuffer | undefined;
}

/** Milliseconds since 1970 on a clock that all threads read alike and that nobody sets. */
const wall = (): number => performance.timeOrigin + performance.now();

export class Pace {
  readonly speed: number;
  readonly since: number;
  readonly #standstill: Standstill | undefined;
  #latest = 0;

  constructor({ speed, since, standstill }: PaceSetup) {
    this.speed = speed;
    this.since = since;
    this.#standstill = standstill && new Standstill(standstill);
  }

  /** For another thread. */
  get setup(): PaceSetup {
    return { speed: this.speed, since: this.since, standstill: this.#standstill?.buffer };
  }

  #at(ours: number): number {
    return this.since + (ours - this.since - (this.#standstill?.ms ?? 0)) * this.speed;
  }

  /** Milliseconds since 1970 as the host's clock would show them if it ran as fast. */
  date(): number {
    return this.#at(Date.now());
  }

  /** Milliseconds, with fractions, for durations: never goes backwards. */
  now(): number {
    this.#latest = Math.max(this.#latest, this.#at(wall()));
    return this.#latest;
  }

  /** How long so many milliseconds of the board's take here. */
  real(ms: number): number {
    return ms / this.speed;
  }

  /** A faster time stood still for the last so many milliseconds of ours. */
  stoodStill(ms: number): void {
    if (!this.#standstill || ms <= 0) return;
    const to = wall() - this.since;
    this.#standstill.add(to - ms, to);
  }
}
