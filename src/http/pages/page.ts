import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { AccessToken } from '../access/tokens.ts';
import type { Channel } from './channels.ts';
import type { FromHub } from './messages.ts';

/** Bytes that may wait for a page before it is given no more: a frame of 200 boards, and a phone's Wi-Fi for half a second. */
const BEHIND_BYTES = 65_536;
/** It has caught up when no more than this waits. */
const CAUGHT_UP_BYTES = 8_192;

/** One page that is open: what it is subscribed to, and whether it keeps up. */
export class Page {
  readonly token: AccessToken;
  /** Who it is, for whoever wants to steer what this page steers. */
  readonly holder: string;
  readonly #socket: WebSocket;
  readonly #connection: Duplex; // that it is on
  readonly #channels = new Set<Channel>();
  readonly #owed = new Set<Channel>(); // whose state it must get as a whole
  /** Whether the peer has answered since it was asked last. */
  isAlive = true;

  constructor(socket: WebSocket, connection: Duplex, token: AccessToken, holder: string) {
    this.#socket = socket;
    this.#connection = connection;
    this.token = token;
    this.holder = holder;
  }

  get channels(): Iterable<Channel> {
    return this.#channels;
  }

  get isBehind(): boolean {
    return this.#owed.size > 0;
  }

  subscribe(channel: Channel): void {
    this.#channels.add(channel);
    this.#owed.add(channel);
  }

  unsubscribe(channel: Channel): void {
    this.#channels.delete(channel);
    this.#owed.delete(channel);
  }

  /** Gives it a frame that all get, as it goes onto the wire. @returns false when it is behind: then it gets the whole state later */
  give(channel: Channel, frame: Uint8Array): boolean {
    if (!this.#channels.has(channel)) return true;
    if (this.#owed.has(channel)) return false;
    if (this.#socket.bufferedAmount > BEHIND_BYTES) {
      this.#owed.add(channel);
      return false;
    }
    // Past `ws`, which would frame it once for each page; nothing of its own is ever half written (no compression, no fragments).
    if (this.#socket.readyState === this.#socket.OPEN) this.#connection.write(frame);
    return true;
  }

  /** The channels whose whole state it may get now. */
  takeOwed(): Channel[] {
    if (this.#owed.size === 0 || this.#socket.bufferedAmount > CAUGHT_UP_BYTES) return [];
    const owed = [...this.#owed];
    this.#owed.clear();
    return owed;
  }

  /** What is for this page alone: few, since each answers a request of its own. */
  tell(message: FromHub): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Asks whether somebody is there; without an answer to the last question ends it. */
  check(): void {
    if (!this.isAlive) {
      this.#socket.terminate();
      return;
    }
    this.isAlive = false;
    this.#socket.ping();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  close(code: number, why: string): void {
    this.#socket.close(code, why);
  }
}
