import { once } from 'node:events';
import { connect, createServer, type Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Clock, systemClock } from '../clock.ts';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';
import { formatHostPort } from './address.ts';
import { Places } from './places.ts';
import { type StreamEnd, StreamPeer } from './stream-peer.ts';
import { TlsGate, type TlsKeys, tlsLimits } from './tls-gate.ts';
import { plainHost, type Transport, type TransportEvents } from './transport.ts';

export interface TcpListenOptions {
  /** Numeric address; `0.0.0.0` or `::` for all. */
  host: string;
  /** 0 asks the system. */
  port: number;
  /** SO_REUSEPORT, to share the port with virtual boards (transport/ports.ts). */
  reusePort?: boolean;
  /**
   * Connections at a time, 16,384 unless told: far above 10,000 boards, below what fills memory. One more takes the oldest
   * place of the host that has most of them, and is counted.
   */
  maxConnections?: number;
  /** Everything goes over TLS, with this certificate. */
  tls?: TlsKeys;
  clock?: Clock;
}

export interface TcpConnectOptions {
  /** A numeric address or a name. */
  host: string;
  port: number;
  /** Milliseconds until giving up. 5,000: longer than two lost SYNs. */
  timeoutMs?: number;
  /** Gives the attempt up: CLOSED. */
  signal?: AbortSignal;
  clock?: Clock;
}

const MAX_CONNECTIONS = 16_384;
/** Beyond that: those whose place was taken, until they are gone. */
const LEAVING = 256;
/** Connections that wait to be accepted, where the system allows it: as many boards may come back at once, and who finds no room tries again after a second. */
const BACKLOG = 4_096;
const CONNECT_TIMEOUT_MS = 5_000;
/** Milliseconds of silence before the system asks whether the peer is still there: a board that lost power sends no FIN. */
const KEEP_ALIVE_MS = 60_000;

// The peer's FIN must not end our side: a script that has shut down its writing still waits for the reply.
const SOCKET_OPTIONS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_MS,
} as const;

/**
 * Listens for TCP connections.
 * @throws the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES, …), for transport/ports.ts to explain; KitelineError
 * BAD_ARGUMENT for a certificate that cannot be used
 */
export async function listenTcp(options: TcpListenOptions): Promise<TcpTransport> {
  const { clock = systemClock, tls } = options;
  const gate = tls && new TlsGate(tls, clock);
  const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true });
  const most = options.maxConnections ?? MAX_CONNECTIONS;
  server.maxConnections = most + LEAVING + (gate ? tlsLimits.handshakes : 0);
  const transport = new TcpTransport(clock, server, most, gate);
  const { host, port, reusePort = false } = options;
  server.listen({ host, port, reusePort, backlog: BACKLOG });
  await once(server, 'listening'); // rejects with the error if there is one
  return transport;
}

/**
 * Connects to a board that listens. The transport has this one peer, and ends with it.
 * @throws KitelineError REFUSED, UNREACHABLE, TIMEOUT, CLOSED
 */
export async function connectTcp(options: TcpConnectOptions): Promise<TcpTransport> {
  const { host, port, timeoutMs = CONNECT_TIMEOUT_MS, clock = systemClock, signal } = options;
  const socket = connect({ host, port, ...SOCKET_OPTIONS });
  let late = false;
  const alarm = clock.alarm(timeoutMs, () => {
    late = true;
    socket.destroy(new Error('no answer'));
  });
  const giveUp = () => socket.destroy(Object.assign(new Error('given up'), { code: 'ECONNRESET' }));
  if (signal?.aborted) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw connectError(formatHostPort(host, port), late, error);
  } finally {
    alarm.cancel();
    signal?.removeEventListener('abort', giveUp);
  }
  socket.pause();
  return new TcpTransport(clock, socket);
}

export class TcpTransport implements Transport {
  readonly kind = 'tcp';
  #clock: Clock;
  #server: Server | undefined;
  #waiting: Socket[] = []; // connections from before start(); bounded by maxConnections
  #peers = new Set<StreamPeer>();
  #places: Places<StreamPeer>;
  #events: TransportEvents | undefined;
  #closed: Promise<void> | undefined;
  readonly #own: Server | Socket;
  readonly #gate: TlsGate | undefined;

