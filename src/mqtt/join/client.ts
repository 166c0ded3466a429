import { type IClientOptions, type MqttClient, connect as mqttConnect } from 'mqtt';
import { generate, type IPublishPacket } from 'mqtt-packet';

/** Milliseconds between attempts, and that one may take. */
const AGAIN_MS = 1_000;
const CONNECT_MS = 15_000;
/** Seconds: whoever is gone is noticed after one and a half. */
const KEEPALIVE_S = 30;
/** Seconds that an MQTT 5 broker keeps what came while the hub was away: a week. Of 3.1.1 the broker decides. */
const SESSION_S = 7 * 24 * 3600;
/** Unsupported protocol version, in MQTT 3.1.1 and 5. */
const OLD_BROKER = [1, 0x84];
/** Marks what the hub publishes, where the broker has MQTT 5. */
export const OURS = 'kiteline';

export interface ClientOptions {
  url: string;
  clientId: string;
  /** Whether the broker keeps the session while we are away. */
  keeps: boolean;
  /** What it publishes when we are gone. */
  will?: { topic: string; payload: string };
}

export interface ClientEvents {
  connected(client: Client): void;
  gone(): void;
  failed(error: Error): void;
  /**
   * Somebody published.
   * @returns whether it may be acknowledged: false ends the connection, and the broker sends it again
   */
  message(packet: IPublishPacket): boolean | Promise<boolean>;
}

/**
 * A client of a broker: connects again and again; speaks MQTT 5, or 3.1.1 where the broker knows no other. What arrives with QoS 1 is
 * acknowledged in its order and when it may be, and others are taken meanwhile.
 */
export class Client {
  readonly #options: ClientOptions;
  readonly #events: ClientEvents;
  #mqtt: MqttClient;
  #version: 4 | 5 = 5;
  #acks: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: ClientOptions, events: ClientEvents) {
    this.#options = options;
    this.#events = events;
    this.#mqtt = this.#connect();
  }

  /** Whether the broker speaks MQTT 5. */
  get isModern(): boolean {
    return this.#version === 5;
  }

  get isConnected(): boolean {
    return this.#mqtt.connected;
  }

  /** Numeric address and port of the broker. */
  get at(): { host: string; port: number } {
    const { remoteAddress = '127.0.0.1', remotePort = 0 } = this.#mqtt.stream as {
      remoteAddress?: string;
      remotePort?: number;
    };
    return { host: remoteAddress.replace(/^::ffff:(?=\d+\.)/i, ''), port: remotePort };
  }

  /** @returns whether the broker lets us; false also when the connection is gone before it says so */
  async subscribe(filter: string): Promise<boolean> {
    const extra = this.isModern ? { nl: true, rap: false, rh: 0 } : {};
    try {
      await this.#mqtt.subscribeAsync(filter, { qos: 1, ...extra });
      return true;
    } catch (error) {
      if (this.isConnected) this.#events.failed(error as Error);
      return false;
    }
  }

  /** @returns whether the broker has taken it, once it says so, after however many connections; false where it may not, or we are closed */
  async publish(topic: string, payload: string, retain: boolean): Promise<boolean> {
    const properties = this.isModern
      ? { properties: { userProperties: { [OURS]: this.#options.clientId } } }
      : {};
    return this.#mqtt.publishAsync(topic, payload, { qos: 1, retain, ...properties }).then(
      () => true,
      () => false,
    );
  }

  /** Sends with QoS 0, at once or never. @returns false when there is no broker now */
  publishNow(topic: string, payload: string): boolean {
    if (!this.isConnected) return false;
    this.#mqtt.publish(topic, payload, { qos: 0 });
    return true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#mqtt.endAsync(!this.isConnected);
  }

  #connect(): MqttClient {
    const { url, clientId, keeps, will } = this.#options;
    const isModern = this.#version === 5;
    const settings: IClientOptions = {
      clientId,
      clean: !keeps,
      protocolVersion: this.#version,
      keepalive: KEEPALIVE_S,
      reconnectPeriod: AGAIN_MS,
      reconnectOnConnackError: true,
      connectTimeout: CONNECT_MS,
      resubscribe: false,
      queueQoSZero: false,
      ...(isModern && keeps && { properties: { sessionExpiryInterval: SESSION_S } }),
      ...(will && {
        will: {
          topic: will.topic,
          payload: Buffer.from(will.payload),
          qos: 1,
          retain: true,
          ...(isModern && { properties: { userProperties: { [OURS]: clientId } } }),
        },
      }),
    };
    const at = new URL(url);
    const [user, password] = [at.username, at.password].map(decodeURIComponent);
    at.username = '';
    at.password = '';
    if (user) settings.username = user;
    if (password) settings.password = password;
    const mqtt = mqttConnect(at.href, settings);
    mqtt.on('connect', () => {
      this.#acks = Promise.resolve();
      this.#events.connected(this);
    });
    mqtt.on('close', () => this.#mqtt === mqtt && this.#events.gone());
    mqtt.on('error', (error) => this.#failed(mqtt, error));
    mqtt.on('packetreceive', (packet) => packet.cmd === 'publish' && this.#arrived(mqtt, packet));
    return mqtt;
  }

  #failed(mqtt: MqttClient, error: Error): void {
    if (this.#isClosed || this.#mqtt !== mqtt) return;
    const code = 'code' in error ? error.code : undefined;
    if (this.#version === 5 && OLD_BROKER.includes(code as number)) {
      this.#version = 4;
      mqtt.end(true);
      this.#mqtt = this.#connect();
      return;
    }
    this.#events.failed(error);
  }

  /**
   * The client would acknowledge by itself, one after another: each would wait for a commit of its own. So it sees QoS 0, and the
   * acknowledgements are sent here.
   */
  #arrived(mqtt: MqttClient, packet: IPublishPacket): void {
    const { qos, messageId } = packet;
    const may = this.#events.message(packet);
    if (qos === 0) return;
    packet.qos = 0;
    const { stream } = mqtt;
    this.#acks = this.#acks.then(async () => {
      const isTaken = await may;
      if (stream.destroyed) return;
      if (isTaken) stream.write(generate({ cmd: 'puback', messageId: messageId as number }));
      else stream.destroy();
    });
  }
}
