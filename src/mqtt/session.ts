import type { Clock } from '../clock.ts';
import { costOf, DeliveryQueue } from './delivery-queue.ts';
import type { Message } from './message.ts';
import { ackOf } from './packet/encode.ts';
import { type Qos, TYPE } from './packet/types.ts';
import { matches } from './topics/filter.ts';

export const sessionLimits = {
  /** Filters of a session. */
  subscriptions: 1_000,
  /** Messages that are sent and not acknowledged. More keep a link busy; a chip has room for few. */
  underWay: 64,
  /** Messages that wait behind those, and their bytes: what a client misses in minutes, not in weeks. */
  queued: 1_000,
  queuedBytes: 1024 * 1024,
  /** The same while the client is there and takes them: what 100 publishers may have read into us before they are held up. */
  queuedLive: 100_000,
  queuedLiveBytes: 16 * 1024 * 1024,
  /** Milliseconds that publishers are held up for a client that takes its messages more slowly; after that it loses them. */
  holdMs: 1_000,
  /** Packet ids of QoS 2 whose PUBREL has not come. A client that has more of them under way is broken. */
  received: 1_024,
} as const;

/** A message of QoS 1 or 2 on its way to a client. */
export interface Delivery {
  readonly message: Message;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Rising in a session: what the journal calls it. */
  readonly number: number;
  /** Of QoS 2: the client has it, and its PUBREL is under way. */
  isReleased: boolean;
}

/** What a session needs of the connection that it has. */
export interface Outlet {
  publish(message: Message, qos: Qos, retain: boolean, dup: boolean, id: number): boolean;
  write(packet: Buffer): void;
}

/** Where a session that outlives its connection is kept. */
export interface SessionJournal {
  queued(session: ClientSession, delivery: Delivery): void;
  sent(session: ClientSession, delivery: Delivery, id: number): void;
  released(session: ClientSession, delivery: Delivery): void;
  done(session: ClientSession, delivery: Delivery): void;
  /** A QoS 2 message of the client, and its PUBREL. */
  received(session: ClientSession, id: number): void;
  settled(session: ClientSession, id: number): void;
}

const LAST_ID = 0xffff;

/** A client's session (section 4.1): what of it outlives a connection, unless it is clean. */
export class ClientSession {
  readonly clientId: string;
  /** Whose it is: nobody else takes it up. */
  readonly owner: string;
  readonly isClean: boolean;
  /** Filter → QoS. */
  readonly subscriptions = new Map<string, Qos>();
  /** Ids of QoS 2 messages that were taken, until their PUBREL. */
  readonly received = new Set<number>();
  /** When its connection went; undefined while it has one. Milliseconds of the broker's monotonic clock. */
  goneAt: number | undefined;
  journal: SessionJournal | undefined;
  #outlet: Outlet | undefined;
  readonly #underWay = new Map<number, Delivery>(); // by packet id, in the order in which they were sent [MQTT-4.6.0-1]
  readonly #queue = new DeliveryQueue();
  #lastId = 0;
  #lastNumber = 0;
  #room: PromiseWithResolvers<void> | undefined; // for those that are held up
  #isSlow = false; // they were, and it did not help

  constructor(clientId: string, owner: string, isClean: boolean) {
    this.clientId = clientId;
    this.owner = owner;
    this.isClean = isClean;
  }