  /** Use `listenTcp` or `connectTcp`. */
  constructor(clock: Clock, own: Server | Socket, maxConnections = 1, gate?: TlsGate) {
    this.#clock = clock;
    this.#gate = gate;
    this.#places = new Places(maxConnections);
    this.#own = own;
    if (own instanceof Socket) {
      this.#wait(own);
      return;
    }
    this.#server = own;
    own.on('connection', (socket: Socket) => this.#connected(socket));
    own.on('drop', () => this.#events?.dropped(undefined, 'TOO_MANY_CONNECTIONS', 1));
  }

  /** Whether its connections are encrypted. */
  get secure(): boolean {
    return this.#gate !== undefined;
  }

  get host(): string {
    const address = this.#address();
    return plainHost(address?.address ?? '');
  }

  get port(): number {
    return this.#address()?.port ?? 0;
  }

  start(events: TransportEvents): void {
    if (this.#events) throw new Error('this transport was started already');
    this.#events = events;
    this.#server?.on('error', (error) => events.failed(error));
    this.#gate?.start({
      failed: () => events.dropped(undefined, 'TLS_FAILED', 1),
      crowded: () => events.dropped(undefined, 'TOO_MANY_CONNECTIONS', 1),
      told: (error) => events.failed(error),
    });
    for (const socket of this.#waiting.splice(0)) this.#connected(socket);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const gone = [...this.#waiting, ...(this.#server ? [this.#server] : [])].map((one) => once(one, 'close'));
    this.#server?.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    this.#gate?.close();
    for (const peer of this.#peers) peer.close();
    await Promise.all([...gone, this.#lastPeerGone()]);
  }

  #lastPeerGone(): Promise<void> {
    if (this.#peers.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  #whenEmpty = () => {};

  /** Until start(). A reset meanwhile destroys the socket; with no listener for it, it would end the process. */
  #wait(socket: Socket): void {
    socket.on('error', () => {});
    this.#waiting.push(socket);
  }

  #connected(socket: Socket): void {
    const events = this.#events;
    if (!events) {
      this.#wait(socket);
      return;
    }
    // Gone again while it waited: it never becomes a peer.
    if (socket.destroyed || socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const { remoteAddress, remotePort = 0 } = socket;
    if (this.#server && !events.admits(plainHost(remoteAddress), remotePort)) {
      socket.on('error', () => {}); // with no listener for it, a reset of theirs would end the process
      socket.resetAndDestroy();
      return;
    }
    if (this.#gate) this.#gate.pass(socket, (secure) => this.#stands(secure, events));
    else this.#stands(socket, events);
  }

  #stands(socket: Socket, events: TransportEvents): void {
    const peer = new StreamPeer(socket, endOf(socket), events, this.#clock, () => {
      this.#peers.delete(peer);
      this.#places.leave(peer);
      if (this.#peers.size === 0) this.#whenEmpty();
    });
    const loser = this.#places.take(peer);
    if (loser) events.dropped(undefined, 'TOO_MANY_CONNECTIONS', 1);
    if (loser === 'full') {
      peer.refuse();
      return;
    }
    loser?.evict();
    this.#peers.add(peer);
    events.opened(peer);
    socket.resume();
  }

  #address(): { address: string; port: number } | undefined {
    if (this.#own instanceof Socket) {
      const { localAddress, localPort } = this.#own;
      return localAddress === undefined ? undefined : { address: localAddress, port: localPort ?? 0 };
    }
    const address = this.#own.address();
    return typeof address === 'object' && address !== null ? address : undefined;
  }
}

function endOf(socket: Socket): StreamEnd {
  const host = plainHost(socket.remoteAddress ?? '');
  const port = socket.remotePort ?? 0;
  const secure = socket instanceof TLSSocket;
  return {
    transport: 'tcp',
    host,
    port,
    address: formatHostPort(host, port),
    secure,
    // An end without TLS's own farewell is no orderly one, so that it needs no RST; Node has none for TLS.
    reset: () => (secure ? socket.destroy() : socket.resetAndDestroy()),
  };
}

function connectError(where: string, late: boolean, cause: unknown): KitelineError {
  if (late) {
    return new KitelineError('TIMEOUT', say(`${where} did not answer.`, `${where} 没有回应。`), { cause });
  }
  if (systemCode(cause) === 'ECONNREFUSED') {
    return new KitelineError('REFUSED', say(`Nothing listens at ${where}.`, `${where} 上没有程序在监听。`), {
      cause,
    });
  }
  if (systemCode(cause) === 'ECONNRESET') {
    return new KitelineError('CLOSED', say(`${where} closed the connection.`, `${where} 关闭了连接。`), {
      cause,
    });
  }
  return new KitelineError('UNREACHABLE', say(`${where} cannot be reached.`, `无法连接到 ${where}。`), {
    cause,
  });
}
