import { commandsOf } from '../boards/topics.ts';
import type { Connection } from '../connection.ts';
import type { MqttReason } from '../message.ts';
import { decodeSubscribe, decodeUnsubscribe } from '../packet/decode.ts';
import { ackOf, suback } from '../packet/encode.ts';
import { SUBSCRIBE_FAILED, type Subscription, TYPE } from '../packet/types.ts';
import { type ClientSession, sessionLimits } from '../session.ts';
import { isFilter, isWithinLimits } from '../topics/filter.ts';

/** Section 3.8. */
export function handleSubscribe(
  connection: Connection,
  session: ClientSession,
  bytes: Buffer,
  at: number,
  end: number,
): MqttReason | undefined {
  const asked = decodeSubscribe(bytes, at, end);
  if (!asked?.subscriptions.every(({ filter }) => isFilter(filter))) return 'MALFORMED';
  const { broker } = connection;
  const taken: Subscription[] = [];
  const codes = asked.subscriptions.map((subscription) => {
    const refusal = refusalOf(connection, session, subscription.filter);
    if (refusal) {
      broker.count(refusal);
      return SUBSCRIBE_FAILED;
    }
    broker.subscribe(session, subscription);
    taken.push(subscription);
    return subscription.qos;
  });
  answer(connection, session, suback(asked.id, codes)); // [MQTT-3.8.4-1] [MQTT-3.8.4-5]
  for (const { filter, qos } of taken) {
    const commands = commandsOf(filter);
    const link = commands && connection.links?.greet(commands.board);
    if (link && commands.command !== '+') link.announces(commands.command);
    const tell = () => broker.sendRetained(session, filter, qos); // [MQTT-3.3.1-6]
    if (session.journal) connection.afterwards(tell);
    else tell();
  }
  return undefined;
}

/** Section 3.10. */
export function handleUnsubscribe(
  connection: Connection,
  session: ClientSession,
  bytes: Buffer,
  at: number,
  end: number,
): MqttReason | undefined {
  const asked = decodeUnsubscribe(bytes, at, end);
  if (!asked) return 'MALFORMED';
  for (const filter of asked.filters) connection.broker.unsubscribe(session, filter);
  answer(connection, session, ackOf(TYPE.UNSUBACK, asked.id)); // also where there was none of them [MQTT-3.10.4-5]
  return undefined;
}

/** At once, unless it is to be kept over a restart first. */
function answer(connection: Connection, session: ClientSession, packet: Buffer): void {
  if (!session.journal) {
    connection.write(packet);
    return;
  }
  connection.journalled();
  connection.acknowledge(packet);
}

function refusalOf(connection: Connection, session: ClientSession, filter: string): MqttReason | undefined {
  const { broker, who } = connection;
  if (!isWithinLimits(filter)) return 'TOPIC_TOO_LONG';
  if (!who || !broker.access.maySubscribe(who, filter)) return 'NOT_ALLOWED';
  const isKnown = session.subscriptions.has(filter);
  if (!isKnown && session.subscriptions.size >= sessionLimits.subscriptions) return 'TOO_MANY_SUBSCRIPTIONS';
  return undefined;
}
