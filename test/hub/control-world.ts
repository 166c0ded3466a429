/** A board that is steered, as PROTOCOL.md has it, and the air between it and the hub: on a clock that stands still. */
import type { ManualClock } from '../../src/clock.ts';
import type { ControlHandle } from '../../src/hub/control/lease.ts';
import type { Via } from '../../src/hub/control/path.ts';
import { BoardControls, type SteeredSession } from '../../src/hub/controls.ts';
import type { ControlMessage } from '../../src/hub/events.ts';
import type { JsonObject } from '../../src/wire/index.ts';

/** Milliseconds that a setpoint holds. */
export const LEASE = 120;
const REPORT_MS = 100;

/** A setpoint as it left the hub. */
export interface Sent {
  via: Via;
  n: number;
  t: number;
  /** Whose it is; undefined for a release. */
  tag: number | undefined;
  at: number;
  session: number;
  bytes: number;
}

/** What the board did: from when to when it ran for a holder. */
export interface Run {
  tag: number;
  from: number;
  until: number | undefined;
}

/** Somebody's lease, and what he said of it. */
export interface Holding {
  /** What its setpoints say. */
  tag: number;
  handle: ControlHandle;
  holdMs: number;
  /** When he last said something. */
  word: number;
  overAt: number | undefined;
}

export interface Weather {
  loss: number;
  lateMs: number;
  doubles: number;
}

export class ControlWorld {
  readonly sent: Sent[] = [];
  readonly runs: Run[] = [];
  readonly holdings: Holding[] = [];
  readonly events: ControlMessage[] = [];
  readonly controls: BoardControls;
  readonly clock: ManualClock;
  weather: Weather = { loss: 0, lateMs: 5, doubles: 0 };
  /** Whether what is sent on the session waits. */
  isStalled = false;
  readonly #random: () => number;
  #session: Session | undefined;
  #sessions = 0;

  constructor(clock: ManualClock, random: () => number) {
    this.clock = clock;
    this.#random = random;
    this.controls = new BoardControls('rover', clock, {
      changed: (event) => this.events.push(event),
      notAllowed: () => {},
    });
  }

  connect(): void {
    if (this.#session) return;
    const session = new Session(this, ++this.#sessions);
    this.#session = session;
    this.controls.online(session.link, { drive: { lease: LEASE } });
  }

  cut(): void {
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    session.isOver = true;
    this.controls.offline();
  }

  take(who: number, holdMs: number, takeover: boolean): void {
    let handle: ControlHandle;
    try {
      handle = this.controls.take('drive', { holder: `h${who}`, holdMs, takeover });
    } catch (error) {
      const { code } = error as { code: string };
      if (code !== 'HELD' && code !== 'OFFLINE') throw error;
      return;
    }
    const word = this.clock.monotonic();
    const again = this.holdings.find((one) => one.handle === handle);
    if (again) Object.assign(again, { word, holdMs });
    this.#note();
    if (!again) this.holdings.push({ tag: this.holdings.length, handle, holdMs, word, overAt: undefined });
  }

  /** @param back how many leases ago */
  say(back: number, word: 'set' | 'renew' | 'release'): void {
    const holding = this.holdings.at(-1 - back);
    if (!holding) return;
    const { handle, tag } = holding;
    if (word === 'release') handle.release();
    else if (word === 'set' ? handle.set({ tag }) : handle.renew()) holding.word = this.clock.monotonic();
  }

  advance(ms: number): void {
    for (let passed = 0; passed < ms; passed++) {
      this.clock.advance(1);
      this.#note();
    }
  }

  #note(): void {
    for (const holding of this.holdings) if (holding.handle.end) holding.overAt ??= this.clock.monotonic();
  }

  chance(): number {
    return this.#random();
  }

  unstall(): void {
    this.isStalled = false;
    this.#session?.drain();
  }
}

/** One session: the hub's link, both ways through the air, and the board at the other end. */
class Session {
  readonly link: SteeredSession;
  isOver = false;
  readonly #world: ControlWorld;
  readonly #zero: number;
  readonly #board: Board;
  #last = 0; // what is sent on the session arrives in order
  #waiting: (() => void)[] = [];

