import { randomBytes } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { MemoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { formatHostPort, type HostPort } from '../transport/address.ts';
import type { Peer, Transport } from '../transport/transport.ts';
import { type JsonObject, limits, Scanner, SIGNED_BYTES } from '../wire/index.ts';
import { Access } from './access.ts';
import { Alerts } from './alerts/alerts.ts';
import { type BoardHandle, boardHandle } from './board-handle.ts';
import { type BoardInfo, Boards } from './boards.ts';
import type { Method } from './calls.ts';
import { commandEvent } from './command-event.ts';
import { Commands } from './commands.ts';
import { Datagrams } from './datagrams.ts';
import type { Dial, DialInfo } from './dial.ts';
import { Dials } from './dials.ts';
import { Doors } from './doors.ts';
import { encodingNamed } from './encoding.ts';
import { Handlers, type HubEvents } from './events.ts';
import { Feed, type FeedOptions, type Subscription } from './feed.ts';
import { checkHome, checkHubName, newHome } from './home.ts';
import { HUB_NAME, type HubOptions, KEEPALIVE_MS } from './hub-options.ts';
import { countsOf, type HubCounts, type Inside, newCounts } from './inside.ts';
import { Intake } from './intake.ts';
import { Keys } from './keys.ts';
import { mustKnow } from './known.ts';
import type { ListenAt, Listening } from './listen.ts';
import { Methods } from './methods.ts';
import { Programs } from './programs/programs.ts';
import { count, type RefusedReason } from './reasons.ts';
import { Refusals } from './refusals.ts';
import { type Scene, type SceneOptions, Scenes } from './scenes/scenes.ts';
import { Session, type SessionOptions } from './session.ts';
import { admits, Sessions } from './sessions.ts';
import { Where } from './where.ts';

export type { HubOptions } from './hub-options.ts';

/** Makes a hub. @throws KitelineError NOT_FOUND for an encoding that nobody knows, BAD_ARGUMENT for a home, a name or a range of addresses that is none */
export function createHub(options: HubOptions = {}): Hub {
  return new Hub(options);
}

/** Where boards' messages arrive, whatever carries them. One door: `accept`. */
export class Hub {
  readonly store: Store;
  /** Which names are closed, and by which keys they can be used; what is changed here holds at once. */
  readonly keys: Keys;
  /** What apps draw of boards, for whoever shows it. */
  readonly scenes: Scenes;
  /** The alert rules, what fires, and where that is posted to. */
  readonly alerts: Alerts;
  readonly #inside: Inside;
  readonly #doors: Doors;
  readonly #dials: Dials;
  #closed: Promise<void> | undefined;

  /** Use `createHub`. */
  constructor(options: HubOptions) {
    const clock = options.clock ?? systemClock;
    const handlers = new Handlers(clock);
    const feed = new Feed();
    this.store = options.store ?? new MemoryStore();
    const counts = newCounts();
    const boards = new Boards((board) => {
      feed.publish({ type: 'board', board: board.name, at: board.firstSeen });
      handlers.board(board.name);
    });
    const home = checkHome(options.home ?? newHome());
    this.keys = options.keys ?? new Keys({ clock });
    this.scenes = new Scenes(clock);
    this.alerts = new Alerts({ rules: options.alerts, clock, store: this.store, feed, handlers });
    const access = new Access(options.access ?? {}, clock);
    const inside: Inside = {
      clock,
      run: randomBytes(8).toString('hex'),
      home,
      where: new Where({
        clock,
        counts,
        name: checkHubName(options.name ?? HUB_NAME),
        home,
        ports: () => ({ tcp: this.listening.tcp?.port, tls: this.listening.tls?.port }),
        isNear: (host) => access.isPrivate(host),
      }),
      store: this.store,
      keepalive: options.keepaliveMs ?? KEEPALIVE_MS,
      keys: this.keys,
      access,
      refusals: new Refusals({
        clock,
        count: (reason, board) => {
          count(counts.dropped, reason);
          inside.boards.get(board)?.drop(reason);
        },
        feed,
        handlers,
      }),
      commands: new Commands({
        clock,
        ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
        longestFor: (board) => (this.keys.isClosed(board) ? SIGNED_BYTES : limits.lineBytes),
        onRefused: (board, link) => inside.refusals.refuse('NOT_ALLOWED', board, link),
        onChange: (board, command, outcome) => {
          if (outcome?.outcome === 'done') boards.get(board)?.presence?.ran(command, outcome.result);
          if (feed.subscribers > 0) feed.publish(commandEvent(board, clock.now(), command, outcome));
        },
      }),
      methods: new Methods(clock),
      programs: new Programs(feed),
      handlers,
      feed,
      boards,
      datagrams: new Datagrams({
        boards,
        clock,
        counts,
        forged: (board, peer) => inside.refusals.refuse('BAD_SIGNATURE', board, peer),
      }),
      udpPort: () => this.listening.udp?.port,
      // The disk's time, not the boards': a clock that stands still must not hold back what is to be stored.
      intake: new Intake(this.store, systemClock, {
        stored: (round) => {
          feed.publishPacked(round.samples);
          this.alerts.stored(round.samples);
          handlers.samples(round);
        },
        failed: (error) => handlers.problem({ what: 'store failed', error }),
      }),
      orphans: new Set(),
      greeted: new WeakSet(),
      scanner: new Scanner(),
      counts,
      reply: options.reply === false ? undefined : (options.reply ?? 'ok'),
      encoding: options.encoding === undefined ? undefined : encodingNamed(options.encoding),
    };
    this.#inside = inside;
    this.keys.onChange(() => inside.boards.checkKeys(this.keys));
    this.#doors = new Doors(clock, (options) => new Sessions(inside, options));
    this.#dials = new Dials(inside, (...how) => this.#doors.dial(...how));
  }

  /** Of this run of the hub: another one after a restart. */
  get run(): string {
    return this.#inside.run;
  }

  /**
   * The one door: whatever carries messages is handed in here, and is the hub's from then on.
   * @param options `answers: false` where we are the one who called: an `ok` to an answer would never end
   * @throws KitelineError CLOSED
   */
  accept(transport: Transport, options: { answers?: boolean } = {}): void {
    this.#doors.accept(transport, options);
  }

  /**
   * A peer that no transport looks after, such as one who posts over HTTP: feed it with `receive`.
   * @throws KitelineError CLOSED
   */
  session(peer: Peer, options: SessionOptions): Session {
    this.#doors.mustBeOpen();
    return new Session(this.#inside, peer, options);
  }

  /**
   * Opens listeners, all or none.
   * @returns where each listens
   * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE, BAD_ARGUMENT (a certificate that cannot be used), CLOSED
   */
  async listen(at: ListenAt): Promise<Listening> {
    await this.#doors.listen(at);
    return this.listening;
  }

  /** Where the hub listens; of each protocol what was opened last. */
  get listening(): Listening {
    return this.#doors.listening;
  }

  /** Bytes of the receive buffer that the system has granted for datagrams; undefined where the hub listens for none. */
  get receiveBuffer(): number | undefined {
    return this.#doors.receiveBuffer;
  }

  /**
   * Reaches a board that listens: `tcp://HOST:PORT` or `udp://HOST:PORT`. A TCP connection ends when either side
   * ends it; it is not made again.
   * @throws KitelineError BAD_ARGUMENT, REFUSED, UNREACHABLE, TIMEOUT, CLOSED
   */
  async connect(url: string): Promise<BoardHandle> {
    const peer = await this.#doors.connect(url);
    const { boards, clock } = this.#inside;
    boards.touch(peer.host, clock.now()).heard(peer, clock.now());
    return boardHandle(peer.host, this.#inside);
  }

  /**
   * Whether anything from there is taken, for what carries messages and is no transport; counted and told when it is not.
   * @param host a numeric address
   */
  admits(host: string, port: number): boolean {
    return admits(this.#inside, host, port);
  }

  /** Counts that somebody was kept out, for what carries messages and is no transport; told to people at a bounded rate. */
  refuse(reason: RefusedReason, board: string, { host, port }: HostPort): void {
    this.#inside.refusals.refuse(reason, board, { host, address: formatHostPort(host, port) });
  }

  /**
   * Reaches a board that listens, `tcp://HOST:PORT`, and dials it again whenever the connection is gone: 0.5 to 5 s later, until
   * the dial or the hub is closed. What becomes of it is told by the event `dial`.
   * @throws KitelineError BAD_ARGUMENT, CLOSED
   */
  dial(url: string): Dial {
    this.#doors.mustBeOpen();
    return this.#dials.add(url);
  }

  /** The boards that are dialled, and how it stands with each. */
  get dials(): DialInfo[] {
    return this.#dials.list();
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

  /** A board by its name (its address, unless it said one); undefined when it has sent nothing since the hub was started. */
  board(name: string): BoardHandle | undefined {
    return this.#inside.boards.get(name) && boardHandle(name, this.#inside);
  }

  /**
   * The same, and also a board that has sent nothing yet and of which history is stored: what it is told to do waits for it.
   * @throws KitelineError NOT_FOUND with a sentence that names the boards that there are, CLOSED, STORE_FAILED (all as a rejection)
   */
  async findBoard(name: string): Promise<BoardHandle> {
    await mustKnow(name, this.#inside);
    return boardHandle(name, this.#inside);
  }

  /**
   * Offers boards a function: on a board `await board.call('plan', …)`. It replaces the one of this name; undefined removes it.
   * @throws KitelineError BAD_ARGUMENT for what cannot be a name
   */
  method<Params extends object = JsonObject>(name: string, method: Method<Params> | undefined): this {
    this.#inside.methods.set(name, method as Method | undefined);
    return this;
  }

  /**
   * An empty map of a board, to draw on: the page shows it. It takes the place of the one that the board has.
   * @throws KitelineError BAD_ARGUMENT, NOT_ALLOWED when there are too many
   */
  scene(board: string, options: SceneOptions): Scene {
    return this.scenes.make(board, options);
  }

  /** What happens from now on, through a bounded queue of its own. @throws RangeError for a capacity that is none */
  subscribe(options?: FeedOptions): Subscription {
    return this.#inside.feed.subscribe(options);
  }

  /** What the hub has done and lost, a copy. */
  get counts(): HubCounts & { subscribers: number; lostByFeed: number; evictedBoards: number } {
    return countsOf(this.#inside);
  }

  /** Settles every command, ends every connection after its answers, lets go of the ports, and closes the store. Harmless when repeated. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { boards, commands, intake, feed } = this.#inside;
    commands.close();
    boards.farewell();
    this.#dials.close();
    await this.#doors.close();
    await Promise.all([intake.close(), this.alerts.close()]);
    this.scenes.close();
    feed.close();
    await this.store.close();
  }
}
