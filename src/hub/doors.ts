import type { Clock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { formatHostPort, type HostPort, isLoopback } from '../transport/address.ts';
import type { CloseReason, Peer, Transport, TransportEvents } from '../transport/transport.ts';
import { listenUdp, UdpTransport } from '../transport/udp.ts';
import {
  type ListenAt,
  type Listener,
  type Listening,
  openConnection,
  openListener,
  parseUrl,
  resolve,
} from './listen.ts';
import type { SessionsOptions } from './sessions.ts';

/** The transports of a hub: those it listens on, those it was handed, and the connections that it makes. */
export class Doors {
  readonly #clock: Clock;
  readonly #eventsFor: (options: SessionsOptions) => TransportEvents;
  readonly #listeners: Listener[] = [];
  readonly #transports = new Set<Transport>();
  readonly #where: Listening = {};
  readonly #udp: UdpTransport[] = []; // to send datagrams from, those that boards know first
  #isClosed = false;

  /** @param eventsFor who is told of what comes on a transport */
  constructor(clock: Clock, eventsFor: (options: SessionsOptions) => TransportEvents) {
    this.#clock = clock;
    this.#eventsFor = eventsFor;
  }

  /** Where the hub listens; of each protocol what was opened last. */
  get listening(): Listening {
    return { ...this.#where };
  }

  /** Bytes of the receive buffer that the system has granted for datagrams; undefined where the hub listens for none. */
  get receiveBuffer(): number | undefined {
    return this.#udp.find(({ port }) => port === this.#where.udp?.port)?.receiveBuffer;
  }

  /** @throws KitelineError CLOSED */
  accept(transport: Transport, options: SessionsOptions): void {
    this.mustBeOpen();
    this.#attach(transport, options);
  }

  /**
   * Opens listeners, all or none.
   * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE, BAD_ARGUMENT (a certificate that cannot be used), CLOSED
   */
  async listen(at: ListenAt): Promise<void> {
    this.mustBeOpen();
    const opened: (Listener & { protocol: keyof ListenAt })[] = [];
    try {
      for (const protocol of ['tcp', 'udp', 'tls'] as const) {
        const address = at[protocol];
        if (address === undefined) continue;
        opened.push({ ...(await openListener(protocol, address, this.#clock)), protocol });
      }
      this.mustBeOpen(); // it may have been closed meanwhile
    } catch (error) {
      await Promise.all(opened.map(closeListener));
      throw error;
    }
    for (const listener of opened) {
      const { transport, protocol } = listener;
      this.#listeners.push(listener);
      this.#attach(transport, {});
      this.#where[protocol] = { host: transport.host, port: transport.port };
      if (transport instanceof UdpTransport) this.#udp.push(transport);
    }
  }

  /**
   * Reaches somebody who listens: `tcp://HOST:PORT` or `udp://HOST:PORT`.
   * @throws KitelineError BAD_ARGUMENT, REFUSED, UNREACHABLE, TIMEOUT, CLOSED
   */
  async connect(url: string): Promise<Peer> {
    this.mustBeOpen();
    const to = parseUrl(url);
    if (to.protocol === 'udp') {
      const host = await resolve(to.host);
      return (await this.#udpFor(host)).peer(host, to.port);
    }
    return this.dial(to);
  }

  /**
   * A TCP connection to somebody who listens.
   * @param signal gives the attempt up
   * @param closed told when the connection is gone
   * @throws KitelineError REFUSED, UNREACHABLE, TIMEOUT, CLOSED
   */
  async dial(to: HostPort, signal?: AbortSignal, closed?: (why: CloseReason) => void): Promise<Peer> {
    this.mustBeOpen();
    const transport = await openConnection(to, this.#clock, signal);
    await this.#orLetGo(transport);
    let peer: Peer | undefined;
    this.#attach(transport, {
      answers: false,
      opened: (opened) => {
        peer = opened;
      },
      closed: (why) => {
        this.#transports.delete(transport); // it had this one peer
        closed?.(why);
      },
    });
    if (peer) return peer;
    this.#transports.delete(transport);
    const url = `tcp://${formatHostPort(to.host, to.port)}`;
    throw new KitelineError('CLOSED', say(`${url} closed the connection.`, `${url} 关闭了连接。`));
  }

  /** Ends every connection after its answers, and lets go of the ports. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#transports].map((transport) => transport.close()));
    await Promise.all(this.#listeners.map(closeListener));
  }

  /** @throws KitelineError CLOSED */
  mustBeOpen(): void {
    if (this.#isClosed) throw new KitelineError('CLOSED', say('The hub is closed.', '中枢已关闭。'));
  }

  #attach(transport: Transport, options: SessionsOptions): void {
    this.#transports.add(transport);
    transport.start(this.#eventsFor(options));
  }

  /** The socket to send datagrams from: one that boards know, or else one of our own. */
  async #udpFor(host: string): Promise<UdpTransport> {
    const known = this.#udp.find((transport) => reaches(transport.host, host));
    if (known) return known;
    const transport = await listenUdp({ host: host.includes(':') ? '::' : '0.0.0.0', port: 0 });
    await this.#orLetGo(transport);
    this.#attach(transport, {});
    this.#udp.push(transport);
    return transport;
  }

  /** The hub may have been closed while the transport was being opened. */
  async #orLetGo(transport: Transport): Promise<void> {
    if (this.#isClosed) await transport.close();
    this.mustBeOpen();
  }
}

/** Whether datagrams from a socket that is bound to `own` can get to `host`. `::` is a socket for both families. */
function reaches(own: string, host: string): boolean {
  if (own === '::') return true;
  return own.includes(':') === host.includes(':') && (!isLoopback(own) || isLoopback(host));
}

async function closeListener({ transport, release }: Listener): Promise<void> {
  await transport.close();
  await release();
}
