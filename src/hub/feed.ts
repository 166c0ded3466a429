import type { PackedSamples } from '../store/packed.ts';
import type { Value } from '../wire/index.ts';
import type { AlertMessage } from './alerts/rule.ts';
import type { SessionEnd } from './board-session.ts';
import type { ExpiredWhy, UnknownWhy } from './command-outcomes.ts';
import type { ControlMessage, LogLevel } from './events.ts';
import type { RefusedMessage } from './refusals.ts';

/** A sample as the live feed tells it. */
export interface SampleEvent {
  type: 'sample';
  board: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** Metric → value. */
  values: ReadonlyMap<string, Value>;
  /** Metric → unit, where one was named. */
  units?: ReadonlyMap<string, string>;
}

export interface TextEvent {
  type: 'text';
  board: string;
  at: number;
  /** `HOST:PORT` of the sender. */
  from: string;
  text: string;
  /** What was answered, where something was: the first 8192 characters or bytes of it. */
  reply?: string;
}

/** A board sent its first message. */
export interface BoardEvent {
  type: 'board';
  board: string;
  at: number;
}

/** A board that says hello is there, or is lost. */
export interface PresenceEvent {
  type: 'presence';
  board: string;
  at: number;
  state: 'online' | 'lost';
  /** Why it was lost; `REPLACED` with `online`: its session took the place of one that had not ended. */
  why?: SessionEnd;
  /** What the board said when it went. */
  said?: string;
}

/** What a board's program printed, logged or died of. */
export interface LogEvent {
  type: 'log';
  board: string;
  at: number;
  level: LogLevel;
  text: string;
}

/** A board tells that it had to drop so many more of its samples and log entries. */
export interface DroppedEvent {
  type: 'dropped';
  board: string;
  at: number;
  samples: number;
  logs: number;
}

/** A command was sent to a board for the first time, or is settled. */
export interface CommandEvent {
  type: 'command';
  board: string;
  at: number;
  id: number;
  name: string;
  state: 'sent' | 'done' | 'failed' | 'expired' | 'unknown';
  /** Why it has expired, or is unknown. */
  why?: ExpiredWhy | UnknownWhy;
  /** A sentence, where it was not done. */
  message?: string;
}

/** Somebody begins to steer a board, takes it over or ends, or setpoints go another way. */
export interface ControlEvent extends ControlMessage {
  type: 'control';
}

/** Somebody was kept out: the board that it said to be, and why. Told at a bounded rate. */
export interface RefusedEvent extends RefusedMessage {
  type: 'refused';
}

/** An alert rule begins to fire, is quiet again, or is removed while it fires. */
export interface AlertEvent extends AlertMessage {
  type: 'alert';
}

/** A board that the hub dials is connected, or is not. */
export interface DialEvent {
  type: 'dial';
  /** `tcp://HOST:PORT`, as it was given: which board it is shows when it speaks. */
  board: string;
  at: number;
  state: 'dialling' | 'connected';
  /** Why there is no connection, a sentence. */
  why?: string;
}

/** In place of the events that a subscriber did not fetch in time: the oldest `count` are gone. */
export interface LostEvent {
  type: 'lost';
  count: number;
}

export type LiveEvent =
  | SampleEvent
  | TextEvent
  | BoardEvent
  | PresenceEvent
  | LogEvent
  | DroppedEvent
  | CommandEvent
  | DialEvent
  | ControlEvent
  | RefusedEvent
  | AlertEvent;

export interface FeedOptions {
  /** Only this board's events. */
  board?: string;
  /** Events that wait for the subscriber, 1 to 100,000; then the oldest are dropped. 4,000: a round of the intake (20 ms) at 200,000 samples a second. */
  capacity?: number;
}

const CAPACITY = 4_000;
const MAX_CAPACITY = 100_000;

/** The live feed: whoever subscribes sees what happens from then on, in order, and never slows the hub. */
export class Feed {
  #subscriptions = new Set<Subscription>();
  #closed = false;
  /** Events that slow subscribers lost, all together. */
  lost = 0;

  get subscribers(): number {
    return this.#subscriptions.size;
  }

