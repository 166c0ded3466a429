/**
 * Ingest over TCP until it is committed, 100 connections, 57 bytes of JSON with four fields a message: our hub with its
 * store on disk against Mosquitto with a subscriber that stores into SQLite, Node-RED (tcp in → function → debug) and a
 * bare Node reader, both of which store nothing. Two loads: 16 lines a write, and one line a segment. The time runs from
 * the first byte sent until the system says that the last message is committed (received, where nothing is stored).
 *
 *   npm run -s bench:ingest -- [ROUNDS] [SHARE]
 *
 * SHARE shortens the rounds (0.1: a tenth of the messages). Peers are looked for on the PATH; else see kit/peers.ts.
 */
import { cpus } from 'node:os';
import { median, spread, table } from './figures.ts';
import type { HubEnd } from './ingest/hub.ts';
import type { Arrival } from './kit/answers.ts';
import { Child, freePort, removeFolder, tempFolder } from './kit/children.ts';
import { FIELDS } from './kit/messages.ts';
import { findMosquitto, findNodeRed } from './kit/peers.ts';
import type { LoadReport } from './kit/tcp-load.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const SHARE = Number(process.argv[3] ?? 1);
const CONNECTIONS = 100;
const LOADS = [16, 1] as const;

interface System {
  name: string;
  protocol: 'lines' | 'mqtt';
  /** Messages of a round, by lines a write: some seconds of this system's work. */
  messages: Record<(typeof LOADS)[number], number>;
  start(): Promise<Child>;
}

interface Figures {
  rate: number[];
  cpu: number[];
  loadCpu: number[];
  lost: number;
}

const missing: string[] = [];
const folder = tempFolder();
const systems: System[] = [
  {
    name: 'kiteline, stored',
    protocol: 'lines',
    messages: { 16: 6_000_000, 1: 600_000 },
    start: async () => new Child(new URL('./ingest/hub.ts', import.meta.url), [folder]),
  },
  {
    name: 'bare Node reader, counts',
    protocol: 'lines',
    messages: { 16: 8_000_000, 1: 600_000 },
    start: async () => new Child(new URL('./ingest/reader.ts', import.meta.url)),
  },
];
const mosquitto = findMosquitto();
if ('path' in mosquitto) {
  systems.push({
    name: 'Mosquitto, SQLite rows',
    protocol: 'mqtt',
    messages: { 16: 120_000, 1: 120_000 },
    start: async () =>
      new Child(new URL('./ingest/mosquitto.ts', import.meta.url), [mosquitto.path, tempFolder()]),
  });
} else missing.push(mosquitto.missing);
const nodeRed = findNodeRed();
if ('path' in nodeRed) {
  systems.push({
    name: 'Node-RED, parses',
    protocol: 'lines',
    messages: { 16: 80_000, 1: 80_000 },
    start: async () => {
      const [tcp, http, userDir] = [await freePort(), await freePort(), tempFolder()];
      const settings = new URL('./ingest/node-red.ts', import.meta.url);
      return new Child(nodeRed.path, ['--settings', settings.pathname, '--userDir', userDir], {
        name: 'Node-RED',
        quiet: true,
        env: { BENCH_TCP: String(tcp), BENCH_HTTP: String(http), BENCH_FOLDER: userDir },
      });
    },
  });
} else missing.push(nodeRed.missing);

const load = new Child(new URL('./kit/tcp-load.ts', import.meta.url));
await load.hears();
const running = new Map<System, { child: Child; port: number; sent: number }>();
for (const system of systems) {
  const child = await system.start();
  const { port } = await child.hears<{ port: number }>(90_000);
  running.set(system, { child, port, sent: 0 });
}

const figures = new Map<string, Figures>();
const figuresOf = (system: System, perWrite: number): Figures => {
  const key = `${system.name} ${perWrite}`;
  const known = figures.get(key) ?? { rate: [], cpu: [], loadCpu: [], lost: 0 };
  figures.set(key, known);
  return known;
};

async function round(system: System, perWrite: (typeof LOADS)[number], counts: boolean): Promise<void> {
  const run = running.get(system);
  if (!run) return;
  const { child, port } = run;
  const share = counts ? SHARE : SHARE / 4;
  const messages = Math.ceil((system.messages[perWrite] * share) / 16) * 16;
  await load.ask({ ask: 'open', port, protocol: system.protocol, connections: CONNECTIONS, perWrite });
  await child.ask({ ask: 'begin' });
  const [sent, arrived] = await Promise.all([
    load.ask<LoadReport>({ ask: 'send', messages }, 120_000),
    child.ask<Arrival>({ ask: 'await', messages }, 180_000),
  ]);
  await load.ask({ ask: 'close' });
  run.sent += messages;
  if (!counts) return;
  const own = figuresOf(system, perWrite);
  own.rate.push((arrived.messages / (arrived.at - sent.from)) * 1_000);
  own.cpu.push(arrived.cpu / arrived.messages);
  own.loadCpu.push(sent.cpu / messages);
  own.lost += messages - arrived.messages;
}

for (const perWrite of LOADS) for (const system of systems) await round(system, perWrite, false); // warm up
for (let i = 0; i < ROUNDS; i++) {
  for (const perWrite of LOADS) {
    for (const system of i % 2 ? [...systems].reverse() : systems) await round(system, perWrite, true);
  }
}

console.log(
  `${CONNECTIONS} connections, ${ROUNDS} rounds, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}: median (lowest to highest)\n`,
);
for (const perWrite of LOADS) {
  const ours = systems[0] && figuresOf(systems[0], perWrite);
  const rows = [['messages/s', 'kiteline ÷ this', 'CPU µs a message', "load's CPU µs", 'lost']];
  for (const system of systems) {
    const { rate, cpu, loadCpu, lost } = figuresOf(system, perWrite);
    const ratios = rate.map((value, i) => (ours?.rate[i] ?? Number.NaN) / value);
    rows.push([
      spread(rate, 0),
      ours?.rate === rate ? '' : spread(ratios, 2),
      median(cpu).toFixed(2),
      median(loadCpu).toFixed(2),
      String(lost),
    ]);
  }
  const names = [perWrite === 1 ? 'one line a segment' : `${perWrite} lines a write`];
  names.push(...systems.map(({ name }) => name));
  table(rows.map((row, i) => [names[i] ?? '', ...row]));
  console.log('');
}
for (const sentence of missing) console.log(sentence);

for (const [system, { child, sent }] of running) {
  const end = await child.ask<object>({ ask: 'close' }, 120_000);
  if ('points' in end) {
    const { points, counts, store, problems } = end as HubEnd;
    const dropped = JSON.stringify({ ...counts.dropped, ...store, problems });
    console.log(
      `${system.name}: ${sent} messages sent, ${points / FIELDS} found when the store was opened again; ${dropped}`,
    );
  } else if ('rows' in end) {
    console.log(`${system.name}: ${sent} messages sent, ${Number(end.rows) / FIELDS} in the database`);
  }
  await child.end();
}
await load.end();
console.log(
  'goals: against Mosquitto at least 10 with 16 lines a write and 1.5 with one a segment; 0.8 of the bare reader with one a segment; against Node-RED at least 15',
);
removeFolder(folder);
process.exit();
