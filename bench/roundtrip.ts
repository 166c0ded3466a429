/**
 * A command's round trip, requester → server → board → server → requester, one after the other: our hub (`$command` over
 * TCP, a board's session) against request and reply through Mosquitto and aedes (a topic each way, QoS 0) and NATS. Requester
 * and board are two connections of one process, with clients of the same few lines for all. First with nothing else to do,
 * both processes on one core where the system has `taskset`; then, on all cores,
 * while 100 publishers send 20,000 messages a second of 57 bytes through the same server, each message a segment of its
 * own: the hub stores them in SQLite as `kiteline up` does, the brokers hand them to a subscriber that counts them. All
 * servers stay up; the systems take turns.
 *
 *   npm run -s bench:roundtrip -- [ROUNDS] [SECONDS_UNDER_LOAD] [SYSTEMS, as kiteline,mosquitto]
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, quantile, spread, table } from './figures.ts';
import type { HubEnd } from './ingest/hub.ts';
import { type Broker, startMosquitto, startNats } from './kit/brokers.ts';
import { Child, removeFolder, tempFolder } from './kit/children.ts';
import { onOneCore } from './kit/cores.ts';
import { FIELDS } from './kit/messages.ts';
import { findMosquitto, findNats } from './kit/peers.ts';
import type { LoadReport } from './kit/tcp-load.ts';
import type { TripsReport } from './roundtrip/ends.ts';

const ROUNDS = Number(process.argv[2] ?? 9);
const SECONDS = Number(process.argv[3] ?? 3);
const WANTED = process.argv[4]?.split(',');
const TRIPS = 3_000;
const PUBLISHERS = 100;
const RATE = 20_000;
/** Before trips are measured under load, and after: seconds. */
const AROUND = 0.5;

interface System {
  name: string;
  key: string;
  protocol: 'kiteline' | 'mqtt' | 'nats';
  start(): Promise<{ port: number; server: Child | Broker }>;
  /** Of our p50 to theirs. */
  goal?: number;
}

interface Running extends System {
  server: Child | Broker;
  port: number;
  ends: Child;
  subscriber: Child | undefined;
  idle50: number[];
  idle99: number[];
  load50: number[];
  load99: number[];
  carried: number[];
  sent: number;
  lost: number;
}

const folder = tempFolder();
const missing: string[] = [];
const systems: System[] = [
  {
    name: 'kiteline, stored',
    key: 'kiteline',
    protocol: 'kiteline',
    async start() {
      const server = new Child(new URL('./ingest/hub.ts', import.meta.url), [folder]);
      return { server, port: (await server.hears<{ port: number }>()).port };
    },
  },
];
const mosquitto = findMosquitto();
if ('path' in mosquitto) {
  const start = async () => {
    const server = await startMosquitto(mosquitto.path, tempFolder());
    return { server, port: server.port };
  };
  systems.push({ name: 'Mosquitto', key: 'mosquitto', protocol: 'mqtt', start, goal: 2 });
} else missing.push(mosquitto.missing);
const nats = findNats();
if ('path' in nats) {
  const start = async () => {
    const server = await startNats(nats.path);
    return { server, port: server.port };
  };
  systems.push({ name: 'NATS', key: 'nats', protocol: 'nats', start, goal: 1.5 });
} else missing.push(nats.missing);
systems.push({
  name: 'aedes',
  key: 'aedes',
  protocol: 'mqtt',
  async start() {
    const server = new Child(new URL('./roundtrip/aedes.ts', import.meta.url));
    return { server, port: (await server.hears<{ port: number }>()).port };
  },
  goal: 0.8,
});

async function begin(system: System): Promise<Running> {
  const { server, port } = await system.start();
  const args = [system.protocol, String(port)];
  const ends = new Child(new URL('./roundtrip/ends.ts', import.meta.url), args);
  await ends.hears();
  let subscriber: Child | undefined;
  if (system.protocol !== 'kiteline') {
    subscriber = new Child(new URL('./roundtrip/subscriber.ts', import.meta.url), args);
    await subscriber.hears();
  }
  const none = () => [] as number[];
  return {
    ...system,
    server,
    port,
    ends,
    subscriber,
    idle50: none(),
    idle99: none(),
    load50: none(),
    load99: none(),
    carried: none(),
    sent: 0,
    lost: 0,
  };
}

