import type { Qos } from '../packet/types.ts';
import { ClientSession, type Delivery } from '../session.ts';
import type { Retained } from '../topics/retained.ts';
import { encodeRecord, type JournalRecord } from './record.ts';

/** A session as records tell of it. */
interface Told {
  session: ClientSession;
  deliveries: Map<number, Delivery & { id: number | undefined }>;
}

/** What records say, one after the other; a record that makes no sense where it stands says nothing. */
export class JournalState {
  readonly retained = new Map<string, Retained>();
  readonly #told = new Map<number, Told>();

  apply({ head, payload }: JournalRecord): void {
    if (head[0] === 'retained') {
      const [, topic, qos] = head;
      if (payload.length > 0) this.retained.set(topic, { topic, payload, qos });
      else this.retained.delete(topic);
      return;
    }
    const number = head[1];
    if (head[0] === 'session') {
      const session = new ClientSession(head[2], head[3], false);
      this.#told.set(number, { session, deliveries: new Map() });
      return;
    }
    const told = this.#told.get(number);
    if (!told) return;
    const { session, deliveries } = told;
    switch (head[0]) {
      case 'forgot':
        this.#told.delete(number);
        return;
      case 'subscribed':
        session.subscriptions.set(head[2], head[3]);
        return;
      case 'unsubscribed':
        session.subscriptions.delete(head[2]);
        return;
      case 'queued':
        deliveries.set(head[2], deliveryOf(head[2], head[3], head[4], head[5], head[6], payload));
        return;
      case 'received':
        session.received.add(head[2]);
        return;
      case 'settled':
        session.received.delete(head[2]);
        return;
      case 'done':
        deliveries.delete(head[2]);
        return;
      case 'sent': {
        const delivery = deliveries.get(head[2]);
        if (delivery) delivery.id = head[3];
        return;
      }
      case 'released': {
        const delivery = deliveries.get(head[2]);
        if (delivery) delivery.isReleased = true;
      }
    }
  }

  /** The sessions, with what was on its way. Once: from then on they are alive. */
  sessions(): ClientSession[] {
    return [...this.#told.values()].map(({ session, deliveries }) => {
      for (const { id, ...delivery } of deliveries.values()) session.restore(delivery, id);
      return session;
    });
  }
}

function deliveryOf(
  number: number,
  topic: string,
  messageQos: Qos,
  qos: Qos,
  retain: boolean,
  payload: Buffer,
): Delivery & { id: number | undefined } {
  const message = { topic, topicBytes: Buffer.from(topic), payload, qos: messageQos };
  return { message, qos, retain, number, isReleased: false, id: undefined };
}

/** The records that say what a session is now. @param number of the session */
export function* recordsOf(session: ClientSession, number: number): Generator<Buffer> {
  yield encodeRecord(['session', number, session.clientId, session.owner]);
  for (const [filter, qos] of session.subscriptions) yield encodeRecord(['subscribed', number, filter, qos]);
  for (const id of session.received) yield encodeRecord(['received', number, id]);
  for (const { delivery, id } of session.open) {
    const { message, qos, retain, isReleased } = delivery;
    const head = ['queued', number, delivery.number, message.topic, message.qos, qos, retain] as const;
    yield encodeRecord([...head], message.payload);
    if (id !== undefined) yield encodeRecord(['sent', number, delivery.number, id]);
    if (isReleased) yield encodeRecord(['released', number, delivery.number]);
  }
}
