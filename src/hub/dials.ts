/** All the boards that a hub dials. */
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { formatHostPort } from '../transport/address.ts';
import { Dial, type DialInfo, type DialParts } from './dial.ts';
import type { DialEvent } from './feed.ts';
import { DEAD_AFTER } from './heartbeat.ts';
import type { Inside } from './inside.ts';
import { parseUrl } from './listen.ts';

/** More are refused: each is a connection, or tries to be one every few seconds. */
const MAX_DIALS = 1_000;

/** What the feed tells of one. @param at milliseconds since 1970 */
const dialEvent = ({ url, state, why }: DialInfo, at: number): DialEvent => ({
  type: 'dial',
  board: url,
  at,
  state,
  ...(why !== undefined && { why }),
});

export class Dials {
  readonly #parts: DialParts;
  readonly #byUrl = new Map<string, Dial>();
  #isClosed = false;

  /** @param open see DialParts */
  constructor({ clock, feed, handlers, greeted, keepalive }: Inside, open: DialParts['open']) {
    this.#parts = {
      clock,
      open,
      changed: (info) => {
        feed.publish(dialEvent(info, clock.now()));
        handlers.dial(info);
      },
      over: (url) => {
        if (!this.#isClosed) this.#byUrl.delete(url);
      },
      isBoard: (peer) => greeted.has(peer),
      helloMs: DEAD_AFTER * keepalive,
    };
  }

  /** Dialling one twice is dialling it once. @throws KitelineError BAD_ARGUMENT */
  add(text: string): Dial {
    const { protocol, host, port } = parseUrl(text);
    if (protocol !== 'tcp') {
      throw new KitelineError(
        'BAD_ARGUMENT',
        say(
          `A board is dialled by TCP: tcp://${formatHostPort(host, port)}, not ${text}.`,
          `拨号连接板子使用 TCP：请写 tcp://${formatHostPort(host, port)}，而不是 ${text}。`,
        ),
      );
    }
    const url = `tcp://${formatHostPort(host, port)}`;
    const known = this.#byUrl.get(url);
    if (known) return known;
    if (this.#byUrl.size >= MAX_DIALS) {
      throw new KitelineError(
        'BAD_ARGUMENT',
        say(`At most ${MAX_DIALS} boards are dialled.`, `最多拨号连接 ${MAX_DIALS} 块板子。`),
      );
    }
    const dial = new Dial(url, { host, port }, this.#parts);
    this.#byUrl.set(url, dial);
    return dial;
  }

  list(): DialInfo[] {
    return [...this.#byUrl.values()].map((dial) => dial.info);
  }

  /** Ends all of them; how it stood with each can still be asked. */
  close(): void {
    this.#isClosed = true;
    for (const dial of this.#byUrl.values()) dial.close();
  }
}
