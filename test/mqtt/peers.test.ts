/** Clients of others against the embedded broker: Mosquitto's, MQTT.js over TCP, TLS and WebSocket, and board programs. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveHttp } from '../../src/http/server.ts';
import { makeCertificate } from '../../src/transport/certificate.ts';
import { JOIN, linesOf, startBoard } from '../helpers/board.ts';
import { openBroker, until } from './kit.ts';
import { published, publishPacket, RawClient } from './raw-client.ts';

const LONG = 120_000;

const HAS_CLIENTS = ['mosquitto_pub', 'mosquitto_sub'].every(
  (name) => spawnSync(name, ['--help']).error === undefined,
);
if (!HAS_CLIENTS)
  console.log(
    'Tests with Mosquitto’s clients are skipped: mosquitto_pub and mosquitto_sub are not installed. Debian: apt install mosquitto-clients; macOS: brew install mosquitto.',
  );

describe.skipIf(!HAS_CLIENTS)('mosquitto_pub and mosquitto_sub', { timeout: LONG }, () => {
  const pub = (port: number, ...args: string[]) =>
    new Promise<number | null>((resolve) => {
      const program = spawn('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(port), ...args], {
        stdio: 'ignore',
      });
      program.on('exit', resolve);
    });

  it.each(['0', '1', '2'])('QoS %s: what one publishes the other has, and it is a sample', async (qos) => {
    const { hub, port } = await openBroker();
    expect(await pub(port, '-t', 'kiteline/shed/temp', '-m', '21.5', '-q', qos, '-r')).toBe(0);
    const args = ['-h', '127.0.0.1', '-p', String(port), '-t', 'kiteline/+/temp', '-q', qos, '-C', '2', '-v'];
    const sub = spawn('mosquitto_sub', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void sub.kill('SIGKILL'));
    let said = '';
    sub.stdout.on('data', (bytes) => {
      said += bytes;
    });
    const ended = new Promise((resolve) => sub.on('close', resolve));
    // What it prints comes when it ends: when it has subscribed is not to be seen.
    while (sub.exitCode === null)
      expect(await pub(port, '-t', 'kiteline/shed/temp', '-m', '22', '-q', qos)).toBe(0);
    await ended;
    expect(said).toBe('kiteline/shed/temp 21.5\nkiteline/shed/temp 22\n');
    await until(() => (hub.board('shed')?.info()?.samples ?? 0) >= 2);
  });

  it('a wrong password is refused, a retained message is there', async () => {
    const { port } = await openBroker();
    expect(await pub(port, '-t', 'a', '-m', 'x', '-u', 'me', '-P', 'wrong')).not.toBe(0);
    expect(await pub(port, '-t', 'kept', '-m', 'r', '-r', '-q', '1')).toBe(0);
    const came = await new Promise<string>((resolve) => {
      const program = spawn('mosquitto_sub', [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-t',
        'kept',
        '-C',
        '1',
      ]);
      let text = '';
      program.stdout.on('data', (bytes) => {
        text += bytes;
      });
      program.on('exit', () => resolve(text));
    });
    expect(came).toBe('r\n');
  });
});

describe('MQTT.js', { timeout: LONG }, () => {
  it('over TCP, TLS and WebSocket, with QoS 0, 1 and 2', async () => {
    const { cert, key } = await makeCertificate('kiteline');
    const host = '127.0.0.1';
    const { hub, mqtt: broker } = await openBroker({
      mqtt: { tcp: { host, port: 0 }, tls: { host, port: 0, cert, key } },
    });
    const http = await serveHttp(hub, { host, port: 0, mqtt: broker.upgrade });
    onTestFinished(() => http.close());
    const urls = [
      `mqtt://${host}:${broker.tcp?.port}`,
      `mqtts://${host}:${broker.tls?.port}`,
      `ws://${host}:${http.port}/mqtt`,
    ];
    for (const url of urls) {
      const client = await mqtt.connectAsync(url, { protocolVersion: 4, rejectUnauthorized: false });
      onTestFinished(() => void client.end(true));
      const came: string[] = [];
      client.on('message', (topic, payload, { qos }) => void came.push(`${topic} ${payload} ${qos}`));
      await client.subscribeAsync('test/#', { qos: 2 });
      for (const qos of [0, 1, 2] as const) await client.publishAsync('test/x', `${qos}`, { qos });
      await client.publishAsync('test/long', 'x'.repeat(100_000), { qos: 1 });
      await until(() => came.length === 4);
      expect(came.slice(0, 3)).toEqual(['test/x 0 0', 'test/x 1 1', 'test/x 2 2']);
      await client.endAsync();
    }
  });

  it('a WebSocket of another site’s page is refused, and one without the subprotocol', async () => {
    const { hub, mqtt: broker } = await openBroker();
    const http = await serveHttp(hub, { host: '127.0.0.1', port: 0, mqtt: broker.upgrade });
    onTestFinished(() => http.close());
    const { WebSocket } = await import('ws');
    const statusOf = (protocol: string[], origin: string | undefined) =>
      new Promise<number | string>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${http.port}/mqtt`, protocol, {
          ...(origin && { origin }),
        });
        socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
        socket.on('open', () => resolve('open'));
        socket.on('error', () => resolve('refused'));
        onTestFinished(() => socket.terminate());
      });
    expect(await statusOf(['mqtt'], 'http://evil.example')).toBe(403);
    expect(await statusOf(['mqtt'], `http://127.0.0.1:${http.port}`)).toBe('open');
    expect(await statusOf(['other'], undefined)).toBe('refused');
  });
});

describe('board programs', { timeout: LONG }, () => {
  it('umqtt.robust is a board like any other: it measures, is commanded and answers', async () => {
    const { hub, port } = await openBroker();
    const board = await startBoard(`${JOIN}
from umqtt.robust import MQTTClient
client = MQTTClient("esp-1", "127.0.0.1", port=${port}, user="kitchen", password="", keepalive=60)
def on_message(topic, message):
    print(topic.decode(), message.decode())
    client.publish("kiteline/kitchen/led", b"true")
client.set_callback(on_message)
client.set_last_will("kiteline/kitchen/status", "offline", retain=True)
client.connect()
client.subscribe("kiteline/kitchen/led/set")
client.publish("kiteline/kitchen/temp", "21.5", qos=1)
client.publish("kiteline/kitchen", '{"hum":40,"light":true}', qos=1)
print("ready")
client.wait_msg()
client.disconnect()
`);
    await board.out(/ready/);
    await until(() => hub.board('kitchen')?.info()?.commands?.led !== undefined);
    const outcome = await hub.board('kitchen')?.command('led', { on: true }, { deadline: 60_000 });
    expect(outcome).toEqual({ outcome: 'done', result: true });
    await board.out(/kiteline\/kitchen\/led\/set \{"on":true\}/);
    await board.ended;
    const latest = await hub.store.latest('kitchen');
    expect(Object.fromEntries(latest.map(({ metric, value }) => [metric, value]))).toEqual({
      temp: 21.5,
      hum: 40,
      light: true,
      led: true,
    });
    await until(() => hub.board('kitchen')?.info()?.presence?.state === 'lost');
  });

  it('umqtt.simple and an asyncio client with a session that is kept: what was missed is there, and session present says so', async () => {
    const { port } = await openBroker();
    const simple = (then: string) => `${JOIN}
from umqtt.simple import MQTTClient
client = MQTTClient("kept", "127.0.0.1", port=${port}, keepalive=60)
client.set_callback(lambda topic, message: print(topic.decode(), message.decode()))
print(client.connect(clean_session=False))
${then}
`;
    expect(await linesOf(simple('client.subscribe("orders", 1)\nclient.sock.close()'))).toEqual(['0']);
    const sender = await RawClient.connected(port);
    sender.write(publishPacket('orders', 'while you were away', { qos: 1 }));
    await sender.next();
    expect(await linesOf(simple('client.wait_msg()\nclient.disconnect()'))).toEqual([
      '1',
      'orders while you were away',
    ]);

    const source = readFileSync(new URL('./client.py', import.meta.url), 'utf8');
    const asynchronous = (then: string) => `${JOIN}${source}
async def main():
    client = Client("async", "attic", "127.0.0.1", ${port})
    print(await client.connect())
    done = asyncio.Event()
    async def take(topic, message, dup):
        print(topic, message)
        done.set()
    task = asyncio.create_task(client.read(take))
${then}
    task.cancel()
    client.writer.close()
asyncio.run(main())
`;
    const watcher = await RawClient.connected(port);
    await watcher.subscribe('kiteline/attic/temp');
    const first =
      '    await client.subscribe("orders/attic")\n    await client.publish("kiteline/attic/temp", "5")';
    expect(await linesOf(asynchronous(first))).toEqual(['0']);
    expect(published(await watcher.next()).payload).toBe('5');
    sender.write(publishPacket('orders/attic', 'dust', { qos: 1, id: 2 }));
    await sender.next();
    const second =
      '    await asyncio.wait_for(done.wait(), 60)\n    await client.publish("kiteline/attic/temp", "6")';
    expect(await linesOf(asynchronous(second))).toEqual(['1', 'orders/attic dust']);
    expect(published(await watcher.next()).payload).toBe('6');
  });
});
