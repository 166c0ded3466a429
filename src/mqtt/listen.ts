import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { formatHostPort, type HostPort } from '../transport/address.ts';
import { claimPort } from '../transport/ports.ts';
import { TlsGate, type TlsKeys, tlsLimits } from '../transport/tls-gate.ts';
import { plainHost } from '../transport/transport.ts';
import type { Broker } from './broker.ts';
import { brokerLimits } from './broker.ts';
import { Connection } from './connection.ts';

/** Connections that wait to be accepted: as many boards may come back at once. */
const BACKLOG = 4_096;
/** Beyond the broker's own limit: those whose place was taken, until they are gone. */
const LEAVING = 256;
/** Milliseconds of silence before the system asks whether the client is there, where it has no keepalive of its own. */
const KEEP_ALIVE_MS = 60_000;

export interface MqttListener extends HostPort {
  /** Takes no more connections, and lets go of the port; those that are open go on. */
  close(): Promise<void>;
}

export interface ListenMqtt extends HostPort {
  tls?: TlsKeys | undefined;
  clock?: Clock | undefined;
  /** Told of what is wrong with TLS handshakes, a sentence at a time. */
  told?: (error: unknown) => void;
}

/** @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE, BAD_ARGUMENT for a certificate that cannot be used */
export async function listenMqtt(broker: Broker, options: ListenMqtt): Promise<MqttListener> {
  const { host, port, tls, clock = systemClock, told = () => {} } = options;
  const gate = tls && new TlsGate(tls, clock);
  gate?.start({
    failed: () => broker.count('TLS_FAILED'),
    crowded: () => broker.count('TOO_MANY_CONNECTIONS'),
    told,
  });
  const option = tls ? '--mqtt-tls' : '--mqtt';
  const request = { protocol: 'tcp', host, port, program: 'kiteline hub', option } as const;
  const { bound, release } = await claimPort(request, async (bind) => {
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      pauseOnConnect: gate !== undefined,
      allowHalfOpen: false,
    });
    server.maxConnections = brokerLimits.connections + LEAVING + (gate ? tlsLimits.handshakes : 0);
    server.on('drop', () => broker.count('TOO_MANY_CONNECTIONS'));
    server.on('connection', (socket: Socket) => connected(broker, gate, socket));
    server.listen({ ...bind, backlog: BACKLOG });
    await once(server, 'listening');
    server.on('error', told);
    return { port: portOf(server), close: () => closeServer(server) };
  });
  return {
    host,
    port: bound.port,
    async close() {
      gate?.close();
      await bound.close();
      await release();
    },
  };
}

/** A client by whatever carries its bytes. */
export function takeStream(
  broker: Broker,
  stream: Duplex,
  from: { host: string; port: number; secure: boolean },
): void {
  const address = formatHostPort(from.host, from.port);
  const connection = new Connection(stream, { ...from, address }, broker);
  if (!broker.admit(connection)) connection.evict();
}

function connected(broker: Broker, gate: TlsGate | undefined, socket: Socket): void {
  const { remoteAddress, remotePort = 0 } = socket;
  socket.on('error', () => {});
  if (remoteAddress === undefined) {
    socket.destroy();
    return;
  }
  const host = plainHost(remoteAddress);
  if (!broker.hub.admits(host, remotePort)) {
    socket.resetAndDestroy();
    return;
  }
  const from = { host, port: remotePort };
  if (!gate) takeStream(broker, socket, { ...from, secure: false });
  else
    gate.pass(socket, (secure) => {
      takeStream(broker, secure, { ...from, secure: true });
      secure.resume();
    });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function closeServer(server: Server): Promise<void> {
  // Resolves when it listens no more: its connections are the broker's to end.
  server.close();
}
