/** The embedded MQTT broker: one more way into the same hub. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';
import type { HostPort } from '../transport/address.ts';
import type { TlsKeys } from '../transport/tls-gate.ts';
import type { TokenSource } from './access.ts';
import { Broker } from './broker.ts';
import { HubClient } from './hub-client.ts';
import type { MqttDoor } from './join/door.ts';
import { openJournal } from './journal/journal.ts';
import { listenMqtt, type MqttListener } from './listen.ts';
import type { MqttCounts } from './message.ts';
import type { Qos } from './packet/types.ts';
import { WebSocketDoor } from './web-socket.ts';

export interface MqttOptions {
  /** Where to listen; nowhere unless told, for clients that come by WebSocket alone. */
  tcp?: HostPort | undefined;
  tls?: (HostPort & TlsKeys) | undefined;
  /** The folder where sessions that are not clean, and retained messages, outlive the hub; in memory alone unless told. */
  data?: string | undefined;
  /** Whose tokens let people and programs in, as passwords. */
  tokens?: TokenSource | undefined;
  /** From where clients without a password are let in; this machine alone unless told. */
  open?: 'local' | 'private' | 'none' | undefined;
  clock?: Clock | undefined;
  /** Told of what goes wrong beside a call. */
  told?: (error: unknown) => void;
}

/** The broker, as a door for what speaks through brokers, too (join/door.ts). */
export interface Mqtt extends MqttDoor {
  readonly tcp: HostPort | undefined;
  readonly tls: HostPort | undefined;
  /** What was refused or lost, by reason. */
  readonly counts: Readonly<MqttCounts>;
  readonly connections: number;
  readonly sessions: number;
  /**
   * Publishes as the hub: to everybody who subscribes.
   * @throws RangeError for what is no topic
   */
  publish(topic: string, payload: string | Uint8Array, options?: { qos?: Qos; retain?: boolean }): void;
  /**
   * Subscribes as the hub: told of every message that the filter takes, and of what is retained.
   * @returns ends it
   * @throws RangeError for what is no filter
   */
  subscribe(
    filter: string,
    told: (topic: string, payload: Uint8Array, retained: boolean) => void,
  ): () => void;
  /** Tells that the broker is there: at once. */
  onConnected(told: () => void): () => void;
  /** A WebSocket with the subprotocol `mqtt`, let in already: to be called with an upgrade of the HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every connection, and lets go of the ports. Harmless when repeated. */
  close(): Promise<void>;
}

/**
 * Opens a broker on a hub. Close it before the hub.
 * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE, BAD_ARGUMENT, STORE_FAILED
 */
export async function openMqtt(hub: Hub, options: MqttOptions = {}): Promise<Mqtt> {
  const { tcp, tls, data, tokens, open, clock = systemClock, told } = options;
  const journal = data === undefined ? undefined : await openJournal(data, { clock, ...(told && { told }) });
  const broker = new Broker(hub, { tokens, journal, ...(open && { open }), clock });
  const listening = { clock, ...(told && { told }) };
  let plain: MqttListener | undefined;
  let secure: MqttListener | undefined;
  try {
    plain = tcp && (await listenMqtt(broker, { ...tcp, ...listening }));
    secure = tls && (await listenMqtt(broker, { host: tls.host, port: tls.port, tls, ...listening }));
  } catch (error) {
    await plain?.close();
    await broker.close();
    throw error;
  }
  const client = new HubClient(broker);
  const door = new WebSocketDoor(broker);
  let closed: Promise<void> | undefined;
  return {
    tcp: plain && { host: plain.host, port: plain.port },
    tls: secure && { host: secure.host, port: secure.port },
    counts: broker.counts,
    get connections() {
      return broker.connections;
    },
    get sessions() {
      return broker.sessions;
    },
    publish: (topic, payload, { qos = 0, retain = false } = {}) =>
      client.publish(topic, payload, qos, retain),
    subscribe: (filter, told) => client.subscribe(filter, told),
    onConnected(told) {
      told();
      return () => {};
    },
    upgrade: (request, socket, head) => door.upgrade(request, socket, head),
    close() {
      closed ??= Promise.all([plain?.close(), secure?.close()]).then(() => broker.close());
      return closed;
    },
  };
}