  get isConnected(): boolean {
    return this.#outlet !== undefined;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Messages that are not acknowledged, the oldest first, with the packet ids of those that were sent. */
  get open(): { delivery: Delivery; id: number | undefined }[] {
    const sent = [...this.#underWay].map(([id, delivery]) => ({ delivery, id }));
    return [...sent, ...[...this.#queue].map((delivery) => ({ delivery, id: undefined }))];
  }

  /** Sends again what was not acknowledged [MQTT-4.4.0-1], then what has waited. */
  attach(outlet: Outlet): void {
    this.#outlet = outlet;
    this.goneAt = undefined;
    for (const [id, { message, qos, retain, isReleased }] of this.#underWay) {
      if (isReleased) outlet.write(ackOf(TYPE.PUBREL, id));
      else outlet.publish(message, qos, retain, true, id);
    }
    this.#next();
  }

  /** Its connection is gone. */
  detach(now: number): void {
    this.#outlet = undefined;
    this.goneAt = now;
    this.#letGo();
  }

  /**
   * A message for the client.
   * @returns false when it is lost: there is no room for it, or nobody to take it
   */
  deliver(message: Message, qos: Qos, retain: boolean): boolean {
    if (qos === 0) return this.#outlet?.publish(message, 0, retain, false, 0) ?? true;
    if (this.#outlet && this.#underWay.size < sessionLimits.underWay && this.#queue.length === 0) {
      this.#send(this.#outlet, this.#delivery(message, qos, retain));
      return true;
    }
    const bytes = costOf(message);
    const isLive = this.#outlet !== undefined && !this.#isSlow;
    const most = isLive ? sessionLimits.queuedLive : sessionLimits.queued;
    const mostBytes = isLive ? sessionLimits.queuedLiveBytes : sessionLimits.queuedBytes;
    if (this.#queue.length >= most || this.#queue.bytes + bytes > mostBytes) return false;
    this.#queue.push(this.#delivery(message, qos, retain));
    return true;
  }

  /**
   * Whether whoever publishes to it is to be held up: it has more than a queue's worth, and takes them.
   * @returns a promise of when there is room, or it is taken for too slow; undefined where nobody is held up
   */
  room(clock: Clock): Promise<void> | undefined {
    const isFull =
      this.#queue.length >= sessionLimits.queued || this.#queue.bytes >= sessionLimits.queuedBytes;
    if (!isFull || !this.#outlet || this.#isSlow) return undefined;
    if (!this.#room) {
      const room = Promise.withResolvers<void>();
      this.#room = room;
      const alarm = clock.alarm(sessionLimits.holdMs, () => {
        this.#isSlow = true;
        this.#letGo();
      });
      void room.promise.then(() => alarm.cancel());
    }
    return this.#room.promise;
  }

  /** PUBACK (section 4.3.2); one that acknowledges nothing is harmless. */
  acknowledged(id: number): void {
    const delivery = this.#underWay.get(id);
    if (delivery?.qos === 1) this.#done(id, delivery);
  }

  /** PUBREC: answered with PUBREL in any case [MQTT-4.3.3-1]. */
  receivedBy(id: number): void {
    const delivery = this.#underWay.get(id);
    if (delivery?.qos === 2 && !delivery.isReleased) {
      delivery.isReleased = true;
      this.journal?.released(this, delivery);
    }
    this.#outlet?.write(ackOf(TYPE.PUBREL, id));
  }

  /** PUBCOMP. */
  completed(id: number): void {
    const delivery = this.#underWay.get(id);
    if (delivery?.isReleased) this.#done(id, delivery);
  }

  /** Whether one of its filters takes a topic. */
  takes(topic: string): boolean {
    for (const filter of this.subscriptions.keys()) if (matches(filter, topic)) return true;
    return false;
  }

  /** As the journal has it, after a restart. */
  restore(delivery: Delivery, id: number | undefined): void {
    this.#lastNumber = Math.max(this.#lastNumber, delivery.number);
    if (id !== undefined) {
      this.#underWay.set(id, delivery);
      this.#lastId = id;
      return;
    }
    this.#queue.push(delivery);
  }

  #delivery(message: Message, qos: Qos, retain: boolean): Delivery {
    const kept = { ...message, payload: Buffer.from(message.payload) };
    const delivery = { message: kept, qos, retain, number: ++this.#lastNumber, isReleased: false };
    this.journal?.queued(this, delivery);
    return delivery;
  }

  #send(outlet: Outlet, delivery: Delivery): void {
    const id = this.#nextId();
    this.#underWay.set(id, delivery);
    this.journal?.sent(this, delivery, id);
    outlet.publish(delivery.message, delivery.qos, delivery.retain, false, id);
  }

  #done(id: number, delivery: Delivery): void {
    this.#underWay.delete(id);
    this.journal?.done(this, delivery);
    this.#next();
  }

  /** Sends of those that wait as many as there is room for. */
  #next(): void {
    while (this.#outlet && this.#underWay.size < sessionLimits.underWay) {
      const delivery = this.#queue.shift();
      if (!delivery) break;
      this.#send(this.#outlet, delivery);
    }
    const { queued, queuedBytes } = sessionLimits;
    if (this.#queue.length > queued / 2 || this.#queue.bytes > queuedBytes / 2) return;
    this.#isSlow = false;
    this.#letGo();
  }

  #letGo(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** One that is not in use [MQTT-2.3.1-2]: there are 65,535, and far fewer under way. */
  #nextId(): number {
    do {
      this.#lastId = this.#lastId === LAST_ID ? 1 : this.#lastId + 1;
    } while (this.#underWay.has(this.#lastId));
    return this.#lastId;
  }
}
