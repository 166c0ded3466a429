/** The power and the resets of one board: when its thread begins, ends, and begins again. */
import type { Clock } from '../clock.ts';
import { type BoardMessage, BoardThread } from './board-thread.ts';
import type { Peripherals } from './host/peripherals.ts';
import { type BoardSetup, type ResetKind, SOFT_REBOOT } from './messages.ts';
import { type RomReason, romText } from './serial/boot-rom.ts';
import { WORD } from './shared.ts';
import type { RoverSetup } from './world/rover-world.ts';

/** machine.reset_cause() */
const RESET_CAUSE = { power: 1, hard: 2, watchdog: 3, deepsleep: 4, soft: 5 } as const;
/** The longest that a timer of Node's can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What every start of a board has in common. */
export type CommonSetup = Pick<
  BoardSetup,
  'flash' | 'mac' | 'repl' | 'memoryLimit' | 'measureKept' | 'module' | 'pace'
>;

export interface PowerEvents {
  message(message: BoardMessage): void;
  crashed(error: unknown): void;
  exited(): void;
  reset(kind: ResetKind): void;
}

export class Power {
  readonly #setup: CommonSetup;
  readonly #peripherals: Peripherals;
  readonly #clock: Clock;
  readonly #events: PowerEvents;
  thread: BoardThread | undefined;
  /** It runs, sleeps or is held in reset: there is something to start again. */
  on = false;
  #asleep: NodeJS.Timeout | undefined;
  #world: RoverSetup | undefined;
  /** Settles when what is held in reset, or without power, has stopped. */
  #held: Promise<void> | undefined;

  constructor(setup: CommonSetup, peripherals: Peripherals, clock: Clock, events: PowerEvents) {
    this.#setup = setup;
    this.#peripherals = peripherals;
    this.#clock = clock;
    this.#events = events;
  }

  /** What the pins are wired to from the next start on. */
  wire(world: RoverSetup | undefined): void {
    this.#world = world;
  }

  /** Power on. */
  begin(): void {
    this.on = true;
    this.#held = undefined;
    this.#peripherals.forget();
    this.#start('power', 'power', false);
  }

  /** Power off, for good. */
  async end(): Promise<void> {
    this.on = false;
    await this.#stop(true);
  }

  /** Whoever is at the board resets it. */
  async button(kind: 'soft' | 'hard' | 'power'): Promise<void> {
    this.#events.reset(kind);
    if (kind === 'soft') this.#peripherals.serial.say(SOFT_REBOOT);
    await this.#again(kind, 0, kind === 'soft' ? undefined : 'power');
  }

  /** The program resets it. @param wakeAfterMs 0: at once; below: never by itself */
  program(kind: ResetKind, wakeAfterMs: number): void {
    this.#events.reset(kind);
    const rom = kind === 'hard' ? 'program' : kind === 'soft' ? undefined : kind;
    void this.#again(kind, wakeAfterMs, rom);
  }

  /** At the prompt one goes on; main.py, which may be a loop that Ctrl-C does not reach, is passed over. */
  interrupted(): void {
    void this.#again('soft', 0, undefined, true);
  }

  /** EN is low, or the power is away: nothing runs until `release`. */
  hold(): void {
    if (!this.on || this.#held) return;
    this.#events.reset('hard');
    this.#held = this.#stop(true);
  }

  async release(how: 'run' | 'download' | 'power'): Promise<void> {
    await this.#held;
    if (!this.#held || !this.on) return;
    if (how === 'download') {
      this.#peripherals.serial.say(romText('power', true)); // and waits, until EN is low once more
      return;
    }
    this.#held = undefined;
    if (how === 'power') this.#peripherals.forget();
    this.#start(how === 'power' ? 'power' : 'hard', 'power', false);
  }

  #start(kind: ResetKind, rom: RomReason | undefined, interrupted: boolean): void {
    clearInterval(this.#asleep);
    const { shared, hostname, clockOffset, serial } = this.#peripherals;
    const main = !interrupted && (kind !== 'soft' || shared.get(WORD.REPL_RAW) === 0);
    const how = { hostname, clockOffset, resetCause: RESET_CAUSE[kind], main, interrupted };
    this.#peripherals.begin(kind !== 'soft');
    if (rom) serial.say(romText(rom));
    const setup = { ...this.#setup, shared: shared.buffer, world: this.#world, ...how };
    this.thread = new BoardThread(setup, this.#events);
  }

  async #again(
    kind: ResetKind,
    wakeAfterMs: number,
    rom: RomReason | undefined,
    interrupted = false,
  ): Promise<void> {
    // A chip that resets tells nobody: its connections stay half-open until the other side sends something, or gives up.
    if (kind !== 'soft') this.#peripherals.station.powerOff();
    await this.#stop(kind !== 'soft');
    if (kind === 'power') this.#peripherals.forget();
    const again = () => {
      if (this.on && !this.thread && !this.#held) this.#start(kind, rom, interrupted);
    };
    if (wakeAfterMs === 0) {
      again();
      return;
    }
    // Alarms let the process end; a sleeping board does not.
    this.#asleep = setInterval(() => {}, MAX_TIMER_MS);
    // A deep sleep without a time ends with the reset button.
    if (wakeAfterMs > 0) this.#clock.alarm(Math.min(wakeAfterMs, MAX_TIMER_MS), again);
  }

  async #stop(radioToo: boolean): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    clearInterval(this.#asleep);
    this.#peripherals.off(radioToo);
    await thread?.terminate();
  }
}
