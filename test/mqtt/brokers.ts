/** Brokers of others, and their clients, ended after the test. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Aedes } from 'aedes';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { freePort } from '../helpers/board.ts';

const HINT = 'Debian: apt install mosquitto; macOS: brew install mosquitto; or set MOSQUITTO to the program.';

/** Where Mosquitto's broker is; undefined where it is not installed, which is said once. */
export const MOSQUITTO = (() => {
  const names = [process.env.MOSQUITTO, 'mosquitto', '/usr/sbin/mosquitto'];
  const found = names.find((name) => name !== undefined && spawnSync(name, ['-h']).error === undefined);
  if (found === undefined) console.log(`Tests against Mosquitto are skipped: it is not installed. ${HINT}`);
  return found;
})();

export interface TestBroker {
  port: number;
  url: string;
  /** Ends it, as a machine that loses its power. */
  kill(): Promise<void>;
  /** Starts it again, at the same port. */
  start(): Promise<void>;
}

/** Mosquitto at a port of the loopback, without a disk. @param settings lines of its configuration */
export async function mosquitto(settings: string[] = ['allow_anonymous true']): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'kiteline-mosquitto-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort('tcp', '127.0.0.1');
  const file = join(folder, 'mosquitto.conf');
  const user = process.getuid?.() === 0 ? ['user root'] : [];
  await writeFile(file, [`listener ${port} 127.0.0.1`, 'log_dest none', ...user, ...settings].join('\n'));
  let program: ReturnType<typeof spawn> | undefined;
  const broker: TestBroker = {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async kill() {
      if (!program || program.exitCode !== null) return;
      const gone = once(program, 'exit');
      program.kill('SIGKILL');
      await gone;
      program = undefined;
    },
    async start() {
      program = spawn(MOSQUITTO as string, ['-c', file], { stdio: 'ignore' });
      while (!(await answersAt(port))) {
        if (program.exitCode !== null) throw new Error(`mosquitto ended: ${program.exitCode}`);
        await sleep(20);
      }
    },
  };
  await broker.start();
  onTestFinished(() => broker.kill());
  return broker;
}

/** aedes: knows MQTT 3.1.1 alone. */
export async function aedes(): Promise<{ url: string }> {
  const broker = await Aedes.createBroker();
  const server = createServer((socket) => broker.handle(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await new Promise<void>((done) => broker.close(() => done()));
    server.close();
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function answersAt(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((done) => {
    socket.once('connect', () => done(true)).once('error', () => done(false));
  }).then((is) => {
    socket.destroy();
    return is as boolean;
  });
}

export interface Heard {
  topic: string;
  text: string;
  retained: boolean;
}

/** A client that is connected, remembers what it hears, and waits for more. */
export class TestClient {
  readonly mqtt: MqttClient;
  readonly heard: Heard[] = [];
  #waiting = new Set<() => void>();

  static async connect(url: string, options: IClientOptions = {}): Promise<TestClient> {
    const client = new TestClient(await mqtt.connectAsync(url, { protocolVersion: 4, ...options }));
    onTestFinished(() => client.mqtt.endAsync(true));
    return client;
  }

  constructor(client: MqttClient) {
    this.mqtt = client;
    client.on('message', (topic, payload, { retain }) => {
      this.heard.push({ topic, text: payload.toString(), retained: retain });
      for (const check of [...this.#waiting]) check();
    });
  }

  async subscribe(...filters: string[]): Promise<void> {
    await this.mqtt.subscribeAsync(filters, { qos: 1 });
  }

  /** Resolves when the broker has acknowledged it. */
  async publish(
    topic: string,
    payload: string,
    options: { retain?: boolean; qos?: 0 | 1 } = {},
  ): Promise<void> {
    await this.mqtt.publishAsync(topic, payload, { qos: 1, ...options });
  }

  /** The first message that is so, heard or to come. */
  until(is: (heard: Heard) => boolean): Promise<Heard> {
    return new Promise((done) => {
      const check = () => {
        const found = this.heard.find(is);
        if (!found) return;
        this.#waiting.delete(check);
        done(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  topic(topic: string): Promise<Heard> {
    return this.until((heard) => heard.topic === topic);
  }
}
