import type { LiveEvent, LostEvent } from '../../hub/feed.ts';
import type { BoardEvent, ChannelName, FromHub } from './messages.ts';
import type { Overview } from './overview.ts';

/** Events of one board that wait for the next frame, 50 ms of 20,000 samples a second; then the oldest go and the page is told. */
const MOST_EVENTS = 1_000;

/** What pages can subscribe to: each frame is made once, for all who do. */
export interface Channel {
  readonly name: ChannelName;
  /** Milliseconds between two frames, at least. */
  readonly everyMs: number;
  take(event: LiveEvent | LostEvent): void;
  /** What has come since the last; undefined for nothing. */
  frame(at: number): FromHub | undefined;
  /** For whoever comes anew, or was behind. */
  full(at: number): Promise<FromHub>;
}

/** All boards, as fast as a person reads. */
export class OverviewChannel implements Channel {
  readonly name = 'overview';
  readonly everyMs = 250;
  readonly #overview: Overview;

  constructor(overview: Overview) {
    this.#overview = overview;
  }

  take(): void {} // the overview takes everything itself, for the cards of other channels as well

  frame(at: number): FromHub | undefined {
    return this.#overview.frame(at);
  }

  async full(at: number): Promise<FromHub> {
    return this.#overview.full(at);
  }
}

/** Everything of one board, as fast as a chart draws. */
export class BoardChannel implements Channel {
  readonly name: `board:${string}`;
  readonly everyMs = 50;
  readonly #board: string;
  readonly #overview: Overview;
  #events: BoardEvent[] = [];
  #lost = 0;

  constructor(board: string, overview: Overview) {
    this.name = `board:${board}`;
    this.#board = board;
    this.#overview = overview;
  }

  take(event: LiveEvent | LostEvent): void {
    if (event.type !== 'lost' && event.board !== this.#board) return;
    if (this.#events.length >= MOST_EVENTS) {
      this.#events.shift();
      this.#lost++;
    }
    this.#events.push(event.type === 'sample' ? ['s', event.at, Object.fromEntries(event.values)] : event);
  }

  frame(at: number): FromHub | undefined {
    if (this.#events.length === 0) return undefined;
    const events = this.#events;
    if (this.#lost > 0) events.unshift({ type: 'lost', count: this.#lost });
    this.#events = [];
    this.#lost = 0;
    return { ch: this.name, at, events };
  }

  async full(at: number): Promise<FromHub> {
    return { ch: this.name, at, card: await this.#overview.card(this.#board) };
  }
}
