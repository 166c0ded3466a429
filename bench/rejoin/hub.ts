/** Our hub with its store on disk, which watches how long its event loop stands still. For bench/rejoin.ts. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createHub, serveHttp } from '../../src/index.ts';
import { answerParent, now } from '../kit/answers.ts';
import { openStore } from '../kit/store.ts';

export interface HubStart {
  port: number;
  /** When it listened, on the clock of `now`. */
  at: number;
}

/** Since the last question. */
export interface HubPause {
  /** The longest pause of the event loop, milliseconds; the watch itself adds its step of one. */
  worst: number;
  /** The most CPU time that the hub's main thread used in one, milliseconds: the rest of a pause others had the cores. */
  busy: number;
}

export interface HubEnd {
  samples: number;
  dropped: Record<string, number>;
  problems: number;
}

const [folder = '', port] = process.argv.slice(2);
const host = '127.0.0.1';
const store = await openStore(folder);
const hub = createHub({ store, reply: false });
let problems = 0;
hub.on('problem', (problem) => {
  problems++;
  console.error('hub:', problem);
});
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let busy = 0;
let before = process.threadCpuUsage();
setInterval(() => {
  const { user, system } = process.threadCpuUsage(before);
  busy = Math.max(busy, (user + system) / 1_000);
  before = process.threadCpuUsage();
}, 1);
const { tcp } = await hub.listen({ tcp: { host, port: Number(port) } });
const at = now();
const http = await serveHttp(hub, { host, port: 0 });

answerParent({ port: tcp?.port, at } as HubStart, async ({ ask }): Promise<HubPause | HubEnd> => {
  if (ask === 'pause') {
    const pause = { worst: delay.max / 1e6, busy };
    delay.reset();
    busy = 0;
    return pause;
  }
  await http.close();
  await hub.close();
  const { samples, dropped } = hub.counts;
  return { samples, dropped, problems };
});
