import { once } from 'node:events';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { type Clock, systemClock } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';
import { formatHostPort, isWildcard } from '../transport/address.ts';
import { claimPort } from '../transport/ports.ts';
import { plainHost } from '../transport/transport.ts';
import { Tokens } from './access/tokens.ts';
import { createApp } from './app.ts';
import { clientError } from './client-error.ts';
import { HealthRecord } from './doctor.ts';
import { Live } from './live.ts';
import type { BrokerHealth } from './metrics/hub.ts';
import { PageFiles } from './page-files.ts';
import { Pages } from './pages/pages.ts';
import { type Upgrade, upgrade } from './pages/upgrade.ts';
import { TokenLeases } from './token-leases.ts';

export interface HttpOptions {
  /** Numeric address; `0.0.0.0`, which is all of IPv4, unless told. */
  host?: string;
  /** 8080 unless told; 0 asks the system. */
  port?: number;
  /** Who is let in; one operator's token, made anew, unless told. */
  tokens?: Tokens;
  /** Names that the hub goes by in a browser, beside its addresses and this machine's own name. */
  names?: readonly string[];
  /** The folder of the page as it was built; the package's own unless told. */
  page?: string;
  /** Base64 of the DER of the hub's certificate, where it listens with TLS: what the page gives to new boards. */
  certificate?: string;
  /** The hub's name in the network's mDNS, where it tells one. */
  mdns?: string | undefined;
  /** Takes a WebSocket that asks for `/mqtt`, and no other site's page does: what it may, MQTT's own CONNECT tells. */
  mqtt?: Upgrade;
  /** The hub's own MQTT broker, for /metrics. */
  broker?: BrokerHealth;
  clock?: Clock;
  /** Told of errors that are ours; they go to stderr unless it is given. */
  onError?: (error: unknown) => void;
}

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** How this machine reaches it, without a slash at the end. */
  readonly url: string;
  readonly tokens: Tokens;
  /** The operator's token that is there longest: for the link, and for hub.json. */
  readonly token: string;
  /** The pages that are open now, and frames that slow ones were not given. */
  readonly pages: { readonly size: number; readonly skipped: number };
  /** Ends live streams, answers what is under way, lets go of the port. Harmless when repeated. */
  close(): Promise<void>;
}

/** Connections at a time; more are refused. A page, some tools and some hundred boards that post. */
const MAX_CONNECTIONS = 2_048;
/** Milliseconds for a request's headers, and for all of it. A board on bad Wi-Fi needs seconds, a slow-loris minutes. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** Milliseconds between looks at who is over those times. Node's own 30 s would make 40 of the 10. */
const CHECK_MS = 5_000;
/** Beside the compiled files, and beside the sources in a clone. */
const PAGE_FOLDER = fileURLToPath(
  new URL(import.meta.filename.endsWith('.ts') ? '../../dist/web' : '../web', import.meta.url),
);
/** Milliseconds that close() gives answers under way. */
const CLOSE_MS = 2_000;

/**
 * Serves a hub over HTTP. It does not close the hub.
 * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE
 */
export async function serveHttp(hub: Hub, options: HttpOptions = {}): Promise<HttpServer> {
  const { host = '0.0.0.0', port = 8080, clock = systemClock, broker } = options;
  const { tokens = new Tokens([], undefined, clock), names = [] } = options;
  const failed = options.onError ?? ((error: unknown) => console.error('kiteline: http:', error));
  const { secret: token } = await tokens.begin();
  const access = { tokens, names };
  const live = new Live(hub, clock);
  const pages = new Pages(hub, clock, failed);
  const leases = new TokenLeases();
  const forget = tokens.onRevoke((taken) => {
    live.revoked(taken);
    leases.revoked(taken);
    pages.revoked(taken);
  });
  const page = await PageFiles.read(options.page ?? PAGE_FOLDER);
  const { certificate, mdns } = options;
  const record = new HealthRecord(hub, clock);
  const app = createApp({
    hub,
    live,
    clock,
    leases,
    access,
    page,
    certificate,
    mdns,
    record,
    broker,
    failed,
  });
  const request = { protocol: 'tcp', host, port, program: 'kiteline hub', option: '--http' } as const;
  const claim = await claimPort(request, async (bind) => {
    // `hostname` stands in for the Host header that an HTTP/1.0 client may leave out.
    const server = createAdaptorServer({
      fetch: app.fetch,
      hostname: 'localhost',
      serverOptions: { connectionsCheckingInterval: CHECK_MS },
    }) as Server;
    server.maxConnections = MAX_CONNECTIONS;
    server.headersTimeout = HEADERS_MS;
    server.requestTimeout = REQUEST_MS;
    server.on('clientError', clientError);
    server.on('upgrade', (asked, socket, head) => {
      const { remoteAddress = '', remotePort = 0 } = asked.socket;
      if (hub.admits(plainHost(remoteAddress), remotePort))
        upgrade({ pages, access, mqtt: options.mqtt }, asked, socket, head);
      else socket.destroy();
    });
    server.listen(bind);
    await once(server, 'listening');
    const address = server.address();
    const bound = typeof address === 'object' && address ? address.port : bind.port;
    return { port: bound, close: () => closeServer(server, live, pages, clock) };
  });
  const { bound, release } = claim;
  let closed: Promise<void> | undefined;
  return {
    host,
    port: bound.port,
    url: `http://${formatHostPort(isWildcard(host) ? '127.0.0.1' : host, bound.port)}`,
    tokens,
    token,
    pages,
    close() {
      forget();
      closed ??= bound.close().then(release);
      return closed;
    },
  };
}

async function closeServer(server: Server, live: Live, pages: Pages, clock: Clock): Promise<void> {
  live.close();
  pages.close();
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const alarm = clock.alarm(CLOSE_MS, () => {
    server.closeAllConnections();
    pages.terminate();
  });
  await closed;
  alarm.cancel();
}