  /** @throws RangeError for a capacity that is none */
  subscribe(options: FeedOptions = {}): Subscription {
    const { board, capacity = CAPACITY } = options;
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_CAPACITY) {
      throw new RangeError(`capacity: 1 to ${MAX_CAPACITY}`);
    }
    const subscription = new Subscription(board, capacity, () => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    if (this.#closed) subscription.close();
    return subscription;
  }

  publish(event: LiveEvent): void {
    for (const subscription of this.#subscriptions) this.lost += subscription.offer(event);
  }

  /** The same as publishing each of the samples in order, but only those that a subscriber keeps become events. */
  publishPacked(samples: PackedSamples): void {
    if (this.#subscriptions.size === 0) return;
    const readers = [...this.#subscriptions].map((subscription) => ({ subscription, left: samples.length }));
    const filtered = readers.filter(({ subscription }) => subscription.board !== undefined);
    if (filtered.length > 0) {
      for (const reader of filtered) reader.left = 0;
      samples.forEach(({ board }) => {
        for (const reader of filtered) if (reader.subscription.board === board) reader.left++;
      });
    }
    for (const { subscription, left } of readers) this.lost += subscription.passOver(left);
    let left = samples.length;
    // The newest that it takes for everybody to have theirs; one with a filter may need any.
    const needed =
      filtered.length > 0 ? left : Math.max(...readers.map((reader) => reader.subscription.capacity));
    samples.forEach((layout, at, first) => {
      if (--left >= needed) return;
      let event: SampleEvent | undefined;
      for (const reader of readers) {
        const { board, capacity } = reader.subscription;
        if (board !== undefined && board !== layout.board) continue;
        reader.left = board === undefined ? left : reader.left - 1;
        if (reader.left >= capacity) continue;
        event ??= { type: 'sample', ...samples.sampleAt(layout, at, first) };
        this.lost += reader.subscription.offer(event);
      }
    });
  }

  /** Ends every subscription after what waits for it, and those to come at once. */
  close(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.close();
  }
}

/** One subscriber's bounded queue. `for await (const events of subscription)` takes all that waits, each time. */
export class Subscription implements AsyncIterable<(LiveEvent | LostEvent)[]> {
  /** The board whose events it is of; undefined for all. */
  readonly board: string | undefined;
  readonly capacity: number;
  readonly #forget: () => void;
  #ring: LiveEvent[] = [];
  #oldest = 0; // where in the ring the oldest event is, once it is full
  #lost = 0; // since the last batch
  #open = true;
  #wake: (() => void) | undefined;

  /** Use `Feed.subscribe`. */
  constructor(board: string | undefined, capacity: number, forget: () => void) {
    this.board = board;
    this.capacity = capacity;
    this.#forget = forget;
  }

  /**
   * Of so many events that it would be offered now, all but the newest `capacity` are lost without being offered.
   * @returns how many these are
   */
  passOver(coming: number): number {
    const lost = Math.max(0, coming - this.capacity);
    this.#lost += lost;
    return lost;
  }

  /** @returns how many events were lost by it: 0 or 1 */
  offer(event: LiveEvent): number {
    if (this.board !== undefined && event.board !== this.board) return 0;
    const full = this.#ring.length === this.capacity;
    if (full) {
      this.#ring[this.#oldest] = event;
      this.#oldest = (this.#oldest + 1) % this.capacity;
      this.#lost++;
    } else {
      this.#ring.push(event);
    }
    this.#wake?.();
    return full ? 1 : 0;
  }

  /**
   * All that has come since the last call, at least one event; waits for the first.
   * @returns undefined once the subscription is closed and empty
   * @throws Error when another call is waiting
   */
  async next(): Promise<(LiveEvent | LostEvent)[] | undefined> {
    if (this.#wake) throw new Error('one reader at a time');
    while (this.#ring.length === 0) {
      if (!this.#open) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const events: (LiveEvent | LostEvent)[] = [
      ...this.#ring.slice(this.#oldest),
      ...this.#ring.slice(0, this.#oldest),
    ];
    if (this.#lost > 0) events.unshift({ type: 'lost', count: this.#lost });
    this.#ring = [];
    this.#oldest = 0;
    this.#lost = 0;
    return events;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<(LiveEvent | LostEvent)[], void> {
    try {
      for (let events = await this.next(); events; events = await this.next()) yield events;
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#open = false;
    this.#forget();
    this.#wake?.();
  }
}
