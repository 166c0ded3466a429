/** Our hub with the store on disk, as `kiteline up` has it: TCP, UDP, HTTP. For bench/ingest.ts, udp.ts and pipeline.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createHub, serveHttp } from '../../src/index.ts';
import { beSystem } from '../kit/answers.ts';
import { countPoints, openStore } from '../kit/store.ts';

export interface HubStart {
  port: number;
  udp: number;
  url: string;
  pid: number;
}

export interface HubEnd {
  counts: ReturnType<typeof createHub>['counts'];
  /** What the store left out. */
  store: object;
  /** Points found after opening the closed store again. */
  points: number;
  /** Errors of the hub's own. */
  problems: number;
  /** Resident memory of each second, in bytes. */
  rss: number[];
}

/** Problems that are printed; all are counted. */
const SHOWN = 3;

const folder = process.argv[2] ?? '';
const store = await openStore(folder);
const hub = createHub({ store, reply: false });
let problems = 0;
hub.on('problem', (problem) => {
  if (++problems <= SHOWN) console.error('hub:', problem);
});
const host = '127.0.0.1';
const { tcp, udp } = await hub.listen({ tcp: { host, port: 0 }, udp: { host, port: 0 } });
const http = await serveHttp(hub, { host, port: 0 });

const rss: number[] = [];
const watching = setInterval(() => rss.push(process.memoryUsage.rss()), 1_000);

beSystem(
  { port: tcp?.port, udp: udp?.port, url: http.url, pid: process.pid },
  () => hub.counts.samples, // raised when the store says that they are on disk
  async (): Promise<HubEnd> => {
    clearInterval(watching);
    await sleep(50);
    const { counts } = hub;
    await http.close();
    await hub.close();
    return { counts, store: store.counts, points: await countPoints(folder), problems, rss };
  },
);
