/**
 * Datagrams lost on the way into the store: 100 boards send 57 bytes of JSON over the loopback to our hub, 50,000 a
 * second for 30 s; then short runs at higher rates, to show where loss begins. Lost is what was sent and is not stored;
 * where it went is told by the hub's counts and, on Linux, by the kernel's for that socket. Goal: none at 50,000 a
 * second where the system grants a receive buffer of 4 MiB.
 *
 *   npm run -s bench:udp -- [SECONDS] [RATE]
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { table } from './figures.ts';
import type { HubEnd, HubStart } from './ingest/hub.ts';
import type { Arrival } from './kit/answers.ts';
import { Child, removeFolder, tempFolder } from './kit/children.ts';
import { FIELDS } from './kit/messages.ts';
import type { SendReport } from './udp/sender.ts';

const SECONDS = Number(process.argv[2] ?? 30);
const RATE = Number(process.argv[3] ?? 50_000);
const BOARDS = 100;
const STEP_SECONDS = Math.min(SECONDS, 5);
const STEPS = [1.5, 2, 2.5, 3, 4, 5];
/** Beyond this share lost there is nothing more to learn from the next step. */
const ENOUGH = 0.2;
const WISH = 4 * 1024 * 1024;

/** What the system grants a socket that asks as the hub's does (src/transport/udp.ts). */
async function granted(): Promise<{ before: number; after: number }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const before = socket.getRecvBufferSize();
  try {
    socket.setRecvBufferSize(WISH);
  } catch {
    // refused as a whole: it stays as it was
  }
  const after = socket.getRecvBufferSize();
  socket.close();
  return { before, after };
}

/** Datagrams that the kernel dropped for want of room, of the socket at this port: last column of /proc/net/udp. NaN elsewhere. */
function kernelDrops(port: number): number {
  try {
    const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    for (const line of readFileSync('/proc/net/udp', 'utf8').split('\n')) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(end)) return Number(columns.at(-1));
    }
  } catch {
    // no Linux
  }
  return Number.NaN;
}

const KIB = 1024;
const { before, after } = await granted();
console.log(
  `receive buffer: ${before / KIB} KiB unless asked, ${after / KIB} KiB when asked for ${WISH / KIB}` +
    (process.platform === 'linux'
      ? ` (Linux says twice what it was asked for, and never gives more than net.core.rmem_max, here ${Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8')) / KIB} KiB)`
      : ''),
);

const folder = tempFolder();
const hub = new Child(new URL('./ingest/hub.ts', import.meta.url), [folder]);
const { udp: port } = await hub.hears<HubStart>();
const sender = new Child(new URL('./udp/sender.ts', import.meta.url), [String(port), String(BOARDS)]);
await sender.hears();

let sentInAll = 0;
let storedInAll = 0;
async function run(rate: number, seconds: number): Promise<{ row: string[]; lost: number }> {
  const dropsBefore = kernelDrops(port);
  await hub.ask({ ask: 'begin' });
  const { sent, refused, took, burst, cpu } = await sender.ask<SendReport>(
    { ask: 'send', rate, seconds },
    seconds * 4_000 + 10_000,
  );
  const stored = await hub.ask<Arrival>({ ask: 'await', messages: sent });
  sentInAll += sent;
  storedInAll += stored.messages;
  const lost = sent - stored.messages;
  return {
    lost: lost / sent,
    row: [
      String(rate),
      Math.round((sent / took) * 1_000).toString(),
      String(sent),
      String(stored.messages),
      `${lost} (${((100 * lost) / sent).toFixed(3)} %)`,
      String(kernelDrops(port) - dropsBefore),
      String(refused),
      (stored.cpu / stored.messages).toFixed(1),
      (cpu / sent).toFixed(1),
      String(burst),
    ],
  };
}

await run(Math.round(RATE / 10), 2); // warm up
const head = [
  'asked/s',
  'sent/s',
  'sent',
  'stored',
  'lost',
  'kernel drops',
  'not sent',
  'hub µs each',
  'sender µs each',
];
const rows = [[...head, 'largest burst']];
const main = await run(RATE, SECONDS);
rows.push(main.row);
let begins = '';
let highest = 0;
for (const factor of STEPS) {
  const { row, lost } = await run(RATE * factor, STEP_SECONDS);
  rows.push(row);
  highest = Math.max(highest, Number(row[1]));
  if (lost > 0) begins ||= `loss begins at ${row[1]} a second`;
  const reached = Number(row[1]) > 0.7 * RATE * factor; // else the sender is at its end
  if (lost > ENOUGH || !reached) break;
}
const end = await hub.ask<HubEnd>({ ask: 'close' }, 120_000);
table(rows);
console.log(
  `\n${sentInAll} sent in all, ${storedInAll} stored as the hub counts, ${end.points / FIELDS} found when the store was opened again; the hub dropped ${JSON.stringify(end.counts.dropped)}, the store ${JSON.stringify(end.store)}; ${end.problems} errors`,
);
console.log(`lost at ${RATE}/s for ${SECONDS} s: ${(100 * main.lost).toFixed(4)} % (goal: 0)`);
console.log(begins || `no loss up to ${highest} a second, the most that was sent`);
await Promise.all([hub.end(), sender.end()]);
removeFolder(folder);
process.exit();
