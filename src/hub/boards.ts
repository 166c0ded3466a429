import { type Heard, Recency } from '../recency.ts';
import type { Peer } from '../transport/transport.ts';
import type { Keys } from './keys.ts';
import { Layouts } from './layouts.ts';
import type { Presence } from './presence.ts';
import type { PresenceInfo } from './presence-info.ts';
import { count, type Reason, type ReasonCounts } from './reasons.ts';

/** Boards known at a time. Beyond it the one that was silent longest and has no connection is forgotten. */
const MAX_BOARDS = 10_000;

/** What the hub knows of a board. Plain data, a copy. */
export interface BoardInfo extends PresenceInfo {
  name: string;
  /** Where its newest message came from, and over what. */
  address: string;
  transport: string;
  /** Open connections; a board that sends datagrams or posts has none. */
  connections: number;
  /** Milliseconds since 1970 UTC. */
  firstSeen: number;
  lastSeen: number;
  messages: number;
  samples: number;
  texts: number;
  /** What was lost of it, by reason. */
  dropped: ReasonCounts;
}

/** A board as the hub keeps it. */
export class Board implements Heard<Board> {
  readonly name: string;
  readonly firstSeen: number;
  lastSeen: number;
  messages = 0;
  samples = 0;
  texts = 0;
  connections = 0;
  readonly dropped: ReasonCounts = {};
  readonly layouts: Layouts;
  /** Of one that has said hello. */
  presence: Presence | undefined;
  /** Whether it is one of the hub's boards, and not one that was forgotten. */
  known = true;
  older: Board | undefined;
  newer: Board | undefined;
  #address = '';
  #transport = '';
  #peer: Peer | undefined; // that spoke last

  constructor(name: string, now: number) {
    this.name = name;
    this.firstSeen = now;
    this.lastSeen = now;
    this.layouts = new Layouts(name);
  }

  get info(): BoardInfo {
    const { name, connections, firstSeen, lastSeen, messages, samples, texts } = this;
    return {
      name,
      address: this.#address,
      transport: this.#transport,
      connections,
      firstSeen,
      lastSeen,
      messages,
      samples,
      texts,
      dropped: { ...this.dropped },
      ...this.presence?.info,
    };
  }

  heard(peer: Peer, now: number): void {
    this.#peer = peer;
    this.#address = peer.address;
    this.#transport = peer.transport;
    this.lastSeen = now;
  }

  gone(peer: Peer): void {
    if (this.#peer === peer) this.#peer = undefined;
  }

  /** Sends a line in its session, or else bytes to where the board spoke from last. @returns false when it cannot be reached there, or does not read */
  send(bytes: Uint8Array): boolean {
    return (this.presence?.session ?? this.#peer)?.send(bytes) ?? false;
  }

  drop(reason: Reason, times = 1): void {
    count(this.dropped, reason, times);
  }
}

/** The boards, the one that was silent longest first. */
export class Boards {
  #byName = new Map<string, Board>();
  #row = new Recency<Board>();
  #max: number;
  #onNew: (board: Board) => void;
  evicted = 0;

  constructor(onNew: (board: Board) => void, max = MAX_BOARDS) {
    this.#onNew = onNew;
    this.#max = max;
  }

  get(name: string): Board | undefined {
    return this.#byName.get(name);
  }

  /**
   * The board of this name, which is now the one heard of last.
   * @param guess what it probably is, which saves the search for its name
   */
  touch(name: string, now: number, guess?: Board): Board {
    const known = guess?.known && guess.name === name ? guess : this.#byName.get(name);
    if (known) {
      this.#row.touch(known);
      return known;
    }
    if (this.#byName.size >= this.#max) this.#evict();
    const board = new Board(name, now);
    this.#byName.set(name, board);
    this.#row.add(board);
    this.#onNew(board);
    return board;
  }

  get names(): Iterable<string> {
    return this.#byName.keys();
  }

  list(): BoardInfo[] {
    return [...this.#row].map((board) => board.info);
  }

  /** Tells every board that has a session that the hub is closed now; what is steered stops. */
  farewell(): void {
    for (const { presence } of this.#row) {
      presence?.controls.close();
      presence?.session?.sayGoodbye('hub closed');
    }
  }

  /** Ends every session that has no key which is valid now, of a name that takes one. */
  checkKeys(keys: Keys): void {
    for (const { name, presence } of [...this.#row]) {
      const session = presence?.session;
      if (!session || !keys.isClosed(name)) continue;
      if (session.key === undefined || !keys.find(name, session.key)) session.end('REVOKED');
    }
  }

  #evict(): void {
    // Almost always the first; a row of silent but connected boards costs one walk along it.
    let victim = this.#row.oldest;
    for (const board of this.#row) {
      if (board.connections > 0) continue;
      victim = board;
      break;
    }
    if (!victim) return;
    this.#row.remove(victim);
    this.#byName.delete(victim.name);
    victim.known = false;
    victim.presence?.forget();
    this.evicted++;
  }
}
