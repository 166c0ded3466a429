/** How a board's time runs: as ours, or so many times as fast. All its threads read it alike. */
export interface PaceSetup {
  /** Milliseconds of the board's time in one of ours. */
  speed: number;
  /** When both clocks showed the same, milliseconds since 1970. */
  since: number;
}

export class Pace implements PaceSetup {
  readonly speed: number;
  readonly since: number;

  constructor({ speed, since }: PaceSetup) {
    this.speed = speed;
    this.since = since;
  }

  /** For another thread. */
  get setup(): PaceSetup {
    return { speed: this.speed, since: this.since };
  }

  /** Milliseconds since 1970 as the host's clock would show them if it ran as fast. */
  date(): number {
    return this.since + (Date.now() - this.since) * this.speed;
  }

  /** Milliseconds, with fractions, on a clock that all threads read alike and that nobody sets. */
  time(): number {
    return (performance.timeOrigin + performance.now() - this.since) * this.speed;
  }

  /** Milliseconds of this thread's clock, for waits. */
  now(): number {
    return performance.now() * this.speed;
  }

  /** How long so many milliseconds of the board's take here. */
  real(ms: number): number {
    return ms / this.speed;
  }
}
