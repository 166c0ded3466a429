/**
 * The whole pipeline for a minute: sockets, decoding, store on disk and one reader of the live feed over HTTP. 100
 * connections send 16 lines a write, each line with four values, as fast as they are read, or at the given rate. What is stored is counted by
 * opening the store again afterwards; the hub's memory is looked at each second. Load, hub and reader share the machine.
 *
 *   npm run -s bench:pipeline -- [SECONDS] [VALUES_A_SECOND]
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './figures.ts';
import type { HubEnd, HubStart } from './ingest/hub.ts';
import type { Arrival } from './kit/answers.ts';
import { Child, removeFolder, tempFolder } from './kit/children.ts';
import { FIELDS } from './kit/messages.ts';
import type { LoadReport } from './kit/tcp-load.ts';
import type { ReaderReport } from './pipeline/reader.ts';
import { bytesIn } from './store/contestants.ts';

const SECONDS = Number(process.argv[2] ?? 60);
const RATE = process.argv[3] === undefined ? undefined : Number(process.argv[3]) / FIELDS;
const CONNECTIONS = 100;
const PER_WRITE = 16;
const PATIENCE_MS = 120_000;

const folder = tempFolder();
const hub = new Child(new URL('./ingest/hub.ts', import.meta.url), [folder]);
const { port, url } = await hub.hears<HubStart>();
const reader = new Child(new URL('./pipeline/reader.ts', import.meta.url), [url]);
await reader.hears();
const load = new Child(new URL('./kit/tcp-load.ts', import.meta.url));
await load.hears();
await load.ask({ ask: 'open', port, protocol: 'lines', connections: CONNECTIONS, perWrite: PER_WRITE });
await hub.ask({ ask: 'begin' });
const sent = await load.ask<LoadReport>(
  { ask: 'send', seconds: SECONDS, rate: RATE },
  SECONDS * 2_000 + PATIENCE_MS,
);
const arrived = await hub.ask<Arrival>({ ask: 'await', messages: sent.messages }, PATIENCE_MS);
await load.ask({ ask: 'close' });
await sleep(500); // for the reader to have the rest
const read = await reader.ask<ReaderReport>({ ask: 'report' });
const end = await hub.ask<HubEnd>({ ask: 'close' }, PATIENCE_MS);
const onDisk = bytesIn(folder);

const took = (arrived.at - sent.from) / 1_000;
const stored = end.points;
const values = sent.messages * FIELDS;
const MB = 1e6;
const megabytes = end.rss.map((bytes) => bytes / MB);
const quarter = Math.max(1, Math.floor(megabytes.length / 4));
const early = median(megabytes.slice(quarter, 2 * quarter));
const late = median(megabytes.slice(-quarter));
const whole = (count: number) => Math.round(count).toLocaleString('en-US');

console.log(`${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}, ${took.toFixed(1)} s
values stored     ${whole(stored / took)} a second (goal: at least 300,000), ${whole(stored)} in all, ${(onDisk / stored).toFixed(2)} bytes each on disk (the load repeats itself: see bench:store)
lost              ${values - stored} of ${whole(values)} values sent (goal: 0); the hub counted ${JSON.stringify(end.counts.dropped)}, the store ${JSON.stringify(end.store)}; ${end.problems} errors
live reader       ${whole(read.samples / took)} of ${whole(arrived.messages / took)} samples a second read; it was told of ${whole(read.missed)} that it missed; neither read nor told of: ${arrived.messages - read.samples - read.missed}
hub's memory      first second ${megabytes[0]?.toFixed(0)} MB, median ${median(megabytes).toFixed(0)}, most ${Math.max(...megabytes).toFixed(0)}, last ${megabytes.at(-1)?.toFixed(0)}; second quarter ${early.toFixed(0)}, last quarter ${late.toFixed(0)} (goal: flat)
CPU µs a message  hub ${(arrived.cpu / arrived.messages).toFixed(2)}, load ${(sent.cpu / sent.messages).toFixed(2)}, reader ${(read.cpu / arrived.messages).toFixed(2)}`);
await Promise.all([hub.end(), reader.end(), load.end()]);
removeFolder(folder);
process.exit();
