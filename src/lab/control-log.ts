/** What a board writes about its control stream: the library's trace, and the program's handler and stop. */
import type { Kept } from '../virtual/index.ts';
import type { ControlEvent } from './record.ts';

type Seen = Omit<ControlEvent, 'ms'>;

/** Of this many each board writes some hundred in a run; one that writes without end is not remembered to its end. */
const MOST = 100_000;

export class ControlLog {
  readonly #events: Seen[] = [];
  /** A setpoint was taken, and nothing has stopped since. */
  isSteered = false;

  /**
   * One more line of the board.
   * @param boot which start of it
   * @param kept how long the machine has kept its thread waiting since that start
   */
  add(boot: number, ticks: number, kept: Kept, event: string, args: readonly unknown[]): void {
    const what = whatOf(event, args);
    if (what.did === 'set') this.isSteered = true;
    else if (what.did === 'halt') this.isSteered = false;
    if (boot >= 0 && this.#events.length < MOST) this.#events.push({ boot, ticks, kept, what });
  }

  /** A reset takes the power from whatever is steered. */
  reset(): void {
    this.isSteered = false;
  }

  /** @param behind what each start's ticks are behind this machine's clock */
  events(behind: readonly number[]): ControlEvent[] {
    return this.#events.map((event) => ({ ...event, ms: event.ticks + (behind[event.boot] ?? 0) }));
  }
}

function whatOf(event: string, args: readonly unknown[]): ControlEvent['what'] {
  switch (event) {
    case 'online':
      return { did: 'online' };
    case 'set': {
      const [, n, given, left] = args as [string, number, { k?: number }, number];
      return { did: 'set', n, k: Number(given.k), leftMs: left };
    }
    case 'act':
    case 'acted':
      return { did: event, k: Number(args[0]) };
    case 'halt':
      return { did: 'halt' };
    case 'stop':
      return { did: 'stop', why: String(args[2]) };
    default:
      return { did: 'lived' };
  }
}
