import { type Clock, systemClock } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';
import { Places } from '../transport/places.ts';
import { type AccessSettings, MqttAccess } from './access.ts';
import { Fleet } from './boards/fleet.ts';
import type { Connection } from './connection.ts';
import type { Journal } from './journal/journal.ts';
import type { Message, MqttCounts, MqttReason } from './message.ts';
import type { Qos, Subscription } from './packet/types.ts';
import { type Route, Routes } from './routes.ts';
import { ClientSession } from './session.ts';
import { type Retained, RetainedMessages } from './topics/retained.ts';
import { SubscriptionTree } from './topics/tree.ts';

export const brokerLimits = {
  /** Connections at a time; one more takes the oldest place of the host that has most. */
  connections: 16_384,
  /** Sessions, with or without a connection; then the one that is gone longest is forgotten. */
  sessions: 20_000,
  /** Filters of all sessions. */
  subscriptions: 200_000,
} as const;

/** A publish as it came: `bytes[from..to)` is the whole packet. */
export interface Raw {
  bytes: Buffer;
  from: number;
  to: number;
}

export interface BrokerOptions extends AccessSettings {
  journal?: Journal | undefined;
  clock?: Clock;
}

/** Sessions, subscriptions and retained messages: who gets what. */
export class Broker {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly access: MqttAccess;
  readonly fleet: Fleet;
  readonly counts: MqttCounts = {};
  readonly tree = new SubscriptionTree<ClientSession>();
  readonly retained = new RetainedMessages();
  readonly #journal: Journal | undefined;
  readonly #sessions = new Map<string, ClientSession>();
  readonly #connections = new Map<ClientSession, Connection>();
  readonly #places = new Places<Connection>(brokerLimits.connections);
  readonly #all = new Set<Connection>();
  readonly #routes = new Routes(this.tree);
  #toFlush: Connection[] = [];
  #isFlushing = false;
  #whenEmpty = () => {};

  constructor(hub: Hub, { journal, clock = systemClock, ...access }: BrokerOptions) {
    this.hub = hub;
    this.clock = clock;
    this.access = new MqttAccess(hub, access);
    this.#journal = journal;
    for (const message of journal?.retained ?? []) this.retained.set(message);
    for (const session of journal?.sessions ?? []) this.#restore(session);
    journal?.attach(() => this.retained.values());
    this.fleet = new Fleet(this);
    hub.keys.onChange(() => this.endWhere(({ who }) => who !== undefined && !this.access.isValid(who)));
    access.tokens?.onRevoke(({ id }) =>
      this.endWhere(({ who }) => who !== undefined && 'token' in who && who.token === id),
    );
  }

  /** Connections that are open now, whoever they are. */
  get connections(): number {
    return this.#all.size;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  count(reason: MqttReason, times = 1): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + times;
  }

  /** A new connection takes a place. @returns false when there is none for it */
  admit(connection: Connection): boolean {
    const loser = this.#places.take(connection);
    if (loser) this.count('TOO_MANY_CONNECTIONS');
    if (loser === 'full') return false;
    loser?.evict();
    this.#all.add(connection);
    return true;
  }

