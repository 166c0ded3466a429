/** A hub that serves the page. For bench/page.ts. */
import { createHub, serveHttp } from '../../src/index.ts';
import { answerParent } from '../kit/answers.ts';

export interface HubStart {
  tcp: number;
  url: string;
  token: string;
}

/** Since the last question. */
export interface HubUse {
  /** Milliseconds of CPU time, all threads, and that passed. */
  cpuMs: number;
  wallMs: number;
}

const host = '127.0.0.1';
const [page = ''] = process.argv.slice(2);
const hub = createHub({ reply: false });
const { tcp } = await hub.listen({ tcp: { host, port: 0 } });
const http = await serveHttp(hub, { host, port: 0, page });
let before = process.cpuUsage();
let since = performance.now();

answerParent(
  { tcp: tcp?.port ?? 0, url: http.url, token: http.token } satisfies HubStart,
  async (): Promise<HubUse> => {
    const { user, system } = process.cpuUsage(before);
    const use = { cpuMs: (user + system) / 1_000, wallMs: performance.now() - since };
    before = process.cpuUsage();
    since = performance.now();
    return use;
  },
);
