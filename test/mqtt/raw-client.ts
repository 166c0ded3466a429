import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PacketReader } from '../../src/mqtt/packet/reader.ts';

/** A packet from the broker. */
export interface Received {
  type: number;
  flags: number;
  body: Buffer;
}

export interface ConnectOptions {
  clientId?: string;
  clean?: boolean;
  keepalive?: number;
  user?: string;
  password?: string;
  will?: { topic: string; payload: string; qos?: number; retain?: boolean };
  /** In place of those that these options make. */
  flags?: number;
  protocol?: string;
  level?: number;
}

/** An MQTT client that says what it is told to, right or wrong, byte by byte. */
export class RawClient {
  readonly socket: Socket;
  readonly #received: Received[] = [];
  readonly #reader = new PacketReader(2 ** 28);
  #wake = () => {};
  #closed = false;

  static async open(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** Connected, its CONNACK read. */
  static async connected(port: number, options: ConnectOptions = {}): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.write(connectPacket(options));
    const { type, body } = await client.next();
    if (type !== 2 || body[1] !== 0) throw new Error(`CONNACK ${type} ${body.toString('hex')}`);
    return client;
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#reader.push(chunk, (bytes, start, body, end) => {
        const first = bytes[start] as number;
        this.#received.push({
          type: first >> 4,
          flags: first & 15,
          body: Buffer.from(bytes.subarray(body, end)),
        });
        return true;
      });
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  write(...packets: Uint8Array[]): void {
    this.socket.write(Buffer.concat(packets));
  }

  /** The next packet. @throws Error when the connection is closed and there is none */
  async next(): Promise<Received> {
    for (;;) {
      const packet = this.#received.shift();
      if (packet) return packet;
      if (this.#closed) throw new Error('the broker has closed the connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Packets until the answer to a PINGREQ that is sent now: all that the broker had to say before. */
  async untilPing(): Promise<Received[]> {
    this.write(Buffer.from([0xc0, 0]));
    const packets: Received[] = [];
    for (let packet = await this.next(); packet.type !== 13; packet = await this.next()) packets.push(packet);
    return packets;
  }

  /** Waits until the broker closes. @returns what came before */
  async closed(): Promise<Received[]> {
    while (!this.#closed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#received.splice(0);
  }

  async subscribe(filter: string, qos = 0, id = 1): Promise<number> {
    this.write(subscribePacket(id, [[filter, qos]]));
    const { type, body } = await this.next();
    if (type !== 9) throw new Error(`SUBACK expected, ${type} came`);
    return body[2] as number;
  }

  end(): void {
    this.socket.destroy();
  }
}

export const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint16(bytes.length), bytes]);
};

export const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

export function packet(first: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

export function connectPacket(options: ConnectOptions = {}): Buffer {
  const { clientId = '', clean = true, keepalive = 0, user, password, will } = options;
  const { protocol = 'MQTT', level = 4 } = options;
  const flags =
    (clean ? 2 : 0) |
    (will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0) |
    (password !== undefined ? 0x40 : 0) |
    (user !== undefined ? 0x80 : 0);
  return packet(
    0x10,
    text(protocol),
    Buffer.from([level, options.flags ?? flags]),
    uint16(keepalive),
    text(clientId),
    ...(will ? [text(will.topic), text(will.payload)] : []),
    ...(user !== undefined ? [text(user)] : []),
    ...(password !== undefined ? [text(password)] : []),
  );
}

export interface PublishOptions {
  qos?: number;
  id?: number;
  retain?: boolean;
  dup?: boolean;
}

export function publishPacket(
  topic: string,
  payload: string | Uint8Array,
  options: PublishOptions = {},
): Buffer {
  const { qos = 0, id = 1, retain = false, dup = false } = options;
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  return packet(first, text(topic), ...(qos > 0 ? [uint16(id)] : []), Buffer.from(payload));
}

export const subscribePacket = (id: number, filters: [string, number][]): Buffer =>
  packet(0x82, uint16(id), ...filters.flatMap(([filter, qos]) => [text(filter), Buffer.from([qos])]));

export const unsubscribePacket = (id: number, filters: string[]): Buffer =>
  packet(0xa2, uint16(id), ...filters.map(text));

export const idPacket = (first: number, id: number): Buffer => packet(first, uint16(id));

/** A PUBLISH that came, read. */
export function published({ type, flags, body }: Received) {
  if (type !== 3) throw new Error(`PUBLISH expected, ${type} came`);
  const end = 2 + body.readUInt16BE(0);
  const qos = (flags >> 1) & 3;
  return {
    topic: body.subarray(2, end).toString(),
    payload: body.subarray(qos > 0 ? end + 2 : end).toString(),
    qos,
    retain: (flags & 1) === 1,
    dup: (flags & 8) === 8,
    id: qos > 0 ? body.readUInt16BE(end) : undefined,
  };
}
