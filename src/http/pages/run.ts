import type { Alarm, Clock } from '../../clock.ts';
import type { Subscription } from '../../hub/feed.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Channel } from './channels.ts';
import { textFrame } from './frame.ts';
import type { ChannelName } from './messages.ts';
import { Overview } from './overview.ts';
import { SceneChannel } from './scene-channel.ts';

/** Milliseconds between two frames of the fastest channel. */
const FRAME_MS = 50;
/** Milliseconds between two questions whether a page is there: a phone that sleeps answers none. */
const CHECK_MS = 15_000;
/** Milliseconds between two looks how well boards are heard. */
const LOOK_MS = 5_000;

export interface RunEvents {
  flush(channel: Channel, frame: Uint8Array): void;
  /** @returns whether a page still waits */
  catchUp(): boolean;
  check(): void;
  failed(error: unknown): void;
}

/** From the first page that opens to the last that closes. */
export class Run {
  readonly overview: Overview;
  readonly channels = new Map<ChannelName, Channel>();
  readonly #clock: Clock;
  readonly #events: RunEvents;
  readonly #feed: Subscription;
  readonly #unwatch: () => void;
  readonly #due = new WeakMap<Channel, number>();
  #alarm: Alarm | undefined;
  #check: Alarm | undefined;
  #look: Alarm | undefined;
  #isOver = false;

  constructor(hub: Hub, clock: Clock, events: RunEvents) {
    this.#clock = clock;
    this.#events = events;
    this.overview = new Overview(hub);
    this.#feed = hub.subscribe();
    this.#unwatch = hub.scenes.watch({
      changed: (board) => this.#scene(board) && this.soon(),
      patched: (board, patch) => this.#scene(board)?.patched(patch),
      replaced: (board) => {
        this.#scene(board)?.replaced();
        this.overview.touch(board);
        this.soon();
      },
    });
    void this.#pump().catch(events.failed);
    void this.overview.begin().then(() => this.soon(), events.failed);
    this.#checkSoon();
    this.#lookSoon();
  }

  /** There is something to send. */
  soon(): void {
    if (this.#isOver) return;
    this.#alarm ??= this.#clock.alarm(FRAME_MS, () => this.#flush());
  }

  end(): void {
    this.#isOver = true;
    this.#alarm?.cancel();
    this.#check?.cancel();
    this.#look?.cancel();
    this.#unwatch();
    this.#feed.close();
  }

  #scene(board: string): SceneChannel | undefined {
    const channel = this.channels.get(`scene:${board}`);
    return channel instanceof SceneChannel ? channel : undefined;
  }

  async #pump(): Promise<void> {
    for await (const events of this.#feed) {
      for (const event of events) {
        this.overview.take(event);
        for (const channel of this.channels.values()) channel.take(event);
      }
      this.soon();
    }
  }

  #flush(): void {
    this.#alarm = undefined;
    const [now, at] = [this.#clock.monotonic(), this.#clock.now()];
    let waits = false;
    for (const channel of this.channels.values()) {
      if (now < (this.#due.get(channel) ?? 0)) {
        waits = true;
        continue;
      }
      const frame = channel.frame(at);
      if (!frame) continue;
      this.#due.set(channel, now + channel.everyMs);
      this.#events.flush(channel, textFrame(JSON.stringify(frame)));
    }
    if (this.#events.catchUp() || waits) this.soon();
  }

  #checkSoon(): void {
    this.#check = this.#clock.alarm(CHECK_MS, () => {
      this.#events.check();
      this.#checkSoon();
    });
  }

  #lookSoon(): void {
    this.#look = this.#clock.alarm(LOOK_MS, () => {
      if (this.overview.look()) this.soon();
      this.#lookSoon();
    });
  }
}
