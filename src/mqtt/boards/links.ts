import { isObject, type JsonObject } from '../../wire/index.ts';
import type { Who } from '../access.ts';
import type { Broker } from '../broker.ts';
import { jsonOf } from '../join/values.ts';
import type { MqttReason } from '../message.ts';
import { type ClientEnd, Link, type LinkEvents } from './link.ts';
import { lineOf, valueLineOf } from './payload.ts';
import type { TopicName } from './topics.ts';

/** Boards that one connection speaks for: a gateway's fleet. */
const MAX_LINKS = 1_000;

/** What a connection's publishes are to the hub: of each board that it speaks for a link. */
export class Links {
  readonly #broker: Broker;
  readonly #end: ClientEnd;
  readonly #who: Who;
  readonly #keepaliveMs: number;
  readonly #events: LinkEvents;
  readonly #byBoard = new Map<string, Link>();
  readonly #full = new Set<Link>(); // those that have something to hand in

  constructor(broker: Broker, end: ClientEnd, who: Who, keepaliveMs: number, events: LinkEvents) {
    this.#broker = broker;
    this.#end = end;
    this.#who = who;
    this.#keepaliveMs = keepaliveMs;
    this.#events = {
      ...events,
      over: (link, why) => {
        if (this.#byBoard.get(link.board) === link) events.over(link, why);
      },
    };
  }

  /**
   * From here on it is this board, with presence and commands, if it may.
   * @param said what it says of itself; a link that has said hello already is replaced by one that says this
   */
  greet(board: string, said?: JsonObject): Link | undefined {
    if (!this.#broker.access.mayBe(this.#who, board)) return undefined;
    const known = this.greetedAs(board);
    if (known && (!said || known.isSaying(said))) return known;
    const link = known ? this.#new(board) : this.#of(board);
    if (!link) return undefined;
    this.#broker.fleet.greeted(link);
    link.greet(this.#keepaliveMs, said);
    this.#full.add(link);
    return link;
  }

  /** The board that it is, if it is that one. */
  greetedAs(board: string): Link | undefined {
    const link = this.#byBoard.get(board);
    return link?.hasGreeted && !link.isOver ? link : undefined;
  }

  /** A publish under a board's name. @returns why nothing came of it, if so */
  take(name: TopicName, payload: Buffer, isAcknowledged: boolean): MqttReason | undefined {
    const { is, board, item, head } = name;
    if (board === undefined || payload.length === 0) return undefined; // nothing clears a retained message
    if (is === 'error') return this.#failed(board, item, payload);
    if (is === 'hello') return this.#hello(board, payload);
    if (is !== 'samples' && is !== 'value') return undefined;
    const unit = is === 'samples' ? lineOf(payload) : valueLineOf(head as Buffer, payload);
    const link = unit && this.#of(board);
    if (!link) return 'BAD_PAYLOAD';
    link.put(unit, isAcknowledged);
    if (is === 'value' && link.hasGreeted) link.replied(item, payload);
    this.#full.add(link);
    return undefined;
  }

  /** Hands in all that was taken. As `Link.flush`. */
  flush(): { wait?: Promise<unknown>; stored?: Promise<boolean> } {
    if (this.#full.size === 0) return {};
    const waits: Promise<void>[] = [];
    const stored: Promise<boolean>[] = [];
    for (const link of this.#full) {
      this.#broker.fleet.heard(link.board);
      const one = link.flush();
      if (one.wait) waits.push(one.wait);
      if (one.stored) stored.push(one.stored);
    }
    this.#full.clear();
    return {
      ...(waits.length > 0 && { wait: Promise.all(waits) }),
      ...(stored.length > 0 && { stored: Promise.all(stored).then((all) => all.every((is) => is)) }),
    };
  }

  /** The connection is gone. */
  gone(why: 'CLOSED' | 'RESET'): void {
    for (const link of this.#byBoard.values()) {
      this.#broker.fleet.gone(link);
      link.gone(why);
    }
    this.#byBoard.clear();
  }

  #failed(board: string, command: string, payload: Buffer): undefined {
    const link = this.greetedAs(board);
    link?.failed(command, payload);
    if (link) this.#full.add(link);
  }

  #hello(board: string, payload: Buffer): MqttReason | undefined {
    const said = jsonOf(payload.toString());
    if (!isObject(said)) return 'BAD_PAYLOAD';
    this.greet(board, said);
    return undefined;
  }

  #of(board: string): Link | undefined {
    const known = this.#byBoard.get(board);
    if (known && !known.isOver) return known;
    return known || this.#byBoard.size < MAX_LINKS ? this.#new(board) : undefined;
  }

  #new(board: string): Link {
    const before = this.#byBoard.get(board);
    if (before) this.#broker.fleet.gone(before);
    const key = this.#who.kind === 'board' ? this.#who.key : undefined;
    const link = new Link(this.#broker.hub, board, this.#end, key, this.#events);
    this.#byBoard.set(board, link);
    return link;
  }
}
