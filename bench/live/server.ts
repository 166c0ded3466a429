/** A hub that tells pages of one board: as ours does, or with one `send` for each message and page. For bench/live.ts. */
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { createHub, serveHttp } from '../../src/index.ts';
import { answerParent } from '../kit/answers.ts';
import { BOARD } from './load.ts';

export interface ServerStart {
  tcp: number;
  /** Where pages connect, with the token where one is asked for. */
  url: string;
  token: string;
}

/** Since the last question. */
export interface ServerUse {
  /** Milliseconds of CPU time, all threads. */
  cpuMs: number;
  /** Frames that pages were not given. */
  skipped: number;
}

const host = '127.0.0.1';
const [kind] = process.argv.slice(2);
const hub = createHub({ reply: false });
const { tcp } = await hub.listen({ tcp: { host, port: 0 } });
const open = kind === 'frames' ? frames : sends;
const { url, token, skipped } = await open();
let before = process.cpuUsage();
let skippedBefore = 0;

answerParent({ tcp: tcp?.port ?? 0, url, token } satisfies ServerStart, async (): Promise<ServerUse> => {
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  const use = { cpuMs: (user + system) / 1_000, skipped: skipped() - skippedBefore };
  skippedBefore = skipped();
  return use;
});

async function frames() {
  const server = await serveHttp(hub, { host, port: 0, page: '' });
  return {
    url: `ws://${host}:${server.port}/api/v1/live`,
    token: server.token,
    skipped: () => server.pages.skipped,
  };
}

/** The plain way, and not made worse than it is: what is sent is made once, and sent as bytes. */
async function sends() {
  const http = createServer();
  const pages = new WebSocketServer({ server: http, perMessageDeflate: false });
  const listening = new Promise<void>((done) => http.listen(0, host, done));
  await listening;
  void tell(pages);
  const address = http.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `ws://${host}:${port}/`, token: '', skipped: () => 0 };
}

async function tell(pages: WebSocketServer): Promise<void> {
  for await (const events of hub.subscribe({ board: BOARD, capacity: 100_000 }))
    for (const event of events) {
      if (event.type !== 'sample') continue;
      const bytes = Buffer.from(JSON.stringify(['s', event.at, Object.fromEntries(event.values)]));
      for (const page of pages.clients)
        if (page.readyState === WebSocket.OPEN) page.send(bytes, { binary: false });
    }
}
