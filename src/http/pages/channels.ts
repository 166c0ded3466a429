import type { Alerts } from '../../hub/alerts/alerts.ts';
import type { LiveEvent, LostEvent } from '../../hub/feed.ts';
import type { BoardEvent, ChannelName, FromHub } from './messages.ts';
import type { Overview } from './overview.ts';

/** Events of one board that wait for the next frame, 50 ms of 20,000 samples a second; then the oldest go and the page is told. */
const MOST_EVENTS = 1_000;

/** Milliseconds between two looks at a board's counters. */
const INFO_MS = 1_000;

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
  /** Nobody is subscribed to it any more. */
  end?(): void;
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

/** The alert rules and the webhook: all of them, whenever something of them has changed. */
export class AlertsChannel implements Channel {
  readonly name = 'alerts';
  readonly everyMs = 250;
  readonly #alerts: Alerts;
  #isTold = true; // whoever subscribes gets them as a whole
  readonly #forget: () => void;

  /** @param soon called when there is something to send */
  constructor(alerts: Alerts, soon: () => void) {
    this.#alerts = alerts;
    this.#forget = alerts.onChange(() => {
      this.#isTold = false;
      soon();
    });
  }

  take(): void {} // they say themselves when they have changed

  frame(at: number): FromHub | undefined {
    if (this.#isTold) return undefined;
    this.#isTold = true;
    return { ch: this.name, at, ...this.#alerts.state };
  }

  async full(at: number): Promise<FromHub> {
    return { ch: this.name, at, ...this.#alerts.state };
  }

  end(): void {
    this.#forget();
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
  #infoAt = Number.NEGATIVE_INFINITY;

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
    const info = Math.abs(at - this.#infoAt) >= INFO_MS ? this.#overview.infoOf(this.#board) : undefined;
    if (info) this.#infoAt = at;
    return { ch: this.name, at, events, ...(info && { info }) };
  }

  async full(at: number): Promise<FromHub> {
    return { ch: this.name, at, card: await this.#overview.card(this.#board) };
  }
}
