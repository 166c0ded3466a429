/**
 * Bodies of the packets that clients send. Whatever the bytes are, the answer is a value: undefined is a malformed packet, on
 * which the connection is closed [MQTT-4.8.0-1].
 */
import { textOf } from './text.ts';
import type { Connect, Qos, Subscription, Will } from './types.ts';

/** Reads a body from its beginning to its end; once something is missing, everything behind it is, too. */
class Body {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  isBad = false;

  constructor(bytes: Buffer, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get isRead(): boolean {
    return this.#at === this.#end;
  }

  byte(): number {
    if (this.#at >= this.#end) return this.#bad(0);
    return this.#bytes[this.#at++] as number;
  }

  uint16(): number {
    return (this.byte() << 8) | this.byte();
  }

  binary(): Buffer {
    const length = this.uint16();
    if (this.isBad || this.#at + length > this.#end) return this.#bad(NOTHING);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return textOf(this.binary()) ?? this.#bad('');
  }

  #bad<T>(value: T): T {
    this.isBad = true;
    this.#at = this.#end;
    return value;
  }
}

const NOTHING = Buffer.alloc(0);

/** Section 3.1. @returns `level` alone for a version that is not ours: what is behind it may be anything */
export function decodeConnect(
  bytes: Buffer,
  at: number,
  end: number,
): Connect | { level: number } | undefined {
  const body = new Body(bytes, at, end);
  const protocol = body.text();
  const level = body.byte();
  if (body.isBad) return undefined;
  if (protocol === 'MQIsdp') return { level };
  if (protocol !== 'MQTT') return undefined; // [MQTT-3.1.2-1]
  if (level !== 4) return { level };
  const flags = body.byte();
  const keepalive = body.uint16();
  const clientId = body.text();
  const hasWill = (flags & 0x04) !== 0;
  const willQos = (flags >> 3) & 3;
  const willRetain = (flags & 0x20) !== 0;
  const hasPassword = (flags & 0x40) !== 0;
  const hasUser = (flags & 0x80) !== 0;
  if ((flags & 1) !== 0) return undefined; // [MQTT-3.1.2-3]
  if (willQos === 3 || (!hasWill && (willQos !== 0 || willRetain))) return undefined; // [MQTT-3.1.2-11] [MQTT-3.1.2-13] to [MQTT-3.1.2-15]
  if (hasPassword && !hasUser) return undefined; // [MQTT-3.1.2-22]
  let will: Will | undefined;
  if (hasWill) {
    const topic = body.text();
    will = { topic, payload: Buffer.from(body.binary()), qos: willQos as Qos, retain: willRetain };
  }
  const user = hasUser ? body.text() : undefined;
  const password = hasPassword ? body.binary() : undefined;
  if (body.isBad || !body.isRead) return undefined;
  return { level, clientId, clean: (flags & 2) !== 0, keepalive, will, user, password };
}

export interface Subscribe {
  id: number;
  subscriptions: Subscription[];
}

/** Section 3.8. */
export function decodeSubscribe(bytes: Buffer, at: number, end: number): Subscribe | undefined {
  const body = new Body(bytes, at, end);
  const id = body.uint16();
  const subscriptions: Subscription[] = [];
  while (!body.isRead) {
    const filter = body.text();
    const qos = body.byte();
    if (body.isBad || qos > 2) return undefined; // [MQTT-3-8.3-4]
    subscriptions.push({ filter, qos: qos as Qos });
  }
  return body.isBad || id === 0 || subscriptions.length === 0 ? undefined : { id, subscriptions }; // [MQTT-3.8.3-3]
}

/** Section 3.10. */
export function decodeUnsubscribe(
  bytes: Buffer,
  at: number,
  end: number,
): { id: number; filters: string[] } | undefined {
  const body = new Body(bytes, at, end);
  const id = body.uint16();
  const filters: string[] = [];
  while (!body.isRead) filters.push(body.text());
  return body.isBad || id === 0 || filters.length === 0 ? undefined : { id, filters }; // [MQTT-3.10.3-2]
}

/** A body that is a packet id and nothing else. @returns undefined for anything else, and for 0 [MQTT-2.3.1-1] */
export function decodeId(bytes: Buffer, at: number, end: number): number | undefined {
  if (end - at !== 2) return undefined;
  return bytes.readUInt16BE(at) || undefined;
}
