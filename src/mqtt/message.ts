import type { Qos } from './packet/types.ts';

/** A message on its way through the broker. What is kept beyond the call that hands it over has a payload of its own. */
export interface Message {
  readonly topic: string;
  /** The same as it stands in packets. */
  readonly topicBytes: Buffer;
  readonly payload: Uint8Array;
  readonly qos: Qos;
}

/** Why the broker did not do all that a packet asked; each is counted. */
export type MqttReason =
  /** Bytes that are no MQTT 3.1.1, or a packet that may not come there: the connection was ended. */
  | 'MALFORMED'
  | 'PACKET_TOO_LONG'
  /** Nothing but a connection for as long as a CONNECT may take. */
  | 'NO_CONNECT'
  /** Nothing came for one and a half keepalives. */
  | 'SILENT'
  | 'BAD_CREDENTIALS'
  /** A message that this client may not publish, or a filter that it may not read. */
  | 'NOT_ALLOWED'
  | 'TOO_MANY_CONNECTIONS'
  | 'TOO_MANY_SUBSCRIPTIONS'
  | 'TOO_MANY_SESSIONS'
  | 'TOO_MANY_RETAINED'
  | 'TOPIC_TOO_LONG'
  /** A QoS 0 message for a client that reads too slowly. */
  | 'CLIENT_NOT_READING'
  /** A message for a session whose queue is full. */
  | 'QUEUE_FULL'
  /** What a board would have kept could not be stored: it was not acknowledged. */
  | 'NOT_STORED'
  /** A payload under a board's name that can be none of its samples. */
  | 'BAD_PAYLOAD'
  | 'TLS_FAILED';

export type MqttCounts = Partial<Record<MqttReason, number>>;
