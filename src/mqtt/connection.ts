import type { Duplex } from 'node:stream';
import type { Alarm } from '../clock.ts';
import type { Who } from './access.ts';
import type { ClientEnd } from './boards/link.ts';
import type { Links } from './boards/links.ts';
import type { Broker } from './broker.ts';
import { handlePacket } from './handlers/index.ts';
import type { Message, MqttReason } from './message.ts';
import { publishBytes, writePublish } from './packet/encode.ts';
import { PacketReader } from './packet/reader.ts';
import type { Qos, Will } from './packet/types.ts';
import type { Route } from './routes.ts';
import type { ClientSession, Outlet } from './session.ts';

export const connectionLimits = {
  /** Bytes of a packet's body: of the first one, and of others once it is known who sends them. */
  firstPacket: 16 * 1024,
  packet: 256 * 1024,
  /** Milliseconds until a CONNECT must have come (section 3.1): a chip on bad Wi-Fi needs seconds. */
  connectMs: 10_000,
  /** Keepalives without a packet after which the client is gone [MQTT-3.1.2-24]. */
  keepalives: 1.5,
  /** Bytes that wait in our memory for a client; QoS 0 messages beyond it are lost. A second of a fast link. */
  outBytes: 4 * 1024 * 1024,
  /** Reads whose acknowledgements wait for the disk, until the client is not read from. */
  unsettledReads: 8,
  /** Milliseconds for the client to take what was sent, once we have ended. */
  lingerMs: 2_000,
} as const;

/** Bytes of what is gathered for one write: from the first message of a quiet client to a batch of a busy one. */
const LEAST_GATHER = 512;
const MOST_GATHER = 64 * 1024;

/** One client's connection: its packets in their order, its acknowledgements in theirs, what is sent to it gathered for one turn of the event loop. */
export class Connection implements Outlet {
  readonly end: ClientEnd;
  readonly broker: Broker;
  /** Of Places. */
  readonly host: string;
  who: Who | undefined;
  session: ClientSession | undefined;
  links: Links | undefined;
  /** Published when the connection ends without a DISCONNECT [MQTT-3.1.2-8]. */
  will: Will | undefined;
  /** Whether its client has sent a DISCONNECT. */
  saidGoodbye = false;
  /** Of its newest publish: the next one's, more often than not. */
  route: Route | undefined;
  readonly #stream: Duplex;
  readonly #reader = new PacketReader(connectionLimits.firstPacket);
  #alarm: Alarm | undefined;
  #silentAfter = 0; // milliseconds; 0 for never
  #heardAt: number;
  #out: Buffer | undefined; // gathered, until the end of this turn
  #used = 0;
  #gather = LEAST_GATHER;
  #acks: (Buffer | (() => void))[] = []; // of this read, and what comes behind them
  #acking: Promise<void> | undefined; // those of reads before, that wait
  #unsettled = 0;
  #journalled = false;
  #holds = 0;
  #isOver = false;

