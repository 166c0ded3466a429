/** An existing broker, joined by a hub: Mosquitto with MQTT 5, aedes with 3.1.1. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect as tcpConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { KitelineError } from '../../src/errors.ts';
import type { Hub } from '../../src/hub/hub.ts';
import { brokerUrl } from '../../src/mqtt/join/broker-url.ts';
import { joinBroker } from '../../src/mqtt/join/join.ts';
import { startHub } from '../helpers/hub.ts';
import { aedes, MOSQUITTO, mosquitto, TestClient } from './brokers.ts';

/** It comes with Debian's mosquitto. */
const HAS_PASSWD = spawnSync('mosquitto_passwd', ['--help']).error === undefined;

const HOME = '0123456789abcdef';

const BROKERS: [string, () => Promise<{ url: string }>, modern: boolean][] = [
  ...(MOSQUITTO === undefined ? [] : ([['Mosquitto', mosquitto, true]] as (typeof BROKERS)[number][])),
  ['aedes, which knows 3.1.1 alone', aedes, false],
];

/** A hub that has joined the broker. */
async function joinIt(url: string, hub: Hub, home = HOME) {
  const joined = joinBroker(hub, { url, home });
  onTestFinished(() => joined.close());
  await new Promise<void>((done) => void joined.onConnected(done));
  return joined;
}

/** The next sample of a board that has the metric: its values. */
const sampleOf = (hub: Hub, board: string, metric: string) =>
  new Promise<Record<string, unknown>>((done) =>
    hub.on('sample', (message) => {
      if (message.board === board && message.values.has(metric)) done(Object.fromEntries(message.values));
    }),
  );

/** What the broker had for the hub before has come by then. */
async function reach(client: TestClient, hub: Hub): Promise<void> {
  const heard = sampleOf(hub, 'probe', 'is');
  await client.publish('kiteline/probe/is', '1');
  await heard;
}

/** A board of the hub's own: says hello by TCP, and answers the command `led`. */
async function lamp(hub: Hub, port: number, name = 'lamp') {
  const online = new Promise<void>((done) =>
    hub.on('presence', ({ board, state }) => board === name && state === 'online' && done()),
  );
  const socket = tcpConnect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const commands = { led: { args: { on: { type: 'bool' } } } };
  const asked: unknown[] = [];
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { id, method, params } = JSON.parse(line);
      if (method === 'led') {
        asked.push(params.on);
        socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: { on: params.on } })}\n`);
      } else if (method === '$ping') socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: {} })}\n`);
    }
  });
  const hello = { jsonrpc: '2.0', id: 1, method: 'hello', params: { board: name, boot: 'b1', commands } };
  socket.write(`${JSON.stringify(hello)}\n`);
  await online;
  return { socket, asked };
}

