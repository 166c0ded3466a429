/** Packets that a server sends. */
import { type Qos, TYPE } from './types.ts';

/** Section 3.2. */
export const connack = (code: number, sessionPresent = false): Buffer =>
  Buffer.from([TYPE.CONNACK << 4, 2, sessionPresent ? 1 : 0, code]);

/** PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK: a packet id and nothing else. Of them PUBREL alone has flags (section 3.6.1). */
export function ackOf(type: number, id: number): Buffer {
  return Buffer.from([(type << 4) | (type === TYPE.PUBREL ? 2 : 0), 2, id >> 8, id & 0xff]);
}

/** Section 3.9: a code for each filter, in order. */
export function suback(id: number, codes: readonly number[]): Buffer {
  const packet = Buffer.alloc(1 + lengthBytes(2 + codes.length) + 2 + codes.length);
  packet[0] = TYPE.SUBACK << 4;
  let at = writeLength(packet, 1, 2 + codes.length);
  at = packet.writeUInt16BE(id, at);
  for (const code of codes) packet[at++] = code;
  return packet;
}

export const PINGRESP = Buffer.from([TYPE.PINGRESP << 4, 0]);

/** Bytes of a PUBLISH as a whole. */
export function publishBytes(topicBytes: number, payloadBytes: number, qos: Qos): number {
  const body = 2 + topicBytes + (qos > 0 ? 2 : 0) + payloadBytes;
  return 1 + lengthBytes(body) + body;
}

/**
 * Writes a PUBLISH (section 3.3).
 * @param id the packet id; of no meaning for QoS 0
 * @returns the place behind it
 */
export function writePublish(
  to: Buffer,
  at: number,
  topic: Buffer,
  payload: Uint8Array,
  qos: Qos,
  retain: boolean,
  dup: boolean,
  id: number,
): number {
  to[at] = (TYPE.PUBLISH << 4) | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  let place = writeLength(to, at + 1, 2 + topic.length + (qos > 0 ? 2 : 0) + payload.length);
  place = to.writeUInt16BE(topic.length, place);
  to.set(topic, place);
  place += topic.length;
  if (qos > 0) place = to.writeUInt16BE(id, place);
  to.set(payload, place);
  return place + payload.length;
}

const lengthBytes = (length: number): number =>
  length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4;

function writeLength(to: Buffer, from: number, length: number): number {
  let at = from;
  let rest = length;
  while (rest >= 0x80) {
    to[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  to[at++] = rest;
  return at;
}
