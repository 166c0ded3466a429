/** What a board's pins are wired to, as the board's own thread sees it. Times are milliseconds of the board's time (Pace). */
export interface World {
  /** Up to when it has gone on. */
  readonly time: number;
  /** Whether it goes on changing pins without the program. */
  readonly moves: boolean;
  /** When a change of a pin that is certain will come; Infinity where none is. */
  readonly nextAt: number;
  /** Goes on to the next change of a pin, but not beyond `now`. @returns undefined when it has come to `now` without one */
  next(now: number): PinChange | undefined;
  /** The program drives a pin. @param duty 0 to 1: of PWM, or the level */
  drive(pin: number, level: number, duty: number, now: number): void;
  /** Pins that it sets. */
  readonly pins: readonly number[];
  /** Their levels now, a bit each in the order of `pins`. */
  readonly levels: number;
  /** Lets the program read these levels, which were: a handler looks at the moment that it was called for. */
  show(levels: number): void;
  /** The pulse that the program waits for on this pin now. */
  pulse(pin: number, now: number): Pulse | undefined;
}

export interface PinChange {
  pin: number;
  level: 0 | 1;
}

export interface Pulse {
  from: number;
  to: number;
}

/** What a world sets. */
export interface Pads {
  level(pin: number, level: 0 | 1): void;
  volts(pin: number, volts: number): void;
}