for (const [what, start, isModern] of BROKERS) {
  test(`${what}: values and JSON are samples of the board that the topic names`, async () => {
    const { hub } = await startHub();
    const { url } = await start();
    const joined = await joinIt(url, hub);
    expect(joined.isModern).toBe(isModern);
    const client = await TestClient.connect(url);
    await reach(client, hub);
    const seen = ['temp', 'on', 'mode', 'imu.x', 'hum'].map((metric) => sampleOf(hub, 'greenhouse', metric));
    await client.publish('kiteline/greenhouse/temp', '23.5');
    await client.publish('kiteline/greenhouse/on', 'true');
    await client.publish('kiteline/greenhouse/mode', 'auto');
    await client.publish('kiteline/greenhouse/imu/x', '1');
    await client.publish('kiteline/greenhouse', '{"hum":40,"lux":7}');
    expect(await Promise.all(seen)).toEqual([
      { temp: 23.5 },
      { on: true },
      { mode: 'auto' },
      { 'imu.x': 1 },
      { hum: 40, lux: 7 },
    ]);
    expect(hub.board('greenhouse')?.info()).toMatchObject({ transport: 'mqtt', samples: 5 });
  });

  test(`${what}: a board that says that it is there is commanded, and its next publish of that name is the answer`, async () => {
    const { hub } = await startHub();
    const { url } = await start();
    await joinIt(url, hub);
    const will = {
      topic: 'kiteline/pump/status',
      payload: Buffer.from('offline'),
      qos: 1,
      retain: true,
    } as const;
    const board = await TestClient.connect(url, { will });
    await board.subscribe('kiteline/pump/+/set');
    await reach(board, hub);
    const online = new Promise<void>((done) =>
      hub.on('presence', ({ board, state }) => board === 'pump' && state === 'online' && done()),
    );
    await board.publish('kiteline/pump/$hello', '{"commands":{"run":{"args":{"s":{"type":"int"}}}}}', {
      retain: true,
    });
    // Not kept by the broker: an old one tells nobody who says what it keeps.
    await board.publish('kiteline/pump/status', 'online', { retain: isModern });
    await online;
    expect(Object.keys(hub.board('pump')?.info()?.commands ?? {})).toEqual(['run']);
    const outcome = hub.board('pump')?.command('run', { s: 5 }, { deadline: 60_000 });
    expect((await board.topic('kiteline/pump/run/set')).text).toBe('{"s":5}');
    await board.publish('kiteline/pump/run', '{"ran":5}');
    expect(await outcome).toEqual({ outcome: 'done', result: { ran: 5 } });
    const failing = hub.board('pump')?.command('run', { value: 7 }, { deadline: 60_000 });
    expect((await board.until(({ text }) => text === '7')).topic).toBe('kiteline/pump/run/set');
    await board.publish('kiteline/pump/run/error', 'dry');
    expect(await failing).toMatchObject({ outcome: 'failed', error: { message: 'dry' } });
    const lost = new Promise<string | undefined>((done) =>
      hub.on('presence', ({ state, why }) => state === 'lost' && done(why)),
    );
    board.mqtt.stream.destroy(); // its will is said
    expect(await lost).toBe('CLOSED');
  });

  test(`${what}: what the hub's own boards measure is published and kept, and is no second sample; their commands are taken`, async () => {
    const { hub, port } = await startHub();
    const { url } = await start();
    const joined = await joinIt(url, hub);
    const client = await TestClient.connect(url);
    await reach(client, hub);
    const { socket, asked } = await lamp(hub, port);
    await client.subscribe('kiteline/lamp/#');
    socket.write('{"temp":21.5}\n');
    expect((await client.topic('kiteline/lamp/temp')).text).toBe('21.5');
    expect((await client.topic('kiteline/lamp/status')).text).toBe('online');
    await client.publish('kiteline/lamp/led/set', '{"on":true}');
    expect((await client.topic('kiteline/lamp/led')).text).toBe('{"on":true}');
    await client.publish('kiteline/lamp/led/set', 'false'); // the one argument that it takes
    await client.until(({ topic, text }) => topic === 'kiteline/lamp/led' && text === '{"on":false}');
    expect(asked).toEqual([true, false]);
    await client.publish('kiteline/nobody/led/set', '{}');
    await client.subscribe('kiteline/nobody/#');
    const late = await TestClient.connect(url);
    await late.subscribe('kiteline/lamp/temp');
    expect(await late.topic('kiteline/lamp/temp')).toMatchObject({ text: '21.5', retained: true });
    await reach(client, hub); // whatever came back of ours has come by then
    expect(hub.board('lamp')?.info()).toMatchObject({ samples: 1, transport: 'tcp' });
    expect(joined.counts.unsent).toBe(0);
    await joined.close();
    await joinIt(url, hub); // what the broker has kept of ours is no board of its own
    await reach(client, hub);
    await client.publish('kiteline/lamp/led/set', '{"on":1}');
    await client.until(({ topic, text }) => topic === 'kiteline/lamp/led' && text === '{"on":1}');
    expect(hub.board('lamp')?.info()).toMatchObject({ samples: 1, transport: 'tcp', reconnects: 0 });
    socket.destroy();
    await client.until(({ topic, text }) => topic === 'kiteline/lamp/status' && text === 'offline');
  });

  test(`${what}: a name that has a key is nobody's on a broker, and what is no sample is counted`, async () => {
    const { hub } = await startHub();
    hub.keys.add('vault');
    const { url } = await start();
    const joined = await joinIt(url, hub);
    const client = await TestClient.connect(url);
    await reach(client, hub);
    await client.publish('kiteline/vault/temp', '1');
    await client.publish('kiteline/vault/status', 'online');
    await client.publish('kiteline/127.0.0.1/temp', '1');
    await client.publish('kiteline/b', '{"jsonrpc":"2.0","method":"$bye"}');
    await client.publish('kiteline/b/x', '');
    await client.publish('kiteline/b/old', '5', { retain: true });
    const end = sampleOf(hub, 'b', 'end');
    await client.publish('kiteline/b/end', '1');
    await end;
    expect(joined.counts.dropped).toMatchObject({
      NO_PROOF: 2,
      BAD_TOPIC: 1,
      NOT_ALLOWED: 1,
      BAD_PAYLOAD: 1,
    });
    expect(hub.board('vault')?.info()?.presence).toBeUndefined();
    expect(await hub.store.query({ board: 'vault', metric: 'temp' })).toEqual([]);
  });
}

