import type { ManualClock } from '../../src/clock.ts';
import type { CommandLink } from '../../src/hub/board-commands.ts';
import type { CommandOutcome } from '../../src/hub/command-outcomes.ts';
import { Commands } from '../../src/hub/commands.ts';
import { decode, type JsonObject, type Response, RPC, type RpcError } from '../../src/wire/index.ts';

/** Commands that a board runs at once, replies that it remembers (PROTOCOL.md). */
const AT_ONCE = 4;
const LAST_REPLIES = 16;

/** One use of a handler, as the board itself knows it. */
export interface Run {
  tag: number;
  began: number;
  ended?: 'returned' | 'raised' | 'stopped' | 'killed';
}

/** Somebody's command, and what he was told. */
export interface Asked {
  tag: number;
  until: number;
  /** When it must be settled at the latest. */
  latest: number;
  outcomes: { outcome: CommandOutcome; at: number }[];
  cancel: () => void;
}

/** One direction of a connection: in order, late by chance, and cut after any message. */
class Way {
  readonly #clock: ManualClock;
  readonly #late: () => number;
  #last = 0;
  #left = Number.POSITIVE_INFINITY; // messages that still get through
  #flying = 0;

  constructor(clock: ManualClock, late: () => number) {
    this.#clock = clock;
    this.#late = late;
  }

  send(arrive: () => void): void {
    this.#last = Math.max(this.#last, this.#clock.monotonic() + this.#late());
    this.#flying++;
    this.#clock.alarm(this.#last - this.#clock.monotonic(), () => {
      this.#flying--;
      if (this.#left-- > 0) arrive();
    });
  }

  /** Of what is under way the first ones still arrive, by chance. */
  cut(random: (below: number) => number): void {
    this.#left = Math.min(this.#left, random(this.#flying + 1));
  }
}

/** What is between a hub and a board, and what both make of it. The board does what PROTOCOL.md asks of one. */
export class CommandWorld {
  readonly runs: Run[] = [];
  readonly asked: Asked[] = [];
  readonly clock: ManualClock;
  readonly #random: (below: number) => number;
  readonly #graceMs: number;
  commands: Commands;
  #hubRun = 1;
  #boots = 1;
  #board = new BoardMemory();
  #connection: Connection | undefined;
  #hubs: Connection | undefined; // the session that the hub has
  isHealed = false;

  constructor(clock: ManualClock, random: (below: number) => number, graceMs: number) {
    this.clock = clock;
    this.#random = random;
    this.#graceMs = graceMs;
    this.commands = new Commands({ clock, graceMs });
    this.#comeBack();
  }

