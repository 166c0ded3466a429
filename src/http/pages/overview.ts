import type { BoardInfo } from '../../hub/boards.ts';
import type { LiveEvent, LostEvent } from '../../hub/feed.ts';
import type { Hub } from '../../hub/hub.ts';
import type { BoardCard, FromHub, Newest, Signal } from './messages.ts';

/** Boards on the overview; those heard of last where there are more. */
const MOST_BOARDS = 1_000;
/** Metrics of a card, the first that came. */
const MOST_METRICS = 64;

/** The newest values of all boards, and which of them are to be told. Kept only while pages are open. */
export class Overview {
  readonly #hub: Hub;
  readonly #newest = new Map<string, Record<string, Newest>>();
  readonly #values = new Map<string, Record<string, Newest>>(); // since the last frame
  readonly #changed = new Set<string>();
  #signals = new Map<string, Signal>(); // as told last
  #toTell: Signal[] = [];

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Reads the newest stored value of everything that is not known yet. */
  async begin(): Promise<void> {
    const stored = await this.#hub.store.boards();
    const heard = new Set(this.#hub.boards().map(({ name }) => name));
    const others = stored.map(({ board }) => board).filter((board) => !heard.has(board));
    for (const name of [...others, ...heard].slice(-MOST_BOARDS)) {
      await this.#read(name);
      this.#changed.add(name);
    }
  }

  /** A board as it is now; of a name that nobody has used yet, which a page waits for, nothing is kept. */
  async card(name: string): Promise<BoardCard> {
    if (!this.#newest.has(name)) await this.#read(name, this.#hub.board(name) !== undefined);
    return this.#cardOf(name);
  }

  /** Looks how well boards are heard: nobody tells of each ping. @returns whether any is heard otherwise than before */
  look(): boolean {
    const before = this.#signals;
    this.#signals = new Map();
    for (const { name, session } of this.#hub.boards()) {
      if (!session) continue;
      const { roundTrip, rssi } = session;
      const now: Signal = [name, roundTrip === undefined ? null : Math.round(roundTrip), rssi ?? null];
      this.#signals.set(name, now);
      const [, trip, strength] = before.get(name) ?? [name, null, null];
      if ((trip !== now[1] || strength !== now[2]) && this.#newest.has(name)) this.#toTell.push(now);
    }
    return this.#toTell.length > 0;
  }

  take(event: LiveEvent | LostEvent): void {
    if (event.type === 'lost') return;
    if (event.type !== 'sample') {
      this.#changed.add(event.board);
      return;
    }
    const { board, at, values, units } = event;
    let newest = this.#newest.get(board);
    if (!newest) {
      newest = emptyRecord();
      this.#newest.set(board, newest);
      this.#changed.add(board);
      this.#bound();
    }
    let told = this.#values.get(board);
    if (!told) {
      told = emptyRecord();
      this.#values.set(board, told);
    }
    for (const [metric, value] of values) {
      const before = newest[metric];
      // A late sample of an outage is not the newest.
      if (before === undefined ? Object.keys(newest).length >= MOST_METRICS : before[1] > at) continue;
      const unit = units?.get(metric) ?? before?.[2];
      const entry: Newest = unit === undefined ? [value, at] : [value, at, unit];
      newest[metric] = entry;
      told[metric] = entry;
    }
  }

  /** The board is to be told anew. */
  touch(board: string): void {
    this.#changed.add(board);
  }

  /** What the hub knows of a board now. */
  infoOf(name: string): BoardInfo | undefined {
    return this.#hub.board(name)?.info();
  }

  /** What has changed since the last frame; undefined for nothing. */
  frame(at: number): FromHub | undefined {
    if (this.#values.size === 0 && this.#changed.size === 0 && this.#toTell.length === 0) return undefined;
    const changed = [...this.#changed]
      .filter((name) => this.#isKnown(name))
      .map((name) => this.#cardOf(name));
    const values = [...this.#values].filter(([name]) => !this.#changed.has(name));
    const signals = this.#toTell;
    this.#values.clear();
    this.#changed.clear();
    this.#toTell = [];
    return {
      ch: 'overview',
      at,
      ...(values.length > 0 && { values }),
      ...(changed.length > 0 && { changed }),
      ...(signals.length > 0 && { signals }),
    };
  }

  /** Everything. */
  full(at: number): FromHub {
    return { ch: 'overview', at, boards: [...this.#newest.keys()].map((name) => this.#cardOf(name)) };
  }

  #isKnown(name: string): boolean {
    if (this.#newest.has(name)) return true;
    if (!this.#hub.board(name)) return false;
    this.#newest.set(name, emptyRecord());
    this.#bound();
    return true;
  }

  #cardOf(name: string): BoardCard {
    return {
      name,
      info: this.infoOf(name) ?? null,
      newest: this.#newest.get(name) ?? {},
      ...(this.#hub.scenes.get(name) && { hasMap: true as const }),
    };
  }

  async #read(name: string, isKnown = true): Promise<void> {
    const stored = await this.#hub.store.latest(name);
    if (stored.length === 0 && !isKnown) return;
    const newest = this.#newest.get(name) ?? emptyRecord<Newest>();
    for (const { metric, value, at, unit } of stored.slice(0, MOST_METRICS)) {
      const before = newest[metric];
      if (before === undefined || before[1] < at)
        newest[metric] = unit === undefined ? [value, at] : [value, at, unit];
    }
    this.#newest.set(name, newest);
    this.#bound();
  }

  #bound(): void {
    for (const name of this.#newest.keys()) {
      if (this.#newest.size <= MOST_BOARDS) break;
      this.#newest.delete(name);
    }
  }
}

/** Metrics may be called `__proto__`. */
const emptyRecord = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;
