import type { Alarm, Clock } from '../../clock.ts';
import type { Value } from '../../wire/index.ts';
import { alertLimits } from './check.ts';
import type { AlertInfo, AlertRule, Firing } from './rule.ts';

/** Milliseconds until it is looked again, however far away what is waited for: a timer has 31 bits. */
const LOOK_MS = 3_600_000;

/** A moment: milliseconds since 1970, and on the monotonic clock. */
export interface Arrival {
  now: number;
  ticks: number;
}

export interface WatchOptions {
  clock: Clock;
  /** Told when it begins to fire; and, with what it had told, when it is quiet again. */
  changed: (watch: RuleWatch, ended?: Firing) => void;
  /** Milliseconds from now on until silence counts, at least. */
  graceMs: number;
}

/**
 * One rule against what comes. What it waits for must last for the rule's time before it fires, and must be over for ten seconds
 * before it is quiet again. Both are counted on the hub's clock from when values arrive, and cost an alarm a change, none a value.
 */
export class RuleWatch {
  readonly rule: AlertRule;
  readonly #clock: Clock;
  readonly #changed: WatchOptions['changed'];
  readonly #graceEnd: number;
  #firing: Firing | undefined;
  #isSo: boolean; // whether what it waits for is so now
  #turned: number; // since when, on the monotonic clock
  #heard: number; // when the last value came, on the same
  #seen: Value | undefined; // the newest value, of a rule that looks at it
  #last: number | undefined; // of when it is
  #alarm: Alarm | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #isOver = false;

  constructor({ firing, ...rule }: AlertInfo, { clock, changed, graceMs }: WatchOptions) {
    const now = clock.monotonic();
    this.rule = rule;
    this.#clock = clock;
    this.#changed = changed;
    this.#graceEnd = now + graceMs;
    this.#firing = firing;
    this.#isSo = firing !== undefined;
    this.#turned = now;
    this.#heard = this.#ticksAt(rule.made);
    this.#arm();
  }

  get firing(): Firing | undefined {
    return this.#firing;
  }

  /** When the last value came before it was watched. @param at milliseconds since 1970 */
  heardBefore(at: number): void {
    if (this.#last !== undefined) return; // one came meanwhile
    this.#last = at;
    this.#heard = this.#ticksAt(at);
    this.#settle();
  }

  /**
   * A value.
   * @param at of when it is, milliseconds since 1970
   * @param arrived when it came: asked of the clock once for all that come together
   */
  take(value: Value, at: number, arrived: Arrival): void {
    const { when, value: bound } = this.rule;
    if (when === 'silent') {
      this.#heard = arrived.ticks;
      this.#last = at;
      this.#turn(false);
      return;
    }
    // A late one tells how it was, not how it is.
    if (typeof value === 'string' || at < (this.#last ?? at)) return;
    this.#seen = value;
    // One of tomorrow, of a board whose clock is wrong, makes no other one late.
    this.#last = Math.min(at, arrived.now);
    this.#turn(when === 'above' ? Number(value) > bound : Number(value) < bound);
  }

  /** It watches no more. */
  end(): void {
    this.#isOver = true;
    this.#alarm?.cancel();
  }

  #turn(isSo: boolean): void {
    if (isSo === this.#isSo) return;
    this.#isSo = isSo;
    this.#turned = this.#clock.monotonic();
    this.#settle();
  }

  /** What follows from how it is and since when. */
  #settle(): void {
    if (this.#isOver) return;
    const now = this.#clock.monotonic();
    if (now >= this.#silentAt) {
      this.#isSo = true;
      this.#turned = now;
    }
    if (now >= this.#settledAt) {
      const ended = this.#firing;
      this.#firing = this.#isSo ? this.#told() : undefined;
      this.#changed(this, ended);
    }
    this.#arm();
  }

  #told(): Firing {
    return {
      since: this.#clock.now(),
      ...(this.#seen !== undefined && { seen: this.#seen }),
      ...(this.#last !== undefined && { last: this.#last }),
    };
  }

  /** When it is silent if nothing comes; never for another rule, or for one that is silent. */
  get #silentAt(): number {
    const { when, value } = this.rule;
    if (when !== 'silent' || this.#isSo) return Number.POSITIVE_INFINITY;
    return Math.max(this.#heard + value, this.#graceEnd);
  }

  /** When it begins to fire, or is quiet again, if it stays as it is. */
  get #settledAt(): number {
    if (this.#isSo === (this.#firing !== undefined)) return Number.POSITIVE_INFINITY;
    return this.#turned + (this.#isSo ? (this.rule.holdMs ?? 0) : alertLimits.calmMs);
  }

  /** An alarm that is set for earlier stays: what comes would set it anew with every value. */
  #arm(): void {
    const due = Math.min(this.#silentAt, this.#settledAt);
    if (due >= this.#alarmAt) return;
    this.#alarm?.cancel();
    const wait = Math.min(Math.max(0, due - this.#clock.monotonic()), LOOK_MS);
    this.#alarmAt = due;
    this.#alarm = this.#clock.alarm(wait, () => {
      this.#alarmAt = Number.POSITIVE_INFINITY;
      this.#settle();
    });
  }

  /** A time of day on the monotonic clock; one that is to come is now. */
  #ticksAt(at: number): number {
    return this.#clock.monotonic() - Math.max(0, this.#clock.now() - at);
  }
}
