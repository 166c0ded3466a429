import type { Alarm, Clock } from '../../clock.ts';
import { setpointLine } from './check.ts';
import { Path, type Via } from './path.ts';

export const streamLimits = {
  /** Milliseconds between two setpoints of one control: 50 a second is more than motors tell apart. */
  paceMs: 20,
  /** Setpoints on the session that the board has not seen: a connection that stands still must not fill up with them. */
  unseen: 16,
} as const;

/** A board's session, as its controls see it. */
export interface ControlLink {
  /** Session clock: whole milliseconds since hello was answered. */
  readonly clock: number;
  /** Whether it is known where the board takes datagrams. */
  readonly isReachable: boolean;
  /** Whether something that was sent on the connection waits in our memory. */
  readonly isBehind: boolean;
  /** Sends a line on the session. @returns false when it was not sent, nor ever will be */
  send(payload: Uint8Array): boolean;
  /** Sends a datagram of the session. @returns false when it was not sent */
  sendDatagram(payload: Uint8Array): boolean;
  /** Calls once, when nothing waits any more. */
  whenSent(call: () => void): void;
}

interface Setpoint {
  readonly n: number;
  /** Session clock, when whoever holds the lease renewed it. */
  readonly t: number;
  /** As JSON. */
  readonly args: string;
}

export interface StreamParts {
  control: string;
  /** Milliseconds that a setpoint holds. */
  lease: number;
  link: ControlLink;
  clock: Clock;
  /** Told when setpoints go another way than before. */
  pathChanged: () => void;
}

/**
 * The setpoints of one control in one session: the newest is sent at once, at least 20 ms after the one before, by the way that works; nothing is
 * kept but the newest.
 */
export class Stream {
  readonly path: Path;
  /** Setpoints that were sent, renewals counted, and those that a newer one took the place of before they were. */
  sent = 0;
  replaced = 0;
  readonly #parts: StreamParts;
  #newest: Setpoint = { n: 0, t: 0, args: 'null' };
  #waiting: { t: number; args: string; isNew: boolean } | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #seen = 0;
  #isHeldBack = false; // the newest is not on the session yet, which is behind
  #pace: Alarm | undefined;
  #repeat: Alarm | undefined;
  #isOver = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.path = new Path(parts.clock, parts.pathChanged);
  }

  /** The number that the next setpoint has. */
  get next(): number {
    return this.#newest.n + 1;
  }

  /**
   * What the board is to do from now on.
   * @param args as JSON
   * @param isNew false where the same goes on
   */
  put(args: string, isNew: boolean): void {
    if (this.#isOver) return;
    if (isNew && this.#waiting?.isNew) this.replaced++;
    this.#waiting = {
      t: this.#parts.link.clock,
      args,
      isNew: isNew || this.#waiting?.isNew === true,
    };
    this.#sendInPace();
  }

  /** The board is to stop now. Said on both ways, and on the session whatever waits there: it is the last word. */
  release(): void {
    if (this.#isOver || this.#newest.n === 0) return;
    const { link, clock } = this.#parts;
    this.rest();
    this.#sentAt = clock.monotonic();
    this.#newest = { n: this.next, t: link.clock, args: 'null' };
    const line = this.#line;
    if (link.isReachable) link.sendDatagram(line);
    link.send(line);
  }

  /** What waits is not sent, and nothing is sent again: the lease is over. */
  rest(): void {
    this.#pace?.cancel();
    this.#pace = undefined;
    this.#waiting = undefined;
    this.#isHeldBack = false;
    this.#stopRepeating();
    this.path.rest();
  }

  /** The board has seen setpoint `n`, that came by `way`. @param got how many have come on it */
  seen(way: Via, n: number, got: number | undefined): void {
    if (this.#isOver || n > this.#newest.n) return;
    this.path.seen(way, n, got);
    this.#seen = Math.max(this.#seen, n);
    if (this.#seen === this.#newest.n) this.#stopRepeating();
    if (way === 'session') this.#catchUp();
  }

  /** The session is over. */
  close(): void {
    this.rest();
    this.#isOver = true;
  }

  get #line(): Uint8Array {
    const { n, t, args } = this.#newest;
    return setpointLine(this.#parts.control, n, t, args);
  }

  /** Whether the newest is still worth sending. */
  get #holds(): boolean {
    return this.#newest.args !== 'null' && this.#parts.link.clock < this.#newest.t + this.#parts.lease;
  }

  #sendInPace(): void {
    const { clock } = this.#parts;
    const waiting = this.#waiting;
    if (!waiting) return;
    const wait = this.#sentAt + streamLimits.paceMs - clock.monotonic();
    if (wait > 0) {
      this.#pace ??= clock.alarm(wait, () => {
        this.#pace = undefined;
        this.#sendInPace();
      });
      return;
    }
    this.#waiting = undefined;
    this.#newest = { n: this.next, t: waiting.t, args: waiting.args };
    this.sent++;
    this.#transmit();
  }

  /** @param again what goes once more is no setpoint of its own, and keeps no newer one waiting */
  #transmit(again = 0): void {
    const { link, clock } = this.#parts;
    this.#stopRepeating();
    if (again === 0) this.#sentAt = clock.monotonic();
    const ways = this.path.ways(link.isReachable);
    if (ways.datagram && link.sendDatagram(this.#line)) {
      this.path.sent('datagram', this.#newest.n);
      this.#repeat = clock.alarm(this.path.repeatMs(again), () => {
        if (this.#holds) this.#transmit(again + 1);
      });
    }
    this.#isHeldBack = false;
    if (ways.session) this.#onSession();
  }

  /** Never behind what waits there: the newest alone waits for that. */
  #onSession(): void {
    const { link } = this.#parts;
    if (!link.isBehind && this.path.session.unseen < streamLimits.unseen) {
      if (link.send(this.#line)) this.path.sent('session', this.#newest.n);
      return;
    }
    this.#isHeldBack = true;
    if (link.isBehind) link.whenSent(() => this.#catchUp());
  }

  #catchUp(): void {
    if (!this.#isHeldBack) return;
    this.#isHeldBack = false;
    if (!this.#holds) return;
    this.#sentAt = this.#parts.clock.monotonic();
    this.#onSession();
  }

  #stopRepeating(): void {
    this.#repeat?.cancel();
    this.#repeat = undefined;
  }
}