const load = new Child(new URL('./kit/tcp-load.ts', import.meta.url));
await load.hears();

const trips = (system: Running, count: number, seconds: number) =>
  system.ends.ask<TripsReport>({ ask: 'trips', count, seconds });

/** Messages of the publishers that have come out: stored, or with the subscriber. */
async function carried({ server, subscriber }: Running): Promise<number> {
  if (subscriber) return (await subscriber.ask<{ count: number }>({ ask: 'count' })).count;
  return server instanceof Child ? (await server.ask<{ count: number }>({ ask: 'count' })).count : 0;
}

let pinned = false;

async function round(system: Running, counts: boolean): Promise<void> {
  const pids = [system.server.pid, system.ends.pid].filter((pid) => pid !== undefined);
  pinned = onOneCore(pids, true);
  const idle = await trips(system, TRIPS, 10);
  onOneCore(pids, false);
  const protocol = system.protocol === 'kiteline' ? 'lines' : system.protocol;
  await load.ask({ ask: 'open', port: system.port, protocol, connections: PUBLISHERS, perWrite: 1 });
  const sending = load.ask<LoadReport>({ ask: 'send', seconds: SECONDS + 2 * AROUND, rate: RATE });
  await sleep(AROUND * 1_000);
  const before = await carried(system);
  const from = performance.now();
  const loaded = await trips(system, Number.POSITIVE_INFINITY, SECONDS);
  const out = (await carried(system)) - before;
  const took = (performance.now() - from) / 1_000;
  const { messages } = await sending;
  await load.ask({ ask: 'close' }, 60_000);
  system.sent += messages;
  if (!counts) return;
  system.idle50.push(median(idle.times));
  system.idle99.push(quantile(idle.times, 0.99));
  system.load50.push(median(loaded.times));
  system.load99.push(quantile(loaded.times, 0.99));
  system.carried.push(out / took);
  system.lost += Number(idle.lost) + Number(loaded.lost);
}

const running: Running[] = [];
for (const system of systems) if (WANTED?.includes(system.key) !== false) running.push(await begin(system));
for (const system of running) await round(system, false); // warm up
for (let i = 0; i < ROUNDS; i++)
  for (const system of i % 2 ? [...running].reverse() : running) await round(system, true);

console.log(
  `${ROUNDS} rounds of ${TRIPS} trips${pinned ? ' on one core' : ''} and ${SECONDS} s under load, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}: median (lowest to highest), µs\n`,
);
const rows = [['', 'p50', 'p99', 'p50 under load', 'p99 under load', 'messages/s carried', 'trips lost']];
for (const { name, idle50, idle99, load50, load99, carried, lost } of running) {
  rows.push([
    name,
    spread(idle50, 0),
    spread(idle99, 0),
    spread(load50, 0),
    spread(load99, 0),
    spread(carried, 0),
    String(lost),
  ]);
}
table(rows);
console.log('');

const [ours, ...others] = running;
const against = (own: number[], other: number[]) =>
  spread(
    own.map((value, i) => value / (other[i] ?? Number.NaN)),
    2,
  );
if (ours?.key === 'kiteline' && others.length > 0) {
  const ratios = [['kiteline ÷ this', 'p50', 'goal', 'p99', 'p50 under load', 'p99 under load', 'goal']];
  for (const { name, key, goal, idle50, idle99, load50, load99 } of others) {
    ratios.push([
      name,
      against(ours.idle50, idle50),
      `≤ ${goal}`,
      against(ours.idle99, idle99),
      against(ours.load50, load50),
      against(ours.load99, load99),
      key === 'mosquitto' ? '≤ 1' : '',
    ]);
  }
  table(ratios);
  console.log('');
}
for (const sentence of missing) console.log(sentence);

for (const { name, server, ends, subscriber, sent } of running) {
  await ends.end();
  await subscriber?.end();
  if (server instanceof Child && name.startsWith('kiteline')) {
    const { points, counts, store, problems } = await server.ask<HubEnd>({ ask: 'close' }, 120_000);
    const dropped = JSON.stringify({ ...counts.dropped, ...store, problems });
    console.log(
      `${name}: ${sent} messages sent, ${points / FIELDS} found when the store was opened again; ${dropped}`,
    );
  }
  await server.end();
}
await load.end();
removeFolder(folder);
process.exit();
