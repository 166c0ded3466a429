import type { LiveEvent, LostEvent, Subscription } from '../../hub/feed.ts';
import type { Hub } from '../../hub/hub.ts';
import { topicOf } from './names.ts';
import { payloadOf } from './values.ts';

/** Events that wait while the broker is gone or slow; then the oldest go, counted. Ten seconds of a thousand samples a second. */
const CAPACITY = 10_000;
/** Publishes that are not acknowledged: what a broker keeps for a slow subscriber by default, and half a megabyte of ours. */
const MOST_OPEN = 1_000;

export interface OutwardOptions {
  hub: Hub;
  /** Whether a board's samples are on the broker already, because it published them there. */
  isThere: (board: string) => boolean;
  /** Publishes with QoS 1, kept by the broker. Resolves when it is acknowledged, or never will be: false. */
  publish: (topic: string, payload: string) => Promise<boolean>;
}

/** What the hub knows of its boards, on the broker: each metric on a topic of its own, and whether boards are there. */
export class Outward {
  readonly #options: OutwardOptions;
  readonly #events: Subscription;
  #open = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #isOnline = Promise.withResolvers<void>();
  /** What was not published: too much waited, or the broker does not let us. */
  dropped = 0;

  constructor(options: OutwardOptions) {
    this.#options = options;
    this.#events = options.hub.subscribe({ capacity: CAPACITY });
    void this.#run();
  }

  /** The broker is there: what waits goes, and who is there is told. */
  begins(): void {
    for (const { name, presence } of this.#options.hub.boards())
      if (presence) this.#status(name, presence.state === 'online');
    this.#isOnline.resolve();
  }

  /** The broker is gone: what comes waits. */
  pauses(): void {
    this.#isOnline.resolve();
    this.#isOnline = Promise.withResolvers();
  }

  close(): void {
    this.#events.close();
    this.#isOnline.resolve();
    this.#room?.resolve();
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#isOnline.promise;
      const events = await this.#events.next();
      if (!events) return;
      for (const event of events) {
        if (this.#open >= MOST_OPEN) await this.#waitForRoom();
        this.#take(event);
      }
    }
  }

  #take(event: LiveEvent | LostEvent): void {
    if (event.type === 'lost') {
      this.dropped += event.count;
      return;
    }
    if (event.type === 'presence') this.#status(event.board, event.state === 'online');
    if (event.type !== 'sample' || this.#options.isThere(event.board)) return;
    for (const [metric, value] of event.values) this.#send(topicOf(event.board, metric), payloadOf(value));
  }

  #status(board: string, isOnline: boolean): void {
    if (!this.#options.isThere(board)) this.#send(topicOf(board, 'status'), isOnline ? 'online' : 'offline');
  }

  #send(topic: string, payload: string): void {
    this.#open++;
    void this.#options.publish(topic, payload).then((isTaken) => {
      if (!isTaken) this.dropped++;
      this.#open--;
      this.#room?.resolve();
      this.#room = undefined;
    });
  }

  #waitForRoom(): Promise<void> {
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }
}
