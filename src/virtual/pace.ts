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
export const wall = (): number => performance.timeOrigin + performance.now();

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

  /** What it shows when ours shows this, ms since 1970. */
  #shown(ours: number): number {
    return this.since + (ours - this.since - this.stood) * this.speed;
  }

  /** Milliseconds since 1970 as the host's clock would show them if it ran as fast. */
  date(): number {
    return this.#shown(Date.now());
  }

  /** Milliseconds, with fractions, for durations: never goes backwards. */
  now(): number {
    return this.at(wall());
  }

  /** The same, for a moment of ours. */
  at(ours: number): number {
    this.#latest = Math.max(this.#latest, this.#shown(ours));
    return this.#latest;
  }

  /** How long so many milliseconds of the board's take here. */
  real(ms: number): number {
    return ms / this.speed;
  }

  get canStandStill(): boolean {
    return this.#standstill !== undefined;
  }

  /** For how long a faster time has stood still, ms of ours. */
  get stood(): number {
    return this.#standstill?.ms ?? 0;
  }

  /** A faster time stood still for so many ms of ours. @param before what `stood` was when they began */
  standStill(ms: number, before: number): void {
    if (ms > 0) this.#standstill?.add(ms, before);
  }
}
