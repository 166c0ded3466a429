/**
 * Our broker beside Mosquitto and aedes, in one run. 100 publishers send messages of 57 bytes with four values, one a segment or 16 a
 * write, as fast as they are taken.
 *
 * - to one subscriber, QoS 0 and QoS 1 (both ends): delivered a second. Ours also where each message is a sample that is stored besides.
 * - into a store on disk: committed a second; Mosquitto has a subscriber that stores a row a value in SQLite, as scripts do.
 * - a command's round trip between two clients, one after the other, on one core.
 *
 * The server's CPU time a message is beside each figure: on a machine that does other things, too, it tells more than the clock does.
 *
 *   npm run -s bench:mqtt -- [ROUNDS] [THOUSANDS_OF_MESSAGES]
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { median, spread, table } from './figures.ts';
import type { Arrival } from './kit/answers.ts';
import { type Broker, startMosquitto } from './kit/brokers.ts';
import { Child, removeFolder, tempFolder } from './kit/children.ts';
import { onOneCore } from './kit/cores.ts';
import { FIELDS } from './kit/messages.ts';
import { findMosquitto } from './kit/peers.ts';
import type { LoadReport } from './kit/tcp-load.ts';
import type { TripsReport } from './roundtrip/ends.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
/** Of a round with 16 a write; a quarter of it with one a segment, and a tenth of that for aedes, which is as much slower. */
const MESSAGES = 1_000 * Number(process.argv[3] ?? 400);
const PUBLISHERS = 100;
const TRIPS = 2_000;
/** Milliseconds for a slow broker to hand out what it has taken. */
const PATIENCE_MS = 300_000;

interface Case {
  name: string;
  perWrite: number;
  qos: 0 | 1;
  /** Ours ÷ Mosquitto, at least. */
  goal: number;
}

const CASES: Case[] = [
  { name: 'QoS 0, one a segment', perWrite: 1, qos: 0, goal: 1.5 },
  { name: 'QoS 0, 16 a write', perWrite: 16, qos: 0, goal: 5 },
  { name: 'QoS 1, one a segment', perWrite: 1, qos: 1, goal: 1 },
  { name: 'QoS 1, 16 a write', perWrite: 16, qos: 1, goal: 1 },
];

interface System {
  name: string;
  port: number;
  pid: number;
  server: Child | Broker;
  topic: string;
  /** Of the messages of a round, how many it gets. */
  share: number;
}

const program = findMosquitto();
const folder = tempFolder();
const systems: System[] = [];
const kiteline = new Child(new URL('./mqtt/kiteline.ts', import.meta.url), [folder]);
const ours = await kiteline.hears<{ port: number; pid: number }>();
systems.push({ name: 'kiteline', ...ours, server: kiteline, topic: 'b/', share: 1 });
systems.push({
  name: 'kiteline, stored as samples',
  ...ours,
  server: kiteline,
  topic: 'kiteline/b',
  share: 1,
});
if ('path' in program) {
  const server = await startMosquitto(program.path, tempFolder());
  systems.push({ name: 'Mosquitto', port: server.port, pid: server.pid ?? 0, server, topic: 'b/', share: 1 });
} else console.log(program.missing);
const aedes = new Child(new URL('./roundtrip/aedes.ts', import.meta.url));
const { port: aedesPort } = await aedes.hears<{ port: number }>();
systems.push({ name: 'aedes', port: aedesPort, pid: aedes.pid ?? 0, server: aedes, topic: 'b/', share: 0.1 });

const load = new Child(new URL('./kit/tcp-load.ts', import.meta.url));
await load.hears();

/** CPU microseconds of a process: fields 14 and 15 of proc(5), in ticks of 10 ms. NaN where there is no /proc. */
function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return Number.NaN;
  }
}

const messagesOf = (perWrite: number): number => (perWrite === 1 ? MESSAGES / 4 : MESSAGES);

interface Result {
  /** Messages a second that have come out. */
  rate: number;
  /** CPU microseconds of the server for each. */
  cpu: number;
  /** 0 to 1, of those that were sent. */
  lost: number;
}

async function deliver({ port, pid, topic, share }: System, { perWrite, qos }: Case): Promise<Result> {
  const filter = topic === 'b/' ? 'b/+' : 'kiteline/+';
  const subscriber = new Child(new URL('./mqtt/subscriber.ts', import.meta.url), [
    String(port),
    filter,
    String(qos),
  ]);
  await subscriber.hears();
  const connections = PUBLISHERS;
  await load.ask({ ask: 'open', port, protocol: 'mqtt', connections, perWrite, topic, qos });
  await subscriber.ask({ ask: 'begin' });
  const before = cpuOf(pid);
  const sent = await load.ask<LoadReport>(
    { ask: 'send', messages: share * messagesOf(perWrite) },
    PATIENCE_MS,
  );
  const arrived = await subscriber.ask<Arrival>({ ask: 'await', messages: sent.messages }, PATIENCE_MS);
  const cpu = cpuOf(pid) - before;
  await load.ask({ ask: 'close' }, PATIENCE_MS);
  await subscriber.end();
  return {
    rate: arrived.messages / ((arrived.at - sent.from) / 1_000),
    cpu: cpu / arrived.messages,
    lost: 1 - arrived.messages / sent.messages,
  };
}

