import type { Connection } from '../connection.ts';
import type { MqttReason } from '../message.ts';
import { decodeId } from '../packet/decode.ts';
import { ackOf, PINGRESP } from '../packet/encode.ts';
import { TYPE } from '../packet/types.ts';
import { handleConnect } from './connect.ts';
import { handlePublish } from './publish.ts';
import { handleSubscribe, handleUnsubscribe } from './subscribe.ts';

/**
 * One packet to its handler: its first byte is `bytes[start]`, its body `bytes[at..end)`.
 * @returns why the connection is to be ended, if so
 */
export function handlePacket(
  connection: Connection,
  bytes: Buffer,
  start: number,
  at: number,
  end: number,
): MqttReason | undefined {
  const first = bytes[start] as number;
  const type = first >> 4;
  const { session } = connection;
  if (!session)
    return type === TYPE.CONNECT && first === CONNECT
      ? handleConnect(connection, bytes, at, end)
      : 'MALFORMED'; // [MQTT-3.1.0-1]
  if (type === TYPE.PUBLISH) return handlePublish(connection, session, bytes, start, at, end);
  // The flags of all others are fixed [MQTT-2.2.2-2].
  switch (first) {
    case SUBSCRIBE:
      return handleSubscribe(connection, session, bytes, at, end);
    case UNSUBSCRIBE:
      return handleUnsubscribe(connection, session, bytes, at, end);
    case PINGREQ:
      if (at !== end) return 'MALFORMED';
      connection.write(PINGRESP); // [MQTT-3.12.4-1]
      return undefined;
    case DISCONNECT:
      if (at !== end) return 'MALFORMED';
      connection.disconnected();
      return undefined;
  }
  const id = decodeId(bytes, at, end);
  if (id === undefined) return 'MALFORMED';
  switch (first) {
    case PUBACK:
      session.acknowledged(id);
      return undefined;
    case PUBREC:
      session.receivedBy(id);
      return undefined;
    case PUBCOMP:
      session.completed(id);
      return undefined;
    case PUBREL:
      if (session.received.delete(id)) session.journal?.settled(session, id);
      if (session.journal) connection.journalled();
      connection.acknowledge(ackOf(TYPE.PUBCOMP, id)); // [MQTT-4.3.3-2]
      return undefined;
    default:
      return 'MALFORMED';
  }
}

const CONNECT = TYPE.CONNECT << 4;
const PUBACK = TYPE.PUBACK << 4;
const PUBREC = TYPE.PUBREC << 4;
const PUBREL = (TYPE.PUBREL << 4) | 2; // [MQTT-3.6.1-1]
const PUBCOMP = TYPE.PUBCOMP << 4;
const SUBSCRIBE = (TYPE.SUBSCRIBE << 4) | 2; // [MQTT-3.8.1-1]
const UNSUBSCRIBE = (TYPE.UNSUBSCRIBE << 4) | 2; // [MQTT-3.10.1-1]
const PINGREQ = TYPE.PINGREQ << 4;
const DISCONNECT = TYPE.DISCONNECT << 4;