  constructor(stream: Duplex, end: ClientEnd, broker: Broker) {
    this.#stream = stream;
    this.end = end;
    this.host = end.host;
    this.broker = broker;
    this.#heardAt = broker.clock.monotonic();
    this.#alarm = broker.clock.alarm(connectionLimits.connectMs, () => this.fail('NO_CONNECT'));
    stream.on('data', (chunk: Buffer) => this.#received(chunk));
    stream.on('end', () => this.close());
    stream.on('error', () => {});
    stream.on('close', () => this.#gone());
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It is known who sends: larger packets are taken, and silence is noticed. @param keepalive seconds; 0 for none */
  opened(keepalive: number): void {
    this.#reader.longest = connectionLimits.packet;
    this.#alarm?.cancel();
    this.#silentAfter = keepalive * 1_000 * connectionLimits.keepalives;
    if (this.#silentAfter > 0) this.#watch(this.#silentAfter);
  }

  /** Acknowledges what this read brought, once all of it is where it must be, after what was acknowledged before [MQTT-4.6.0-2]. */
  acknowledge(packet: Buffer): void {
    this.#acks.push(packet);
  }

  /** Calls behind what was acknowledged until now. */
  afterwards(call: () => void): void {
    this.#acks.push(call);
  }

  /** What this read brought has changed something that is kept over a restart. */
  journalled(): void {
    this.#journalled = true;
  }

  write(packet: Buffer): void {
    if (this.#isOver) return;
    packet.copy(this.#room(packet.length), this.#used);
    this.#used += packet.length;
  }

  /** @returns false when it is lost: a QoS 0 message for a client that does not read */
  publish(message: Message, qos: Qos, retain: boolean, dup: boolean, id: number): boolean {
    const { topicBytes, payload } = message;
    const size = publishBytes(topicBytes.length, payload.length, qos);
    if (this.#isOver || (qos === 0 && this.#isFull(size))) return this.#isOver;
    this.#used = writePublish(this.#room(size), this.#used, topicBytes, payload, qos, retain, dup, id);
    return true;
  }

  /** A QoS 0 publish as it came: `bytes[from..to)`. @returns false when it is lost */
  forward(bytes: Buffer, from: number, to: number): boolean {
    if (this.#isOver || this.#isFull(to - from)) return this.#isOver;
    const room = this.#room(to - from);
    bytes.copy(room, this.#used, from, to);
    this.#used += to - from;
    return true;
  }

  /** Sends what was gathered. For the broker, at the end of a turn. */
  flush(): void {
    const out = this.#out;
    if (!out) return;
    this.#out = undefined;
    this.#gather = Math.min(MOST_GATHER, Math.max(LEAST_GATHER, 2 * this.#used));
    if (this.#stream.writable) this.#stream.write(out.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Ends it for something that its client did, which is counted; its will is published. */
  fail(reason: MqttReason): void {
    if (this.#isOver) return;
    this.broker.count(reason);
    this.close();
  }

  /** Ends it after what was sent. */
  close(): void {
    if (this.#isOver) return;
    this.#over();
    if (!this.#stream.writable) {
      this.#stream.destroy();
      return;
    }
    this.#stream.end();
    this.#stream.resume(); // what it still sends is not looked at
    this.#alarm = this.broker.clock.alarm(connectionLimits.lingerMs, () => this.#stream.destroy());
  }

  /** The client said that it goes [MQTT-3.14.4-3]. */
  disconnected(): void {
    this.saidGoodbye = true;
    this.will = undefined;
    this.close();
  }

  /** Cuts it: its place is needed. */
  evict(): void {
    this.#over();
    this.#stream.destroy();
  }

  #received(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#heardAt = this.broker.clock.monotonic();
    const fault = this.#reader.push(chunk, this.#visit);
    this.#settle();
    if (fault) this.fail(fault);
  }

  readonly #visit = (bytes: Buffer, start: number, body: number, end: number): boolean => {
    const fault = handlePacket(this, bytes, start, body, end);
    if (fault) this.fail(fault);
    return !this.#isOver;
  };

  /** After a read: hands in what is for the hub, and acknowledges. */
  #settle(): void {
    const { wait, stored } = this.links?.flush() ?? {};
    if (wait) this.holdFor(wait);
    const kept = this.#journalled ? this.broker.kept() : undefined;
    this.#journalled = false;
    if (this.#acks.length === 0) return;
    const acks = this.#acks;
    this.#acks = [];
    if (!stored && !kept && !this.#acking) {
      this.#send(acks);
      return;
    }
    this.#unsettled++;
    const turn = Promise.all([stored ?? true, kept ?? true, this.#acking]).then(([isStored, isKept]) => {
      this.#unsettled--;
      if (this.#acking === turn) this.#acking = undefined;
      if (!isStored || !isKept)
        this.fail('NOT_STORED'); // it sends again what is not acknowledged
      else this.#send(acks);
    });
    this.#acking = turn;
    if (this.#unsettled >= connectionLimits.unsettledReads) this.holdFor(turn);
  }

  #send(acks: readonly (Buffer | (() => void))[]): void {
    for (const ack of acks) {
      if (this.#isOver) return;
      if (typeof ack === 'function') ack();
      else this.write(ack);
    }
  }

  /** Is not read from until this is settled. */
  holdFor(wait: Promise<unknown>): void {
    if (this.#holds++ === 0) this.#stream.pause();
    void wait.then(() => {
      this.#heardAt = this.broker.clock.monotonic(); // while it was not read from, its silence was ours
      if (--this.#holds === 0) this.#stream.resume();
    });
  }

  #watch(ms: number): void {
    this.#alarm = this.broker.clock.alarm(ms, () => {
      // What has come is read before anybody is taken for gone.
      setImmediate(() => {
        if (this.#isOver) return;
        const left = this.#heardAt + this.#silentAfter - this.broker.clock.monotonic();
        if (left > 0 || this.#holds > 0) this.#watch(left > 0 ? left : this.#silentAfter);
        else this.fail('SILENT');
      });
    });
  }

  #isFull(bytes: number): boolean {
    return this.#stream.writableLength + this.#used + bytes > connectionLimits.outBytes;
  }

  /** Where the next `size` bytes are to be written, from `#used` on. */
  #room(size: number): Buffer {
    if (this.#out && this.#used + size <= this.#out.length) return this.#out;
    if (this.#out) this.flush();
    else this.broker.toFlush(this);
    this.#out = Buffer.allocUnsafeSlow(Math.max(size, this.#gather));
    this.broker.toFlush(this);
    return this.#out;
  }

  #over(): void {
    this.flush();
    this.#isOver = true;
    this.#alarm?.cancel();
    this.links?.flush(); // what came with its end
    this.broker.over(this);
  }

  #gone(): void {
    if (!this.#isOver) this.#over();
    this.#alarm?.cancel();
    this.broker.gone(this);
  }
}