  ask(args: JsonObject, deadlineMs: number): void {
    const tag = this.asked.length;
    const now = this.clock.monotonic();
    const until = now + deadlineMs;
    const asked: Asked = { tag, until, latest: until + this.#graceMs, outcomes: [], cancel: () => {} };
    this.asked.push(asked);
    asked.cancel = this.commands.start('b', String(args.kind), { ...args, tag }, deadlineMs, (outcome) =>
      asked.outcomes.push({ outcome, at: this.clock.monotonic() }),
    );
  }

  /** @param who notices: the hub may go on for a while without knowing that nobody is there */
  cut(who: 'both' | 'board'): void {
    const connection = this.#connection;
    if (!connection) return;
    connection.down.cut(this.#random);
    connection.up.cut(this.#random);
    this.#connection = undefined;
    if (who === 'both') this.clock.alarm(this.#random(300), () => this.#hubNotices(connection));
    this.clock.alarm(this.#random(this.isHealed ? 100 : 1_500), () => this.#comeBack());
  }

  restartBoard(): void {
    for (const end of this.#board.running.values()) end('killed');
    this.#board = new BoardMemory();
    this.#boots++;
    this.cut('board');
  }

  restartHub(): void {
    const connection = this.#hubs;
    this.#hubs = undefined;
    this.commands.close();
    this.commands = new Commands({ clock: this.clock, graceMs: this.#graceMs });
    this.#hubRun++;
    if (connection && connection === this.#connection) this.cut('board');
  }

  #hubNotices(connection: Connection): void {
    if (this.#hubs !== connection) return;
    this.#hubs = undefined;
    this.commands.offline('b', connection.link);
  }

  /** The board dials and says hello. */
  #comeBack(): void {
    if (this.#connection) return;
    const late = () => this.#random(this.isHealed ? 20 : 200);
    const connection = new Connection(new Way(this.clock, late), new Way(this.clock, late));
    this.#connection = connection;
    const boot = `boot ${this.#boots}`;
    const said = this.clock.monotonic();
    connection.up.send(() => {
      const hubRun = this.#hubRun;
      const link: CommandLink = {
        boot,
        host: '10.0.0.7',
        address: '10.0.0.7:7',
        mayBeCommanded: true,
        zero: this.clock.monotonic(),
        send: (bytes) => {
          if (!this.isHealed && this.#random(20) === 0) return false;
          const text = new TextDecoder().decode(bytes);
          connection.expectRising(text);
          connection.down.send(() => this.#atBoard(connection, text));
          return true;
        },
      };
      connection.link = link;
      connection.down.send(() => {
        if (this.#connection !== connection) return;
        connection.isReady = true;
        this.#board.welcomed(hubRun, said);
      });
      this.#hubs = connection;
      this.commands.online('b', link);
    });
  }

  #atBoard(connection: Connection, text: string): void {
    if (this.#connection !== connection) return;
    const message = decode(Buffer.from(text));
    if (message.kind === 'notification') {
      this.#board.running.get((message.params as { id: number }).id)?.('stopped');
      return;
    }
    if (message.kind !== 'request') throw new Error(`to the board: ${text}`);
    const { id, method, params } = message as { id: number; method: string; params: JsonObject };
    const board = this.#board;
    if (id <= board.highest) {
      const kept = board.replies.get(id);
      if (kept) this.#send(kept);
      else if (!board.running.has(id)) this.#send({ id, error: { code: RPC.FORGOTTEN, message: '' } });
      return;
    }
    board.highest = id;
    const refuse = (code: number) => this.#reply(board, { id, error: { code, message: '' } });
    const left = Number(params.$deadline) - Math.floor(this.clock.monotonic() - board.zero);
    if (left <= 0) refuse(RPC.EXPIRED);
    else if (method === 'nope') refuse(RPC.METHOD_NOT_FOUND);
    else if (board.running.size >= AT_ONCE) refuse(RPC.BUSY);
    else this.#run(board, id, method, params, left);
  }

  #run(board: BoardMemory, id: number, kind: string, params: JsonObject, left: number): void {
    const run: Run = { tag: Number(params.tag), began: this.clock.monotonic() };
    this.runs.push(run);
    const { hubRun } = board;
    const end = (how: NonNullable<Run['ended']>) => {
      // A plain handler cannot be stopped.
      if (run.ended || (how === 'stopped' && kind === 'plain')) return;
      run.ended = how;
      board.running.delete(id);
      if (how === 'killed' || board.hubRun !== hubRun) return;
      if (how === 'returned') this.#reply(board, { id, result: run.tag });
      else {
        const code = how === 'raised' ? RPC.RAISED : RPC.STOPPED;
        this.#reply(board, { id, error: { code, message: how } });
      }
    };
    board.running.set(id, end);
    this.clock.alarm(Number(params.ms), () => end(kind === 'raise' ? 'raised' : 'returned'));
    this.clock.alarm(left, () => end('stopped'));
  }

  #reply(board: BoardMemory, reply: Reply): void {
    board.replies.set(reply.id, reply);
    for (const oldest of board.replies.keys()) {
      if (board.replies.size <= LAST_REPLIES) break;
      board.replies.delete(oldest);
    }
    if (board === this.#board) this.#send(reply);
  }

  #send(reply: Reply): void {
    const connection = this.#connection;
    if (!connection?.isReady) return;
    const { boot } = connection.link;
    connection.up.send(() => {
      // What arrives on a session that another one has taken the place of is not taken.
      if (this.#hubs !== connection) return;
      const response: Response = { kind: 'response', result: undefined, error: undefined, ...reply };
      this.commands.replied('b', boot, response);
    });
  }
}

interface Reply {
  id: number;
  result?: number;
  error?: RpcError;
}

class Connection {
  readonly up: Way;
  readonly down: Way;
  link: CommandLink = { boot: '', host: '', address: '', mayBeCommanded: true, zero: 0, send: () => false };
  isReady = false;
  #highest = 0;

  constructor(up: Way, down: Way) {
    this.up = up;
    this.down = down;
  }

  /** On a connection commands come in the order of their ids. */
  expectRising(line: string): void {
    const { id } = JSON.parse(line);
    if (id === undefined) return;
    if (id <= this.#highest) throw new Error(`command ${id} after ${this.#highest}`);
    this.#highest = id;
  }
}

/** What a board knows from one start to the next. */
class BoardMemory {
  hubRun = 0;
  zero = 0;
  highest = 0;
  readonly replies = new Map<number, Reply>();
  readonly running = new Map<number, (how: NonNullable<Run['ended']>) => void>();

  welcomed(hubRun: number, said: number): void {
    this.zero = said;
    if (hubRun === this.hubRun) return;
    this.hubRun = hubRun;
    this.highest = 0;
    this.replies.clear();
    this.running.clear();
  }
}
