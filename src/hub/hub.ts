import { type Clock, systemClock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { MemoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { type HostPort, isLoopback } from '../transport/address.ts';
import type { Peer, Transport } from '../transport/transport.ts';
import { listenUdp, UdpTransport } from '../transport/udp.ts';
import { encodeText, Scanner } from '../wire/index.ts';
import { type BoardInfo, Boards } from './boards.ts';
import { encodingNamed } from './encoding.ts';
import { Handlers, type HubEvents } from './events.ts';
import { Feed, type FeedOptions, type Subscription } from './feed.ts';
import type { HubCounts, Inside } from './inside.ts';
import { Intake } from './intake.ts';
import {
  type ListenAddress,
  type Listener,
  openConnection,
  openListener,
  parseUrl,
  resolve,
} from './listen.ts';
import { Session, type SessionOptions } from './session.ts';
import { Sessions, type SessionsOptions } from './sessions.ts';

export interface HubOptions {
  /** Where samples and texts are kept; the hub closes it. A MemoryStore unless told. */
  store?: Store;
  /** What a plain TCP peer's text (and a posted one) is answered with when no handler does: `ok` unless told, false for nothing. */
  reply?: string | Uint8Array | false;
  /** What text that is no UTF-8 is read as, for instance `gbk`. Unless told it is shown with `\xNN`. */
  encoding?: string;
  clock?: Clock;
}

/** A board to act on. */
export interface BoardHandle {
  readonly name: string;
  /** What the hub knows of it now; undefined when it has forgotten it. */
  info(): BoardInfo | undefined;
  /**
   * Sends text or bytes, as they are, to where the board spoke from last.
   * @returns false when it cannot be reached there, or does not read
   */
  send(data: string | Uint8Array): boolean;
}

/** Makes a hub. @throws KitelineError NOT_FOUND for an encoding that nobody knows */
export function createHub(options: HubOptions = {}): Hub {
  return new Hub(options);
}

/** Where boards' messages arrive, whatever carries them. One door: `accept`. */
export class Hub {
  readonly store: Store;
  readonly #inside: Inside;
  readonly #listeners: Listener[] = [];
  readonly #transports = new Set<Transport>();
  readonly #where: { tcp?: HostPort; udp?: HostPort } = {};
  readonly #udp: UdpTransport[] = []; // to send datagrams from, those that boards know first
  #closed: Promise<void> | undefined;

  /** Use `createHub`. */
  constructor(options: HubOptions) {
    const clock = options.clock ?? systemClock;
    const handlers = new Handlers(clock);
    const feed = new Feed();
    this.store = options.store ?? new MemoryStore();
    this.#inside = {
      clock,
      handlers,
      feed,
      boards: new Boards((board) => {
        feed.publish({ type: 'board', board: board.name, at: board.firstSeen });
        handlers.board(board.name);
      }),
      // The disk's time, not the boards': a clock that stands still must not hold back what is to be stored.
      intake: new Intake(this.store, systemClock, {
        stored: (round) => {
          feed.publishPacked(round.samples);
          handlers.samples(round);
        },
        failed: (error) => handlers.problem({ what: 'store failed', error }),
      }),
      orphans: new Set(),
      scanner: new Scanner(),
      counts: { messages: 0, samples: 0, texts: 0, replies: 0, connections: 0, dropped: {} },
      reply: options.reply === false ? undefined : (options.reply ?? 'ok'),
      encoding: options.encoding === undefined ? undefined : encodingNamed(options.encoding),
    };
  }

  /**
   * The one door: whatever carries messages is handed in here, and is the hub's from then on.
   * @param options `answers: false` where we are the one who called: an `ok` to an answer would never end
   * @throws KitelineError CLOSED
   */
  accept(transport: Transport, options: { answers?: boolean } = {}): void {
    this.#mustBeOpen();
    this.#attach(transport, options);
  }

  #attach(transport: Transport, options: SessionsOptions): void {
    this.#transports.add(transport);
    transport.start(new Sessions(this.#inside, options));
  }

  /**
   * A peer that no transport looks after, such as one who posts over HTTP: feed it with `receive`.
   * @throws KitelineError CLOSED
   */
  session(peer: Peer, options: SessionOptions): Session {
    this.#mustBeOpen();
    return new Session(this.#inside, peer, options);
  }

  /**
   * Opens listeners, all or none.
   * @returns where each listens
   * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE, CLOSED
   */
  async listen(at: {
    tcp?: ListenAddress;
    udp?: ListenAddress;
  }): Promise<{ tcp?: HostPort; udp?: HostPort }> {
    this.#mustBeOpen();
    const opened: Listener[] = [];
    try {
      for (const protocol of ['tcp', 'udp'] as const) {
        const address = at[protocol];
        if (address !== undefined) opened.push(await openListener(protocol, address, this.#inside.clock));
      }
      this.#mustBeOpen(); // it may have been closed meanwhile
    } catch (error) {
      await Promise.all(opened.map(closeListener));
      throw error;
    }
    for (const listener of opened) {
      const { transport } = listener;
      this.#listeners.push(listener);
      this.accept(transport);
      this.#where[transport.kind] = { host: transport.host, port: transport.port };
      if (transport instanceof UdpTransport) this.#udp.push(transport);
    }
    return this.listening;
  }

  /** Where the hub listens; of each protocol what was opened last. */
  get listening(): { tcp?: HostPort; udp?: HostPort } {
    return { ...this.#where };
  }

  /** Bytes of the receive buffer that the system has granted for datagrams; undefined where the hub listens for none. */
  get receiveBuffer(): number | undefined {
    return this.#udp.find(({ port }) => port === this.#where.udp?.port)?.receiveBuffer;
  }

  /**
   * Reaches a board that listens: `tcp://HOST:PORT` or `udp://HOST:PORT`. A TCP connection ends when either side
   * ends it; it is not made again.
   * @throws KitelineError BAD_ARGUMENT, REFUSED, UNREACHABLE, TIMEOUT, CLOSED
   */
  async connect(url: string): Promise<BoardHandle> {
    this.#mustBeOpen();
    const to = parseUrl(url);
    const { boards, clock } = this.#inside;
    let peer: Peer | undefined;
    if (to.protocol === 'tcp') {
      const transport = await openConnection(to, clock);
      await this.#orLetGo(transport);
      this.#attach(transport, {
        answers: false,
        opened: (opened) => {
          peer = opened;
        },
        closed: () => this.#transports.delete(transport), // it had this one peer
      });
    } else {
      const host = await resolve(to.host);
      peer = (await this.#udpFor(host)).peer(host, to.port);
    }
    if (!peer) throw new KitelineError('CLOSED', say(`${url} closed the connection.`, `${url} 关闭了连接。`));
    boards.touch(peer.host, clock.now()).heard(peer, clock.now());
    return this.#handle(peer.host);
  }

  on<E extends keyof HubEvents>(event: E, handler: HubEvents[E]): this {
    this.#inside.handlers.add(event, handler);
    return this;
  }

  off<E extends keyof HubEvents>(event: E, handler: HubEvents[E]): this {
    this.#inside.handlers.remove(event, handler);
    return this;
  }

  /** Every board that has sent something, the one that was silent longest first. */
  boards(): BoardInfo[] {
    return this.#inside.boards.list();
  }

  /** A board by its name (its address, unless it said one); undefined when it has sent nothing yet. */
  board(name: string): BoardHandle | undefined {
    return this.#inside.boards.get(name) && this.#handle(name);
  }

  /** What happens from now on, through a bounded queue of its own. @throws RangeError for a capacity that is none */
  subscribe(options?: FeedOptions): Subscription {
    return this.#inside.feed.subscribe(options);
  }

  /** What the hub has done and lost, a copy. */
  get counts(): HubCounts & { subscribers: number; lostByFeed: number; evictedBoards: number } {
    const { counts, feed, boards } = this.#inside;
    return {
      ...counts,
      dropped: { ...counts.dropped },
      subscribers: feed.subscribers,
      lostByFeed: feed.lost,
      evictedBoards: boards.evicted,
    };
  }

  /** Ends every connection after its answers, lets go of the ports, and closes the store. Harmless when repeated. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#transports].map((transport) => transport.close()));
    await Promise.all(this.#listeners.map(closeListener));
    await this.#inside.intake.close();
    this.#inside.feed.close();
    await this.store.close();
  }

  #handle(name: string): BoardHandle {
    const { boards } = this.#inside;
    return {
      name,
      info: () => boards.get(name)?.info,
      send: (data) => boards.get(name)?.send(typeof data === 'string' ? encodeText(data) : data) ?? false,
    };
  }

  /** The socket to send datagrams from: one that boards know, or else one of our own. */
  async #udpFor(host: string): Promise<UdpTransport> {
    const known = this.#udp.find((transport) => reaches(transport.host, host));
    if (known) return known;
    const transport = await listenUdp({ host: host.includes(':') ? '::' : '0.0.0.0', port: 0 });
    await this.#orLetGo(transport);
    this.accept(transport);
    this.#udp.push(transport);
    return transport;
  }

  /** The hub may have been closed while the transport was being opened. */
  async #orLetGo(transport: Transport): Promise<void> {
    if (this.#closed) await transport.close();
    this.#mustBeOpen();
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new KitelineError('CLOSED', say('The hub is closed.', '中枢已关闭。'));
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
