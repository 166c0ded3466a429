import type { IPublishPacket } from 'mqtt-packet';
import type { Hub } from '../../hub/hub.ts';
import { say } from '../../language.ts';
import { brokerUrl } from './broker-url.ts';
import { Client, OURS } from './client.ts';
import { SetCommands } from './commands.ts';
import type { MqttDoor } from './door.ts';
import { Inward } from './inward.ts';
import type { JoinDrop, MetricPlace } from './messages.ts';
import { meaningOf, ROOT, topicOfHub } from './names.ts';
import { Outward } from './outward.ts';

export interface JoinOptions {
  /** `mqtt://USER:PASSWORD@HOST:1883`, `mqtts://…` with TLS. */
  url: string;
  /** Which hub this is, 16 hex digits: the broker keeps what comes for it while it is away. */
  home: string;
  /** Told once for each time that the broker is there, and that it is not, with a sentence. */
  tell?: (sentence: string) => void;
}

export interface JoinCounts {
  /** Publishes that came, of all kinds. */
  received: number;
  /** What was not taken, by reason. */
  dropped: Partial<Record<JoinDrop, number>>;
  /** Events that were not published: the broker was gone for long, or too slow, or did not let us. */
  unsent: number;
}

/** A broker that was joined. */
export interface Joined extends MqttDoor {
  readonly isConnected: boolean;
  /** Whether it speaks MQTT 5, undefined while that is not known. */
  readonly isModern: boolean | undefined;
  readonly counts: JoinCounts;
  /** Where a board that came by the broker publishes a metric; undefined for all that the hub publishes. */
  placeOf(board: string, metric: string): MetricPlace | undefined;
  /** Says goodbye; what is published on its way is waited for. */
  close(): Promise<void>;
}

/**
 * Joins a broker as a client, both ways: what boards publish there are samples of the hub's boards, and what the hub's boards measure and
 * answer is published. It connects again and again until it is closed.
 *
 * Two connections: samples come on one that the broker keeps, so that none of QoS 1 is lost while the hub is away; commands on one that
 * it does not keep, because a command that comes an hour late must not run.
 * @throws KitelineError BAD_ARGUMENT for a URL that is none
 */
export function joinBroker(hub: Hub, { url, home, tell = () => {} }: JoinOptions): Joined {
  const at = brokerUrl(url);
  const counts: JoinCounts = { received: 0, dropped: {}, unsent: 0 };
  const listeners = new Map<string, Set<(topic: string, payload: Uint8Array, retained: boolean) => void>>();
  const told = new Set<() => void>();
  const readies = new Set<'samples' | 'commands'>();
  let isHere: boolean | undefined;
  const drop = (reason: JoinDrop) => {
    counts.dropped[reason] = (counts.dropped[reason] ?? 0) + 1;
  };
  const here = topicOfHub(home);

  const inward = new Inward({
    hub,
    from: () => samples.at,
    secure: at.protocol === 'mqtts:',
    publish: (topic, payload) => samples.publishNow(topic, payload),
    drop,
    echoes: () => !samples.isModern,
  });
  const samples: Client = new Client(
    { url: at.href, clientId: `kiteline-${home}`, keeps: true, will: { topic: here, payload: 'offline' } },
    {
      connected(client) {
        for (const filter of listeners.keys()) void client.subscribe(filter);
        void client.publish(here, 'online', true);
        outward.begins();
        void client.subscribe(`${ROOT}/#`).then((isOurs) => isOurs && ready('samples'));
      },
      gone() {
        inward.lost();
        outward.pauses();
        readies.delete('samples');
        if (isHere === true) tell(say(`MQTT broker ${at.host}: gone`, `MQTT 代理 ${at.host} 已断开`));
        isHere = false;
      },
      failed,
      message: (packet) => arrived(packet),
    },
  );
  const commands = new Client(
    { url: at.href, clientId: `kiteline-${home}-commands`, keeps: false },
    {
      connected: (client) =>
        void client.subscribe(`${ROOT}/+/+/set`).then((isOurs) => isOurs && ready('commands')),
      gone: () => void readies.delete('commands'),
      failed,
      message(packet) {
        const meaning = meaningOf(packet.topic);
        // What the broker kept was said some time ago, to whoever there was.
        if (meaning?.is !== 'set' || packet.retain || inward.has(meaning.board)) return true;
        void sets.run(meaning.board, meaning.command, bytesOf(packet));
        return true;
      },
    },
  );
  const outward = new Outward({
    hub,
    isThere: (board) => inward.has(board),
    publish: (topic, payload) => samples.publish(topic, payload, true),
  });
  const sets = new SetCommands(hub, (topic, payload) => void samples.publish(topic, payload, false));

  function ready(connection: 'samples' | 'commands'): void {
    readies.add(connection);
    if (readies.size < 2) return;
    if (isHere !== true) tell(say(`MQTT broker ${at.host}: joined`, `已加入 MQTT 代理 ${at.host}`));
    isHere = true;
    for (const call of [...told]) call();
  }

  /** The first trouble is told; while it lasts there is one with every attempt. */
  function failed(error: Error): void {
    if (isHere === false) return;
    isHere = false;
    tell(cannot(at.host, error));
  }

  function arrived(packet: IPublishPacket): boolean | Promise<boolean> {
    const { topic, retain, properties } = packet;
    const payload = bytesOf(packet);
    for (const call of listeners.get(topic) ?? []) call(topic, payload, retain);
    if (!topic.startsWith(`${ROOT}/`) || topic.startsWith(`${ROOT}/$`)) return true;
    counts.received++;
    if (properties?.userProperties?.[OURS] !== undefined) {
      drop('OUR_OWN');
      return true;
    }
    const meaning = meaningOf(topic);
    if (meaning) return inward.take({ topic, meaning, payload, retained: retain });
    drop('BAD_TOPIC');
    return true;
  }

  return {
    get isConnected() {
      return samples.isConnected;
    },
    get isModern() {
      return isHere === true ? samples.isModern : undefined;
    },
    get counts() {
      return { ...counts, dropped: { ...counts.dropped }, unsent: outward.dropped };
    },
    placeOf: (board, metric) => inward.placeOf(board, metric),
    publish(topic, payload, { retain }) {
      void samples.publish(topic, payload, retain);
    },
    subscribe(topic, call) {
      const calls = listeners.get(topic) ?? new Set();
      calls.add(call);
      listeners.set(topic, calls);
      if (samples.isConnected) void samples.subscribe(topic);
      return () => calls.delete(call);
    },
    onConnected(call) {
      told.add(call);
      if (isHere) call();
      return () => told.delete(call);
    },
    async close() {
      outward.close();
      sets.close();
      if (samples.isConnected) await samples.publish(here, 'offline', true);
      await Promise.all([samples.close(), commands.close()]);
      inward.close();
    },
  };
}

const bytesOf = ({ payload }: IPublishPacket): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;

const cannot = (host: string, error: Error): string =>
  say(
    `MQTT broker ${host} cannot be used (${reasonOf(error)}). The hub tries again until it is there.`,
    `无法使用 MQTT 代理 ${host}（${reasonOf(error)}）。中枢会不断重试。`,
  );

const reasonOf = (error: Error): string =>
  error.message || ('code' in error && typeof error.code === 'string' ? error.code : error.name);