test.skipIf(MOSQUITTO === undefined)(
  'what boards publish with QoS 1 while the hub is away comes when it is back; commands do not',
  async () => {
    const { hub, port } = await startHub();
    const { url } = await mosquitto();
    const first = await joinIt(url, hub);
    const client = await TestClient.connect(url);
    await reach(client, hub);
    await first.close();
    const { asked } = await lamp(hub, port);
    for (let n = 1; n <= 10; n++) await client.publish('kiteline/far/n', String(n)); // Mosquitto sends 20 at once
    await client.publish('kiteline/lamp/led/set', '{"on":true}');
    await client.publish('kiteline/far/value', '1', { retain: true });
    const last = sampleOf(hub, 'far', 'last');
    await client.publish('kiteline/far/last', '1');
    await joinIt(url, hub);
    await last;
    const stored = await hub.store.query({ board: 'far', metric: 'n' });
    expect(stored.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await client.subscribe('kiteline/lamp/led');
    await client.publish('kiteline/lamp/led/set', '{"on":false}');
    await client.topic('kiteline/lamp/led');
    expect(asked).toEqual([false]);
  },
);

test.skipIf(MOSQUITTO === undefined)(
  'a broker that dies and comes back is joined again; who was there is there again',
  async () => {
    const { hub, port } = await startHub();
    const broker = await mosquitto();
    await joinIt(broker.url, hub);
    const { socket } = await lamp(hub, port);
    const lost = new Promise<void>((done) =>
      hub.on('presence', ({ board, state }) => board === 'pump' && state === 'lost' && done()),
    );
    const online = new Promise<void>((done) =>
      hub.on('presence', ({ board, state }) => board === 'pump' && state === 'online' && done()),
    );
    const pump = await TestClient.connect(broker.url);
    await pump.publish('kiteline/pump/status', 'online', { retain: true });
    await online;
    await broker.kill();
    await lost;
    await pump.mqtt.endAsync(true);
    socket.write('{"temp":5}\n');
    await sampleOf(hub, 'lamp', 'temp');
    await broker.start();
    const again = await TestClient.connect(broker.url);
    await again.subscribe('kiteline/lamp/#');
    expect((await again.topic('kiteline/lamp/temp')).text).toBe('5');
    expect((await again.topic('kiteline/lamp/status')).text).toBe('online');
  },
);

test.skipIf(MOSQUITTO === undefined)(
  'a sample that the disk did not take is not acknowledged, and comes again',
  async () => {
    const { hub } = await startHub();
    const { url } = await mosquitto();
    const joined = await joinIt(url, hub);
    const client = await TestClient.connect(url);
    await reach(client, hub);
    const append = hub.store.append.bind(hub.store);
    let refused = 0;
    hub.on('problem', () => {});
    hub.store.append = async (batch) => {
      if (refused++ > 0) return append(batch);
      throw new KitelineError('STORE_FAILED', 'the disk is full');
    };
    const stored = sampleOf(hub, 'far', 'n');
    await client.publish('kiteline/far/n', '1');
    await stored;
    expect((await hub.store.query({ board: 'far', metric: 'n' })).map(({ value }) => value)).toEqual([1]);
    expect(joined.counts.dropped.STORE_FAILED).toBeGreaterThan(0);
  },
);

test.skipIf(MOSQUITTO === undefined || !HAS_PASSWD)(
  'a broker that asks for a password gets the one of the URL; what it refuses is told once, and tried again',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kiteline-passwd-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'passwords');
    spawnSync('mosquitto_passwd', ['-b', '-c', file, 'hub', 's:cret/1']);
    await chmod(folder, 0o755);
    await chmod(file, 0o644);
    const { port } = await mosquitto(['allow_anonymous false', `password_file ${file}`]);
    const { hub } = await startHub();
    const told: string[] = [];
    const refused = Promise.withResolvers<void>();
    const wrong = joinBroker(hub, {
      url: `mqtt://hub:wrong@127.0.0.1:${port}`,
      home: HOME,
      tell(sentence) {
        told.push(sentence);
        refused.resolve();
      },
    });
    await refused.promise;
    await wrong.close();
    expect(told).toEqual([
      expect.stringMatching(/^MQTT broker 127\.0\.0\.1:\d+ cannot be used \(.*[Nn]ot authorized/),
    ]);
    expect(told.join()).not.toContain('wrong');
    const url = `mqtt://hub:${encodeURIComponent('s:cret/1')}@127.0.0.1:${port}`;
    await joinIt(url, hub);
    const stored = sampleOf(hub, 'far', 'n');
    const client = await TestClient.connect(`mqtt://127.0.0.1:${port}`, {
      username: 'hub',
      password: 's:cret/1',
    });
    await client.publish('kiteline/far/n', '1');
    await stored;
  },
);

test('what is no broker is told', () => {
  expect(() => brokerUrl('http://a')).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  expect(brokerUrl('mqtt://me:secret@broker.lan').host).toBe('broker.lan');
});
