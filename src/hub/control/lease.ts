import { randomBytes } from 'node:crypto';
import type { Alarm, Clock } from '../../clock.ts';
import type { JsonObject } from '../../wire/index.ts';
import type { ControlInfo } from '../hello.ts';
import { setpointText } from './check.ts';
import { type LeaseEnd, type LeaseEndWhy, leaseEnd } from './ends.ts';
import type { Stream } from './stream.ts';

/** Renewals within a lease: two may get lost on a bad link. */
const RENEWALS = 3;

/** The right to steer one control of a board, for one holder. */
export interface ControlHandle {
  /** Random: another one for each lease. */
  readonly id: string;
  readonly board: string;
  readonly control: string;
  readonly holder: string;
  /** Milliseconds since 1970 UTC. */
  readonly since: number;
  /** Milliseconds that a setpoint holds on the board, if no newer one comes. */
  readonly lease: number;
  /**
   * What the board is to do from now on: sent at once, at least 20 ms after the one before (of several within that time the newest is
   * sent), and renewed for `holdMs`.
   * @param args by name, as the board has announced them; the datagram has 1200 bytes at most
   * @returns false when the lease is over (`end` says why): nothing is sent any more
   * @throws KitelineError BAD_ARGUMENT with a sentence that says what will not do
   */
  set(args: JsonObject): boolean;
  /** Has the last setpoint renewed for another `holdMs`. @returns false when the lease is over */
  renew(): boolean;
  /** Gives the control back: the board's own stop runs at once. Harmless when the lease is over. */
  release(): void;
  /** How the lease ended; undefined while it has not. */
  readonly end: LeaseEnd | undefined;
  /** Resolves when the lease is over, and never rejects. */
  readonly ended: Promise<LeaseEnd>;
}

export interface LeaseParts {
  board: string;
  control: string;
  info: ControlInfo;
  holder: string;
  holdMs: number;
  stream: Stream;
  clock: Clock;
  /** Called once. */
  over: (lease: Lease, end: LeaseEnd) => void;
}

/**
 * A holder's lease, from when he takes it to when it is over. It is renewed every third of it for as long as he may say nothing; after
 * that it lapses, here as on the board. What lapsed is over, also when this computer slept: nobody's motors begin again by themselves.
 */
export class Lease implements ControlHandle {
  readonly id = randomBytes(4).toString('hex');
  readonly since: number;
  readonly ended: Promise<LeaseEnd>;
  /** The number of its first setpoint: what the board says of older ones is not about it. */
  readonly first: number;
  readonly #parts: LeaseParts;
  readonly #settled = Promise.withResolvers<LeaseEnd>();
  #holdMs: number;
  #until = 0; // it is renewed, on the hub's monotonic clock
  #putAt = 0; // the last setpoint or renewal
  #args: string | undefined;
  #alarm: Alarm | undefined;
  #end: LeaseEnd | undefined;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.since = parts.clock.now();
    this.ended = this.#settled.promise;
    this.first = parts.stream.next;
    this.#holdMs = parts.holdMs;
    this.#hold();
    this.#watch();
  }

  get board(): string {
    return this.#parts.board;
  }

  get control(): string {
    return this.#parts.control;
  }

  get holder(): string {
    return this.#parts.holder;
  }

  get lease(): number {
    return this.#parts.info.lease;
  }

  get end(): LeaseEnd | undefined {
    return this.#end;
  }

  set(args: JsonObject): boolean {
    const text = setpointText(this.control, args, this.#parts.info);
    if (this.isOver()) return false;
    this.#hold();
    this.#args = text;
    this.#put(true);
    return true;
  }

  renew(): boolean {
    if (this.isOver()) return false;
    this.#hold();
    // The hold may have run out a moment ago, and with it the renewals.
    if (this.#args !== undefined && this.#parts.clock.monotonic() >= this.#putAt + this.#interval)
      this.#put(false);
    else this.#watch();
    return true;
  }

  release(): void {
    if (this.isOver()) return;
    this.#parts.stream.release();
    this.finish('RELEASED');
  }

  /** The same holder asks for it again, with another time perhaps. @returns false when it is over */
  again(holdMs: number): boolean {
    this.#holdMs = holdMs;
    return this.renew();
  }

  /** It is over. @param detail what the board said, or who took it */
  finish(why: LeaseEndWhy, detail?: string): void {
    if (this.#end) return;
    this.#alarm?.cancel();
    this.#parts.stream.rest();
    this.#end = leaseEnd(why, this.board, this.#parts.clock.now(), detail);
    this.#parts.over(this, this.#end);
    this.#settled.resolve(this.#end);
  }

  /** Milliseconds between renewals. */
  get #interval(): number {
    return this.lease / RENEWALS;
  }

  /** When the board stops if nothing more comes, on the hub's monotonic clock. */
  get #lapsesAt(): number {
    return this.#args === undefined ? this.#until : this.#putAt + this.lease;
  }

  #hold(): void {
    this.#until = this.#parts.clock.monotonic() + this.#holdMs;
  }

  /** Whether it is: an alarm may be late. */
  isOver(): boolean {
    if (!this.#end && this.#parts.clock.monotonic() >= this.#lapsesAt) this.finish('LAPSED');
    return this.#end !== undefined;
  }

  #put(isNew: boolean): void {
    this.#putAt = this.#parts.clock.monotonic();
    this.#parts.stream.put(this.#args as string, isNew);
    this.#watch();
  }

  #watch(): void {
    const now = this.#parts.clock.monotonic();
    const renewAt = this.#putAt + this.#interval;
    const due = this.#args !== undefined && renewAt <= this.#until ? renewAt : this.#lapsesAt;
    this.#alarm?.cancel();
    // No timer waits for ever: an endless hold is looked at again after a day.
    this.#alarm = this.#parts.clock.alarm(Math.min(Math.max(0, due - now), LONGEST_ALARM_MS), () =>
      this.#ring(),
    );
  }

  #ring(): void {
    if (this.isOver()) return;
    const now = this.#parts.clock.monotonic();
    if (this.#args !== undefined && now >= this.#putAt + this.#interval && now <= this.#until)
      this.#put(false);
    else this.#watch();
  }
}

const LONGEST_ALARM_MS = 86_400_000;
