/**
 * The whole pipeline for a minute: sockets, decoding, store on disk and one reader of the live feed over HTTP. 100
 * connections send 16 lines a write as fast as they are read, each line with four values. What is stored is counted by
 * opening the store again afterwards; the hub's memory is looked at each second. Load, hub and reader share the machine.
 *
 *   npm run -s bench:pipeline -- [SECONDS]
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
const sent = await load.ask<LoadReport>({ ask: 'send', seconds: SECONDS }, SECONDS * 2_000 + PATIENCE_MS);
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
const thousands = (count: number) => (count / 1_000).toFixed(0);

console.log(`${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}, ${took.toFixed(1)} s
values stored     ${thousands(stored / took)},000 a second (goal: at least 300,000), ${stored} in all, ${(onDisk / stored).toFixed(2)} bytes each on disk
lost              ${values - stored} of ${values} values sent (goal: 0); the hub counted ${JSON.stringify(end.counts.dropped)}, the store ${JSON.stringify(end.store)}; ${end.problems} errors
live reader       ${thousands(read.samples / took)},000 samples a second read; it was told of ${read.missed} that it missed; neither read nor told of: ${arrived.messages - read.samples - read.missed}
hub's memory      first second ${megabytes[0]?.toFixed(0)} MB, median ${median(megabytes).toFixed(0)}, most ${Math.max(...megabytes).toFixed(0)}, last ${megabytes.at(-1)?.toFixed(0)}; second quarter ${early.toFixed(0)}, last quarter ${late.toFixed(0)} (goal: flat)
CPU µs a message  hub ${(arrived.cpu / arrived.messages).toFixed(2)}, load ${(sent.cpu / sent.messages).toFixed(2)}, reader ${(read.cpu / arrived.messages).toFixed(2)}`);
await Promise.all([hub.end(), reader.end(), load.end()]);
removeFolder(folder);
process.exit();
