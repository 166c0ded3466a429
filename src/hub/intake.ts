import type { Alarm, Clock } from '../clock.ts';
import type { Layout, PackedSamples } from '../store/packed.ts';
import type { Ack, Store, StoredText } from '../store/store.ts';
import type { Value } from '../wire/index.ts';
import { type Outcome, Round, type Sender } from './round.ts';

/**
 * Bytes of a round: seconds of a slow disk, or 170,000 samples of four values. There are two rounds. One is over by at most
 * what was read from a socket, or posted, at once.
 */
export const ROUND_BYTES = 8 * 1024 * 1024;
/** Bytes beyond that for those who cannot wait: streams that fill every round must not keep datagrams and posts out. */
export const RESERVE_BYTES = 2 * 1024 * 1024;

/**
 * Milliseconds from the beginning of one round to that of the next, unless somebody waits for it or it is full. What comes
 * after a silence is stored at once; a steady trickle costs 50 syncs a second at most, which an SD card lives longer with.
 */
export const ROUND_MS = 20;

export interface IntakeEvents {
  /** A round is stored, its senders know. The round is the intake's again when this returns. */
  stored(round: Round): void;
  /** The store failed. */
  failed(error: unknown): void;
}

/**
 * The one way into the store. While one round is on its way to the disk, all that comes meanwhile is gathered into the
 * next, whoever sent it: so a hundred boards share one fsync, and memory is that of two rounds.
 */
export class Intake {
  readonly #store: Store;
  readonly #events: IntakeEvents;
  #gathering = new Round();
  #other = new Round(); // being stored, or empty
  readonly #clock: Clock;
  #begun = Number.NEGATIVE_INFINITY; // when the last round began
  #soon: NodeJS.Immediate | undefined;
  #later: Alarm | undefined;
  #hurry = false; // somebody waits for the round that is gathered
  #running: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #closed = false;

  constructor(store: Store, clock: Clock, events: IntakeEvents) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
    this.#gathering.number = 1;
  }

  /** Whether more may be put in. Whoever cannot wait for room, and finds none, counts what it had as STORE_BEHIND. */
  hasRoom(canWait: boolean): boolean {
    return this.#gathering.bytes < (canWait ? ROUND_BYTES : ROUND_BYTES + RESERVE_BYTES);
  }

  /** Resolves when there is room again for those who wait, for as many as then fit, in the order in which they asked. One promise for all. */
  room(): Promise<void> {
    this.#room ??= Promise.withResolvers();
    const { promise } = this.#room;
    this.flush();
    return promise;
  }

  /** Where samples are put that are told of with `took` before anything else happens. */
  get samples(): PackedSamples {
    return this.#gathering.samples;
  }

  /** So many samples of this sender have been put into `samples`. */
  took(sender: Sender, samples: number): void {
    this.#gathering.took(sender, samples, 0);
    this.#beginSoon();
  }

  add(sender: Sender, layout: Layout, at: number, values: readonly Value[]): void {
    this.samples.add(layout, at, values);
    this.took(sender, 1);
  }

  addText(sender: Sender, text: StoredText): void {
    this.#gathering.addText(text);
    this.#gathering.took(sender, 0, 1);
    this.#beginSoon();
  }

  /** Resolves when all that this sender has put in is settled, and it knows; undefined when it is. */
  settled(sender: Sender): Promise<void> | undefined {
    if (this.#gathering.number === sender.round && !this.#gathering.isEmpty) {
      const { done } = this.#gathering;
      this.flush();
      return done;
    }
    return this.#other.number === sender.round && !this.#other.isEmpty ? this.#other.done : undefined;
  }

  /** Resolves when all that is in it now, of anybody, is settled; undefined when nothing is. */
  allSettled(): Promise<void> | undefined {
    if (this.#gathering.isEmpty) return this.#other.isEmpty ? undefined : this.#other.done;
    const { done } = this.#gathering;
    this.flush();
    return done;
  }

  /** Stores what has been gathered as soon as nothing else is being stored: somebody waits. */
  flush(): void {
    clearImmediate(this.#soon);
    this.#later?.cancel();
    this.#soon = undefined;
    this.#later = undefined;
    if (this.#gathering.isEmpty) return;
    if (this.#running) this.#hurry = true;
    else this.#running = this.#run();
  }

  /** Resolves when all is settled; what is put in after that is lost, as STORE_FAILED. */
  async close(): Promise<void> {
    for (this.flush(); this.#running; this.flush()) await this.#running;
    this.#closed = true;
  }

  /** After this turn of the event loop, so that what every socket has to read in it is one round; or when it is time. */
  #beginSoon(): void {
    const isFull = this.#gathering.bytes >= ROUND_BYTES;
    if (this.#running || this.#soon || (this.#later && !isFull)) return;
    const wait = isFull ? 0 : this.#begun + ROUND_MS - this.#clock.monotonic();
    if (wait > 0) this.#later = this.#clock.alarm(wait, () => this.flush());
    else this.#soon = setImmediate(() => this.flush());
  }

  async #run(): Promise<void> {
    do {
      this.#hurry = false;
      this.#begun = this.#clock.monotonic();
      const round = this.#gathering;
      this.#gathering = this.#other;
      this.#gathering.number = round.number + 1;
      this.#other = round;
      this.#room?.resolve();
      this.#room = undefined;
      const outcome = await this.#append(round, round.seal());
      if (outcome !== 'STORED') this.#gathering.stripNumberedOf(round);
      round.settle(outcome);
      if (outcome === 'STORED') this.#events.stored(round);
      round.clear();
    } while (this.#hurry);
    this.#running = undefined;
    if (!this.#gathering.isEmpty) this.#beginSoon();
  }

  async #append({ samples, texts }: Round, acks: readonly Ack[]): Promise<Outcome> {
    if (this.#closed) return 'STORE_FAILED';
    try {
      await this.#store.append({ samples, texts, acks });
      return 'STORED';
    } catch (error) {
      this.#events.failed(error);
      return 'STORE_FAILED';
    }
  }
}
