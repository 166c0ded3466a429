/** Who an MQTT client is, and what it may do: nothing, unless it has proved something or is near. */
import { timingSafeEqual } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { Access } from '../hub/access.ts';
import type { Hub } from '../hub/hub.ts';
import { KEY_BYTES, keyId } from '../hub/seal.ts';
import { isOwnAddress } from '../transport/lan.ts';
import { boardOf, type TopicName } from './boards/topics.ts';

/** Tokens of people and programs, as `kiteline access` makes them. */
export interface TokenSource {
  bySecret(secret: string): { id: string; role: 'operator' | 'viewer' } | undefined;
  onRevoke(told: (token: { id: string }) => void): () => void;
}

export interface AccessSettings {
  tokens?: TokenSource | undefined;
  /** From where clients without a password are let in: this machine (the default), private addresses, or nowhere. */
  open?: 'local' | 'private' | 'none';
}

/** A client that was let in. */
export type Who =
  /** A board with its key: its own name alone. */
  | { kind: 'board'; board: string; key: string }
  /** An operator's token: everything; a viewer's: reads everything. */
  | { kind: 'operator' | 'viewer'; token: string }
  /** A program of this machine without a password: everything but the names of boards that have keys. */
  | { kind: 'local' }
  /** The same of the local network: one board, whose name has no key, the first that it uses; and topics that are no board's. */
  | { kind: 'near'; board: string | undefined };

const KEY = new RegExp(`^[0-9a-f]{${2 * KEY_BYTES}}$`, 'i');

export class MqttAccess {
  readonly #hub: Hub;
  readonly #settings: AccessSettings;
  readonly #places = new Access({}, systemClock);

  constructor(hub: Hub, settings: AccessSettings) {
    this.#hub = hub;
    this.#settings = settings;
  }

  /** @returns undefined for nobody whom we know. @param host a numeric address */
  who(host: string, user: string | undefined, password: Uint8Array | undefined): Who | undefined {
    if (password !== undefined && password.length > 0) return this.#byPassword(user, Buffer.from(password));
    if (user !== undefined && this.#hub.keys.isClosed(user)) return undefined;
    const { open = 'local' } = this.#settings;
    if (open === 'none') return undefined;
    if (isOwnAddress(host)) return { kind: 'local' };
    if (open === 'private' && this.#places.isPrivate(host)) return { kind: 'near', board: user };
    return undefined;
  }

  /** Whether what it proved still holds. */
  isValid(who: Who): boolean {
    return who.kind !== 'board' || this.#hub.keys.find(who.board, who.key) !== undefined;
  }

  mayPublish(who: Who, { board, is }: TopicName): boolean {
    switch (who.kind) {
      case 'operator':
        return true;
      case 'viewer':
        return false;
      case 'board':
        return board === who.board && is !== 'set';
      case 'local':
        // To command boards is what programs of this machine may over TCP, too.
        return board === undefined || is === 'set' || !this.#hub.keys.isClosed(board);
      case 'near':
        if (board === undefined) return true;
        if (is === 'set' || this.#hub.keys.isClosed(board)) return false;
        who.board ??= board;
        return who.board === board;
    }
  }

  maySubscribe(who: Who, filter: string): boolean {
    switch (who.kind) {
      case 'operator':
      case 'viewer':
      case 'local':
        return true;
      case 'board':
        return boardOf(filter) === who.board;
      case 'near': {
        const board = boardOf(filter);
        if (board === undefined) return !/^([+#]|kiteline(\/|$))/.test(filter);
        who.board ??= board;
        return who.board === board && !this.#hub.keys.isClosed(board);
      }
    }
  }

  /** Whether it may be the board of this name: have its presence, and be given its commands. */
  mayBe(who: Who, board: string): boolean {
    if (who.kind === 'board') return who.board === board;
    return who.kind !== 'viewer' && !this.#hub.keys.isClosed(board);
  }

  #byPassword(user: string | undefined, password: Buffer): Who | undefined {
    const text = password.toString('latin1');
    const token = this.#settings.tokens?.bySecret(text);
    if (token) return { kind: token.role, token: token.id };
    if (user === undefined || !KEY.test(text)) return undefined;
    const given = Buffer.from(text, 'hex');
    const key = this.#hub.keys.find(user, keyId(given));
    return key && timingSafeEqual(key.key, given) ? { kind: 'board', board: user, key: key.id } : undefined;
  }
}

/** Whose a session is, so that a client id that somebody guesses is not enough to take it up. */
export const ownerOf = (who: Who): string =>
  who.kind === 'board' ? `board ${who.board}` : 'token' in who ? `token ${who.token}` : 'anybody';