  /**
   * The session of a client id: the one there is, unless a clean one is asked for (section 3.1.2.4). Whoever has it now is cut off
   * [MQTT-3.1.4-2].
   * @returns why there is none, if so: it is somebody else's, or there are too many
   */
  takeUp(
    clientId: string,
    owner: string,
    clean: boolean,
  ): { session: ClientSession; isPresent: boolean } | 'NOT_ALLOWED' | 'TOO_MANY_SESSIONS' {
    const known = this.#sessions.get(clientId);
    if (known && known.owner !== owner) return 'NOT_ALLOWED';
    if (known) this.#connections.get(known)?.close();
    const left = this.#sessions.get(clientId);
    if (left && !clean) return { session: left, isPresent: true };
    if (left) this.#forget(left);
    if (this.#sessions.size >= brokerLimits.sessions && !this.#forgetOldest()) return 'TOO_MANY_SESSIONS';
    const session = new ClientSession(clientId, owner, clean);
    this.#sessions.set(clientId, session);
    if (!clean && this.#journal) {
      session.journal = this.#journal;
      this.#journal.opened(session);
    }
    return { session, isPresent: false };
  }

  /** Its CONNECT was answered. */
  opened(connection: Connection, session: ClientSession): void {
    this.#connections.set(session, connection);
    session.attach(connection);
  }

  /** A connection has ended, for its client or for us: its will is published, its boards are gone. */
  over(connection: Connection): void {
    const { session, links, will, who, saidGoodbye } = connection;
    if (session && this.#connections.get(session) === connection) {
      this.#connections.delete(session);
      session.detach(this.clock.monotonic());
      if (session.isClean) this.#forget(session);
    }
    links?.gone(saidGoodbye ? 'CLOSED' : 'RESET');
    connection.will = undefined;
    const route = will && this.routeNamed(will.topic);
    if (!will || !route || !who || route.isTooLong || !this.access.mayPublish(who, route.name)) return;
    this.publish(route, will.payload, will.qos, will.retain);
    void this.kept();
  }

  /** Its socket is closed. */
  gone(connection: Connection): void {
    this.#places.leave(connection);
    this.#all.delete(connection);
    if (this.#all.size === 0) this.#whenEmpty();
  }

  endWhere(is: (connection: Connection) => boolean): void {
    for (const connection of [...this.#all]) if (is(connection)) connection.close();
  }

  routeOf(bytes: Buffer, from: number, to: number, hint: Route | undefined): Route | undefined {
    return this.#routes.of(bytes, from, to, hint);
  }

  routeNamed(topic: string): Route | undefined {
    return this.#routes.named(topic);
  }

  /**
   * Gives a message to all who take it.
   * @param payload the caller's again when this returns
   * @param from who is held up while a client that takes it has too much
   * @returns whether something of it is kept over a restart
   */
  publish(route: Route, payload: Buffer, qos: Qos, retain: boolean, raw?: Raw, from?: Connection): boolean {
    let isKept = false;
    if (retain) isKept = this.#retain({ topic: route.topic, payload: Buffer.from(payload), qos });
    let message: Message | undefined;
    for (const { subscriber, qos: most } of this.#routes.takersOf(route)) {
      const level = qos < most ? qos : most;
      const direct = raw && level === 0 ? this.#connections.get(subscriber) : undefined;
      if (direct && raw) {
        if (!direct.forward(raw.bytes, raw.from, raw.to)) this.count('CLIENT_NOT_READING');
        continue;
      }
      message ??= { topic: route.topic, topicBytes: route.topicBytes, payload, qos };
      if (!subscriber.deliver(message, level, false))
        this.count(level === 0 ? 'CLIENT_NOT_READING' : 'QUEUE_FULL');
      const room = level > 0 ? subscriber.room(this.clock) : undefined;
      if (room) from?.holdFor(room);
      isKept ||= level > 0 && subscriber.journal !== undefined;
    }
    return isKept;
  }

  /** A message that is not taken from its client. */
  refusedPublish({ end }: Connection, { name, topic }: Route, reason: MqttReason): void {
    this.count(reason);
    if (reason !== 'NOT_ALLOWED' || name.board === undefined) return;
    this.hub.refuse(
      this.hub.keys.isClosed(name.board) ? 'NO_PROOF' : 'NOT_ALLOWED',
      name.board || topic,
      end,
    );
  }

  subscribe(session: ClientSession, { filter, qos }: Subscription): void {
    session.subscriptions.set(filter, qos);
    this.tree.add(filter, session, qos);
    if (session.journal) this.#journal?.subscribed(session, filter, qos);
  }

  unsubscribe(session: ClientSession, filter: string): void {
    if (!session.subscriptions.delete(filter)) return;
    this.tree.remove(filter, session);
    if (session.journal) this.#journal?.unsubscribed(session, filter);
  }

  /** What is retained of a new subscription, as such [MQTT-3.3.1-8]; and the newest of boards that do not come by MQTT. */
  sendRetained(session: ClientSession, filter: string, qos: Qos): void {
    for (const one of this.retained.matching(filter)) this.sendOne(session, one, qos);
    void this.fleet.sendNewest(session, filter, qos);
  }

  sendOne(session: ClientSession, { topic, payload, qos }: Retained, most: Qos): void {
    const message = { topic, topicBytes: Buffer.from(topic), payload, qos };
    const level = qos < most ? qos : most;
    if (!session.deliver(message, level, true)) this.count(level === 0 ? 'CLIENT_NOT_READING' : 'QUEUE_FULL');
  }

  /** Resolves, true, when what was changed until now is kept over a restart; undefined where it is, or nothing is kept. */
  kept(): Promise<boolean> | undefined {
    return this.#journal?.flush();
  }

  /** What a connection gathers is sent at the end of this turn. */
  toFlush(connection: Connection): void {
    this.#toFlush.push(connection);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      const connections = this.#toFlush;
      this.#toFlush = [];
      for (const one of connections) one.flush();
    });
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    this.fleet.close();
    for (const connection of [...this.#all]) connection.close();
    if (this.#all.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve;
      });
    }
    await this.#journal?.close();
  }

  #retain(message: Retained): boolean {
    if (!this.retained.set(message)) {
      this.count('TOO_MANY_RETAINED');
      return false;
    }
    this.#journal?.retains(message);
    return this.#journal !== undefined;
  }

  #restore(session: ClientSession): void {
    this.#sessions.set(session.clientId, session);
    session.journal = this.#journal;
    session.goneAt = this.clock.monotonic();
    for (const [filter, qos] of session.subscriptions) this.tree.add(filter, session, qos);
  }

  #forget(session: ClientSession): void {
    for (const filter of session.subscriptions.keys()) this.tree.remove(filter, session);
    this.#sessions.delete(session.clientId);
    if (session.journal) this.#journal?.forgot(session);
    session.journal = undefined;
  }

  /** @returns whether there was one that could be */
  #forgetOldest(): boolean {
    let oldest: ClientSession | undefined;
    for (const session of this.#sessions.values())
      if (session.goneAt !== undefined && session.goneAt < (oldest?.goneAt ?? Number.POSITIVE_INFINITY))
        oldest = session;
    if (!oldest) return false;
    this.count('TOO_MANY_SESSIONS');
    this.#forget(oldest);
    return true;
  }
}
