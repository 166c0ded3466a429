import type { Connection } from '../connection.ts';
import type { MqttReason } from '../message.ts';
import { ackOf } from '../packet/encode.ts';
import { type Qos, TYPE } from '../packet/types.ts';
import { type ClientSession, sessionLimits } from '../session.ts';

/** Section 3.3. */
export function handlePublish(
  connection: Connection,
  session: ClientSession,
  bytes: Buffer,
  start: number,
  at: number,
  end: number,
): MqttReason | undefined {
  const flags = (bytes[start] as number) & 0x0f;
  const qos = (flags >> 1) & 3;
  if (qos === 3 || (qos === 0 && (flags & 8) !== 0) || at + 2 > end) return 'MALFORMED'; // [MQTT-3.3.1-2] [MQTT-3.3.1-4]
  const topicEnd = at + 2 + bytes.readUInt16BE(at);
  const payloadAt = qos > 0 ? topicEnd + 2 : topicEnd;
  if (payloadAt > end) return 'MALFORMED';
  const id = qos > 0 ? bytes.readUInt16BE(topicEnd) : 0;
  if (qos > 0 && id === 0) return 'MALFORMED'; // [MQTT-2.3.1-1]
  const { broker, who } = connection;
  const route = broker.routeOf(bytes, at + 2, topicEnd, connection.route);
  if (!route) return 'MALFORMED'; // [MQTT-3.3.2-1] [MQTT-3.3.2-2]
  connection.route = route;
  if (qos === 2) {
    connection.acknowledge(ackOf(TYPE.PUBREC, id));
    if (session.received.has(id)) return undefined; // it was taken before [MQTT-4.3.3-2]
    if (session.received.size >= sessionLimits.received) return 'MALFORMED';
    session.received.add(id);
    session.journal?.received(session, id);
    if (session.journal) connection.journalled();
  } else if (qos === 1) connection.acknowledge(ackOf(TYPE.PUBACK, id));
  // Who may not is not told: it is acknowledged as all others are [MQTT-3.3.5-2].
  const refusal = route.isTooLong ? 'TOPIC_TOO_LONG' : undefined;
  if (refusal || !who || !broker.access.mayPublish(who, route.name)) {
    broker.refusedPublish(connection, route, refusal ?? 'NOT_ALLOWED');
    return undefined;
  }
  const payload = bytes.subarray(payloadAt, end);
  if (route.name.board !== undefined) {
    const lost = connection.links?.take(route.name, payload, qos > 0);
    if (lost) broker.count(lost);
    if (route.name.is === 'set') broker.fleet.asked(route.name, payload);
  }
  const raw = flags === 0 ? { bytes, from: start, to: end } : undefined;
  if (broker.publish(route, payload, qos as Qos, (flags & 1) !== 0, raw, connection)) connection.journalled();
  return undefined;
}
