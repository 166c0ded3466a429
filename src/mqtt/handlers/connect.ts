import { randomBytes } from 'node:crypto';
import { boardNameFault } from '../../hub/hello.ts';
import { ownerOf, type Who } from '../access.ts';
import { Links } from '../boards/links.ts';
import { nameOf } from '../boards/topics.ts';
import type { Connection } from '../connection.ts';
import type { MqttReason } from '../message.ts';
import { decodeConnect } from '../packet/decode.ts';
import { connack } from '../packet/encode.ts';
import { CONNACK, type Connect } from '../packet/types.ts';
import { isTopic } from '../topics/filter.ts';

/** Section 3.1. */
export function handleConnect(
  connection: Connection,
  bytes: Buffer,
  at: number,
  end: number,
): MqttReason | undefined {
  const { broker, end: from } = connection;
  const asked = decodeConnect(bytes, at, end);
  if (!asked) return 'MALFORMED';
  const refuse = (code: number, reason: MqttReason): MqttReason => {
    connection.write(connack(code));
    return reason;
  };
  if (!('clientId' in asked)) return refuse(CONNACK.BAD_VERSION, 'MALFORMED'); // [MQTT-3.1.2-2]
  const { clean, keepalive, will, user, password } = asked;
  if (asked.clientId === '' && !clean) return refuse(CONNACK.BAD_CLIENT_ID, 'MALFORMED'); // [MQTT-3.1.3-8]
  if (will && !isTopic(will.topic)) return 'MALFORMED';
  const who = broker.access.who(from.host, user, password);
  if (!who) {
    const board = user !== undefined && boardNameFault(user) === undefined ? user : from.host;
    broker.hub.refuse(password === undefined ? 'NO_PROOF' : 'UNKNOWN_KEY', board, from);
    const code = password === undefined ? CONNACK.NOT_AUTHORIZED : CONNACK.BAD_CREDENTIALS;
    return refuse(code, 'BAD_CREDENTIALS');
  }
  if (will && !broker.access.mayPublish(who, nameOf(will.topic)))
    return refuse(CONNACK.NOT_AUTHORIZED, 'NOT_ALLOWED');
  const clientId = asked.clientId || `auto-${randomBytes(8).toString('hex')}`; // [MQTT-3.1.3-6]
  const taken = broker.takeUp(clientId, ownerOf(who), clean);
  if (typeof taken === 'string')
    return refuse(taken === 'NOT_ALLOWED' ? CONNACK.BAD_CLIENT_ID : CONNACK.UNAVAILABLE, taken);
  const { session, isPresent } = taken;
  connection.who = who;
  connection.session = session;
  connection.will = will;
  connection.opened(keepalive);
  connection.links = new Links(broker, from, who, 1_000 * keepalive, {
    command: (board, name, args) => broker.fleet.commanded(board, name, args),
    reply: (board, text) => broker.fleet.replied(board, text),
    over: (_, why) => {
      if (who.kind === 'board' || why !== 'replaced') connection.close();
    },
  });
  connection.write(connack(CONNACK.ACCEPTED, isPresent)); // [MQTT-3.2.2-1] to [MQTT-3.2.2-3]
  broker.opened(connection, session);
  const board = boardIn(asked, who);
  if (board !== undefined) connection.links.greet(board);
  return undefined;
}

/** The board that a client says it is: by its key, its will, or its user. */
function boardIn({ user, will }: Connect, who: Who): string | undefined {
  if (who.kind === 'board') return who.board;
  const named = will && nameOf(will.topic).board;
  if (named !== undefined && boardNameFault(named) === undefined) return named;
  return 'token' in who || user === undefined || boardNameFault(user) !== undefined ? undefined : user;
}