  constructor(world: ControlWorld, number: number) {
    this.#world = world;
    this.#zero = world.clock.monotonic();
    this.#board = new Board(world, this, Math.floor(20 * world.chance()));
    const zero = this.#zero;
    const isHere = { datagram: world.chance() < 0.8 };
    const sends = (via: Via) => (bytes: Uint8Array) => {
      if (this.isOver) return false;
      const { params } = JSON.parse(Buffer.from(bytes).toString()) as { params: JsonObject };
      const { n, t, args } = params as { n: number; t: number; args: { tag: number } | null };
      const at = world.clock.monotonic();
      world.sent.push({ via, n, t, tag: args?.tag, at, session: number, bytes: bytes.length });
      this.#carry(via, () => this.#board.gets(via, n, t, args?.tag));
      return true;
    };
    this.link = {
      mayBeCommanded: true,
      host: '10.0.0.7',
      address: '10.0.0.7:1',
      get clock() {
        return Math.floor(world.clock.monotonic() - zero);
      },
      isReachable: isHere.datagram,
      get isBehind() {
        return world.isStalled;
      },
      send: sends('session'),
      sendDatagram: sends('datagram'),
      whenSent: (call) => this.#waiting.push(call),
    };
  }

  get clock(): number {
    return this.#world.clock.monotonic() - this.#zero;
  }

  drain(): void {
    for (const call of this.#waiting.splice(0)) call();
  }

  /** From the board to the hub. */
  says(via: Via, what: () => void): void {
    this.#carry(via, what);
  }

  #carry(via: Via, arrive: () => void): void {
    const { clock, weather } = this.#world;
    const late = weather.lateMs * this.#world.chance();
    const deliver = () => {
      if (!this.isOver) arrive();
    };
    if (via === 'datagram') {
      if (this.#world.chance() < weather.loss) return;
      clock.alarm(late, deliver);
      if (this.#world.chance() < weather.doubles) clock.alarm(3 * late, deliver);
      return;
    }
    this.#last = Math.max(this.#last, clock.monotonic() + late);
    clock.alarm(this.#last - clock.monotonic(), deliver);
  }
}

/** What a board does with setpoints (PROTOCOL.md): its clock is never behind the hub's. */
class Board {
  readonly #world: ControlWorld;
  readonly #session: Session;
  readonly #ahead: number;
  readonly #ways = { datagram: new Reports(), session: new Reports() };
  #newest = 0;
  #run: Run | undefined;
  #until = 0;

  constructor(world: ControlWorld, session: Session, ahead: number) {
    this.#world = world;
    this.#session = session;
    this.#ahead = ahead;
  }

  get #clock(): number {
    return this.#session.clock + this.#ahead;
  }

  gets(via: Via, n: number, t: number, tag: number | undefined): void {
    const { clock, controls } = this.#world;
    const word = this.#ways[via].came(n, clock.monotonic());
    if (word) this.#session.says(via, () => controls.seen('drive', via, word.n, word.got));
    if (n <= this.#newest) return;
    if (tag === undefined) {
      this.#newest = n;
      this.#stop('released');
      return;
    }
    if (this.#clock >= t + LEASE) return;
    this.#newest = n;
    this.#until = t + LEASE;
    if (this.#run && this.#run.tag !== tag) this.#run.until = clock.monotonic();
    if (this.#run?.tag !== tag) {
      this.#run = { tag, from: clock.monotonic(), until: undefined };
      this.#world.runs.push(this.#run);
    }
    clock.alarm(this.#until - this.#clock, () => {
      if (this.#run && this.#clock >= this.#until) this.#stop('lapsed');
    });
  }

  #stop(why: string): void {
    const { clock, controls } = this.#world;
    if (this.#run) this.#run.until = clock.monotonic();
    this.#run = undefined;
    const n = this.#newest;
    this.#session.says('session', () => controls.stopped('drive', n, why, 0));
  }
}

/** At once for the first that comes on a way, then every 100 ms. */
class Reports {
  #n = 0;
  #got = 0;
  #at = Number.NEGATIVE_INFINITY;

  came(n: number, now: number): { n: number; got: number } | undefined {
    this.#got++;
    this.#n = Math.max(this.#n, n);
    if (now - this.#at < REPORT_MS) return undefined;
    this.#at = now;
    return { n: this.#n, got: this.#got };
  }
}
