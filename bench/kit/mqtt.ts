/** The few bytes of MQTT 3.1.1 that publishing and subscribing with QoS 0 take: less work for the peer's clients than a library. */

/** Section 2.2.3: seven bits a byte, the lowest first. */
function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const packet = (first: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first, ...remainingLength(body.length)]), body]);
};

/** Section 1.5.3: a string behind its length. */
const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** Section 3.1, with a clean session and no keepalive. */
export const connectPacket = (client: string): Buffer =>
  packet(0x10, text('MQTT'), Buffer.from([4, 0x02, 0, 0]), text(client));

/** Section 3.8. */
export const subscribePacket = (filter: string, qos = 0): Buffer =>
  packet(0x82, Buffer.from([0, 1]), text(filter), Buffer.from([qos]));

/** Section 3.3: QoS 0, or QoS 1 with a packet id. */
export const publishPacket = (topic: string, payload: string, id?: number): Buffer =>
  id === undefined
    ? packet(0x30, text(topic), Buffer.from(payload))
    : packet(0x32, text(topic), Buffer.from([id >> 8, id & 0xff]), Buffer.from(payload));

export const CONNACK_BYTES = 4;

/** Cuts a stream into packets. @param publish is told of each PUBLISH: where topic and payload are in `bytes` */
export class MqttReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #publish: (bytes: Buffer, topic: number, payload: number, end: number) => void;
  /** Packets of other types: CONNACK, SUBACK. */
  others = 0;

  constructor(publish: (bytes: Buffer, topic: number, payload: number, end: number) => void) {
    this.#publish = publish;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      let length = 0;
      let body = at + 1;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[body++];
        if (byte === undefined) {
          this.#rest = bytes.subarray(at);
          return;
        }
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      const end = body + length;
      if (end > bytes.length) {
        this.#rest = bytes.subarray(at);
        return;
      }
      if (((bytes[at] as number) & 0xf0) === 0x30) {
        this.#publish(bytes, body + 2, body + 2 + bytes.readUInt16BE(body), end);
      } else this.others++;
      at = end;
    }
  }
}
