/**
 * What the page and the hub say to each other over the live WebSocket. Types alone: the page imports them, too.
 * Times are milliseconds since 1970 UTC.
 */
import type { AlertsState } from '../../hub/alerts/rule.ts';
import type { BoardInfo } from '../../hub/boards.ts';
import type { LiveEvent, LostEvent } from '../../hub/feed.ts';
import type { ScenePatch, SceneWhole } from '../../hub/scenes/messages.ts';
import type { Json, JsonObject, Value } from '../../wire/index.ts';
import type { Role } from '../access/tokens.ts';

/** The newest value of a metric: value, time, unit. */
export type Newest = [v: Value, t: number, unit?: string];

/** How well a board that says hello is heard: milliseconds there and back, and how strongly it hears its access point in dBm; null where it is not known. */
export type Signal = [board: string, roundTrip: number | null, rssi: number | null];

/** A board as a card shows it: what the hub knows of it since it was started, and its newest values, also those of before. */
export interface BoardCard {
  name: string;
  /** Null for a board of which only history is there. */
  info: BoardInfo | null;
  newest: Record<string, Newest>;
  /** There where an app draws a map of it. */
  hasMap?: true;
}

/** An event of one board; a sample, of which there are many, is `["s", t, values]`. */
export type BoardEvent =
  | ['s', number, Record<string, Value>]
  | Exclude<LiveEvent | LostEvent, { type: 'sample' }>;

/** `overview`: all boards, a few times a second. `board:NAME`: everything of one, at once. `alerts`: all rules, and the webhook. `scene:NAME`: the map that an app draws of it. */
export type ChannelName = 'overview' | 'alerts' | `board:${string}` | `scene:${string}`;

export type FromHub =
  /** The first. */
  | { hello: { run: string; time: number; role: Role } }
  /** Everything as it is now: after subscribing, and for a page that was behind. */
  | { ch: 'overview'; at: number; boards: BoardCard[] }
  /** What has changed since: the newest values, and boards that are otherwise. */
  | {
      ch: 'overview';
      at: number;
      values?: [board: string, newest: Record<string, Newest>][];
      changed?: BoardCard[];
      signals?: Signal[];
    }
  | { ch: `board:${string}`; at: number; card: BoardCard }
  /** What has happened; and, at most once a second, what the hub knows of the board then. */
  | { ch: `board:${string}`; at: number; events: BoardEvent[]; info?: BoardInfo }
  | ({ ch: 'alerts'; at: number } & AlertsState)
  /** The map as a whole, null where there is none: after subscribing, for a page that was behind, and when another takes its place. */
  | { ch: `scene:${string}`; at: number; scene: SceneWhole | null }
  /** What was drawn since; each has the number after the one before. */
  | { ch: `scene:${string}`; at: number; patches: readonly ScenePatch[] }
  /** The answer to a request. */
  | { re: number; ok: true; result?: Json }
  | { re: number; ok: false; code: string; message: string };

export type FromPage =
  | { sub: ChannelName[] }
  | { unsub: ChannelName[] }
  // What follows has `lang`, as `zh-CN`: the language of the answer.
  /** Steers: holds for as long as setpoints come, and not beyond the end of the connection. */
  | {
      id: number;
      lang?: string;
      set: { board: string; control: string; args: JsonObject; takeover?: boolean };
    }
  | { id: number; lang?: string; release: { board: string; control: string } }
  /** A raw line for a peer. */
  | { id: number; lang?: string; line: { board: string; text: string } };
