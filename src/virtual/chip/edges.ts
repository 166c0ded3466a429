/** Edges of pins on their way to handlers and counters: those that the main thread sets, and those of the world that the pins are wired to. */
import { EDGE_RING, PIN, PINS, padLevel, type SharedState, TRIGGER, WORD } from '../shared.ts';
import type { Pulse, World } from '../world/world.ts';
import type { BoardClock } from './board-clock.ts';
import { Counters } from './counters.ts';

/** Edges that wait for handlers; more are dropped and counted. The chip's own scheduler holds eight. */
const MOST_WAITING = EDGE_RING;
/** How long a handler sees the levels of its own edge, ms; one that waits for another level must come to see it. */
const SEEN_MS = 50;
/** How far the world goes on at a time while the program sleeps, ms of the board's time and of ours: with a handler for its edges, or without. */
const LISTENED = { board: 2, real: 1 } as const;
const UNHEARD = { board: 20, real: 10 } as const;

interface Waiting {
  /** Pin + 256 × level + 512 × rising + 1024 × falling. */
  edge: number;
  /** Levels of the world's pins at that moment. */
  levels: number;
}

export class Edges {
  readonly counters: Counters;
  readonly #shared: SharedState;
  readonly #clock: BoardClock;
  readonly #world: World | undefined;
  readonly #waiting: Waiting[] = [];
  /** When a handler was given the edge that it looks at. */
  #seenSince: number | undefined;

  constructor(shared: SharedState, clock: BoardClock, world: World | undefined) {
    this.#shared = shared;
    this.#clock = clock;
    this.#world = world;
    this.counters = new Counters({
      now: () => this.catchUp(),
      level: (pin) => padLevel(shared, pin),
      watch: (pin, watched) => {
        const word = shared.pinWord(pin, PIN.TRIGGERS);
        if (watched) Atomics.or(shared.words, word, TRIGGER.COUNTED);
        else Atomics.and(shared.words, word, ~TRIGGER.COUNTED);
      },
    });
  }

  /** True when a handler has to run. */
  get due(): boolean {
    this.catchUp();
    return this.#waiting.length > 0 || this.counters.isDue;
  }

  /** The next edge for a handler, or -1. */
  next(): number {
    this.#endSeen();
    this.catchUp();
    const waiting = this.#waiting.shift();
    if (!waiting) return -1;
    this.#seenSince = this.#clock.now();
    this.#world?.show(waiting.levels);
    return waiting.edge;
  }

  /** All that has happened until now is counted, and waits for its handlers. */
  catchUp(): void {
    this.#takeRing();
    const world = this.#world;
    if (!world) return;
    const now = this.#clock.now();
    if (this.#seenSince !== undefined) {
      if (now - this.#seenSince < SEEN_MS) return;
      this.#endSeen();
    }
    for (let change = world.next(now); change; change = world.next(now))
      this.#happened(change.pin, change.level);
  }

  /** The program drives a pin. @param duty 0 to 1 */
  drive(pin: number, level: number, duty: number): void {
    if (!this.#world) return;
    this.#endSeen();
    this.catchUp();
    this.#world.drive(pin, level, duty, this.#clock.now());
  }

  /** From when to when the pulse lasts that is on its way to this pin, ms from now; undefined where none is. */
  pulse(pin: number): Pulse | undefined {
    this.catchUp();
    const now = this.#clock.now();
    const pulse = this.#world?.pulse(pin, now);
    return pulse && { from: pulse.from - now, to: pulse.to - now };
  }

  /** For how long nobody need look, ms. */
  get quietFor(): number {
    const world = this.#world;
    if (!world) return Infinity;
    const isListened = world.pins.some((pin) => this.#triggers(pin) & TRIGGER.BOTH);
    const { board, real } = isListened ? LISTENED : UNHEARD;
    const moving = world.moves ? Math.max(board, real * this.#clock.speed) : Infinity;
    const certain = isListened ? Math.max(0, world.nextAt - this.#clock.now()) : Infinity;
    return Math.min(moving, certain);
  }

  /** True while an edge can still run a handler of the program. */
  get armed(): boolean {
    for (let pin = 0; pin < PINS; pin++) if (this.#triggers(pin) & TRIGGER.BOTH) return true;
    return false;
  }

  #triggers(pin: number): number {
    return this.#shared.get(this.#shared.pinWord(pin, PIN.TRIGGERS));
  }

  #endSeen(): void {
    if (this.#seenSince === undefined) return;
    this.#seenSince = undefined;
    this.#world?.show(this.#world.levels);
  }

  #takeRing(): void {
    const shared = this.#shared;
    const written = shared.get(WORD.EDGES_WRITTEN);
    for (let read = shared.get(WORD.EDGES_READ); read !== written; read++) {
      const edge = shared.get(shared.edgeWord(read));
      this.#happened(edge & 0xff, edge & 0x100 ? 1 : 0);
      shared.set(WORD.EDGES_READ, read + 1);
    }
  }

  #happened(pin: number, level: 0 | 1): void {
    const triggers = this.#triggers(pin);
    if (triggers & TRIGGER.COUNTED) this.counters.edge(pin, level);
    const edge = level === 1 ? TRIGGER.RISING : TRIGGER.FALLING;
    if (!(triggers & edge)) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#shared.add(WORD.EDGES_DROPPED, 1);
      return;
    }
    this.#waiting.push({ edge: pin | (level << 8) | (edge << 9), levels: this.#world?.levels ?? 0 });
  }
}