async function store(
  server: Child,
  port: number,
  topic: string,
  perWrite: number,
  qos: 0 | 1,
): Promise<number> {
  await load.ask({ ask: 'open', port, protocol: 'mqtt', connections: PUBLISHERS, perWrite, topic, qos });
  await server.ask({ ask: 'begin' });
  const sent = await load.ask<LoadReport>({ ask: 'send', messages: messagesOf(perWrite) }, PATIENCE_MS);
  const arrived = await server.ask<Arrival>({ ask: 'await', messages: sent.messages }, PATIENCE_MS);
  await load.ask({ ask: 'close' }, PATIENCE_MS);
  return arrived.messages / ((arrived.at - sent.from) / 1_000);
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const per = (mine: readonly number[], theirs: readonly number[]) =>
  spread(
    mine.map((value, i) => value / (theirs[i] ?? Number.NaN)),
    2,
  );

console.log(
  `${ROUNDS} rounds of up to ${MESSAGES.toLocaleString('en-US')} messages, ${PUBLISHERS} publishers, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}: medians (lowest to highest)\n`,
);
for (const one of CASES) {
  const results = new Map<System, Result[]>(systems.map((system) => [system, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    const turn = round % 2 ? [...systems].reverse() : systems;
    for (const system of turn) {
      const result = await deliver(system, one);
      if (round > 0) results.get(system)?.push(result); // the first is to warm up
    }
  }
  const of = (name: string, what: keyof Result) =>
    [...results].find(([system]) => system.name === name)?.[1].map((result) => result[what]) ?? [];
  const rows = [[one.name, 'delivered/s', 'server CPU µs', 'lost', '÷ Mosquitto', 'goal', '÷ aedes']];
  for (const { name } of systems) {
    const isOurs = name.startsWith('kiteline');
    rows.push([
      name,
      `${whole(median(of(name, 'rate')))}`,
      spread(of(name, 'cpu'), 1),
      `${(100 * median(of(name, 'lost'))).toFixed(1)} %`,
      isOurs ? per(of(name, 'rate'), of('Mosquitto', 'rate')) : '',
      name === 'kiteline' ? `≥ ${one.goal}` : '',
      isOurs ? per(of(name, 'rate'), of('aedes', 'rate')) : '',
    ]);
  }
  table(rows);
  console.log('');
}

// The script behind Mosquitto has a Mosquitto of its own.
if ('path' in program) {
  const script = new Child(new URL('./ingest/mosquitto.ts', import.meta.url), [program.path, tempFolder()]);
  const { port } = await script.hears<{ port: number }>();
  const rows = [
    ['committed to the store, messages/s', 'kiteline', 'Mosquitto and a script', 'ratio', 'goal'],
  ];
  for (const [perWrite, name] of [
    [1, 'QoS 0, one a segment'],
    [16, 'QoS 0, 16 a write'],
  ] as const) {
    const mine: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const own = await store(kiteline, ours.port, 'kiteline/b', perWrite, 0);
      const other = await store(script, port, 'b/', perWrite, 0);
      if (round > 0) mine.push(own);
      if (round > 0) theirs.push(other);
    }
    rows.push([name, whole(median(mine)), whole(median(theirs)), per(mine, theirs), '≥ 5']);
  }
  table(rows);
  console.log('');
  await script.ask({ ask: 'close' }, PATIENCE_MS);
  await script.end();
}

const trips = new Map<string, number[]>();
const pair = systems.filter(({ name }) => !name.includes('samples'));
const ends = await Promise.all(
  pair.map(async ({ port }) => {
    const end = new Child(new URL('./roundtrip/ends.ts', import.meta.url), ['mqtt', String(port)]);
    await end.hears();
    return end;
  }),
);
for (let round = 0; round <= ROUNDS; round++) {
  for (const [i, { name, pid }] of pair.entries()) {
    const end = ends[i] as Child;
    const pids = [pid, end.pid ?? pid];
    onOneCore(pids, true);
    const { times } = await end.ask<TripsReport>({ ask: 'trips', count: TRIPS, seconds: 20 }, PATIENCE_MS);
    onOneCore(pids, false);
    if (round > 0) trips.set(name, [...(trips.get(name) ?? []), median(times)]);
  }
}
const tripRows = [['round trip of a command, p50', 'µs', 'kiteline ÷ this']];
for (const [name, times] of trips)
  tripRows.push([name, spread(times, 0), per(trips.get('kiteline') ?? [], times)]);
table(tripRows);
for (const end of ends) await end.end();

const { counts, points } = await kiteline.ask<{ counts: object; points: number }>(
  { ask: 'close' },
  PATIENCE_MS,
);
console.log(
  `\nkiteline: ${whole(points / FIELDS)} samples found when the store was opened again; not done: ${JSON.stringify(counts)}`,
);
await Promise.all([load.end(), aedes.end(), kiteline.end()]);
for (const { server } of systems) if (!(server instanceof Child)) await server.end();
removeFolder(folder);
process.exit();
