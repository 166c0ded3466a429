/** MQTT 3.1.1 section 2.2.1: what a packet is, by the upper half of its first byte. */
export const TYPE = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREC: 5,
  PUBREL: 6,
  PUBCOMP: 7,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  PINGRESP: 13,
  DISCONNECT: 14,
} as const;

/** Section 4.3: at most once, at least once, exactly once. */
export type Qos = 0 | 1 | 2;

/** Section 3.2.2.3: what a CONNECT is answered with. */
export const CONNACK = {
  ACCEPTED: 0,
  BAD_VERSION: 1,
  BAD_CLIENT_ID: 2,
  UNAVAILABLE: 3,
  BAD_CREDENTIALS: 4,
  NOT_AUTHORIZED: 5,
} as const;

/** What a filter is answered with that is not taken (section 3.9.3). */
export const SUBSCRIBE_FAILED = 0x80;

/** A client's last will (section 3.1.2.5). */
export interface Will {
  topic: string;
  payload: Buffer;
  qos: Qos;
  retain: boolean;
}

export interface Connect {
  /** 4 is MQTT 3.1.1. */
  level: number;
  clientId: string;
  clean: boolean;
  /** Seconds; 0 for none. */
  keepalive: number;
  will: Will | undefined;
  user: string | undefined;
  password: Buffer | undefined;
}

export interface Subscription {
  filter: string;
  qos: Qos;
}
