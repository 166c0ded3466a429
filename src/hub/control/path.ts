import type { Clock } from '../../clock.ts';
import { Meter } from './meter.ts';

/** How setpoints go to a board. */
export type Via = 'datagram' | 'session';

export const pathLimits = {
  /** Milliseconds between two words of a board about what it has seen on one way (PROTOCOL.md). */
  reportMs: 100,
  /** Milliseconds for a board that is busy, and for the system's timers. */
  slackMs: 60,
  /** Milliseconds between tries of the other way: one that does not work while it is wanted, and one that is only kept known. */
  probeMs: { wanted: 200, known: 1_000 },
  /** Setpoints that go both ways before any has been seen by datagram; then it is tried as a way that was given up. */
  tries: 8,
  /** Words in a row until a way that was given up is trusted again, and milliseconds that a decision stands at least. */
  trustedAfter: 3,
  standsMs: 2_000,
  /** Times the usual silence after which datagrams are given up; after one of it setpoints go both ways. */
  givenUpAfter: 3,
  /** Milliseconds for which a measurement of a way counts, and for which a way that was not used is still taken to work. */
  freshMs: 5_000,
  idleMs: 2_000,
  /** Above it, each setpoint is sent a second time. */
  lossy: 0.01,
  /** Milliseconds after the first: apart by as much as any two setpoints. */
  repeatMs: 20,
} as const;

/**
 * Which way the setpoints of one control go, decided and decided again by what became of those before: by datagram while the board's
 * word of them comes back by datagram in time, on the session while it does not, and both ways in between. The way that is not
 * used is tried now and then. Doubles do no harm: the newest number wins.
 *
 *     session ──first word by datagram──▶ datagram ──silent──▶ datagram and session ──silent for long──▶ session
 *        ▲                                   │ ▲                                                            │
 *        └─────────much slower, or lossy─────┘ └───────── 3 words in a row, and not much slower ────────────┘
 */
export class Path {
  readonly datagram = new Meter();
  readonly session = new Meter();
  readonly #clock: Clock;
  readonly #changed: () => void;
  #via: Via = 'session';
  #since = Number.NEGATIVE_INFINITY; // of the last change
  #bothAt = Number.NEGATIVE_INFINITY; // both ways were used last

  /** @param changed told when setpoints go another way than before */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get via(): Via {
    return this.#via;
  }

  /** The ways of the setpoint that is sent now. @param reachable whether it is known where the board takes datagrams */
  ways(reachable: boolean): { datagram: boolean; session: boolean } {
    const now = this.#clock.monotonic();
    if (this.#via === 'datagram') this.#doubt(now, reachable);
    const { datagram } = this;
    const usual = this.#usual;
    const rested = now - this.#bothAt;
    let other: boolean;
    if (this.#via === 'session') {
      if (datagram.silence(now) > usual) datagram.silent();
      const isNew = datagram.delay === undefined && datagram.count < pathLimits.tries;
      other = reachable && (isNew || rested >= pathLimits.probeMs.wanted);
    } else {
      const isSure = datagram.silence(now) <= usual && now - datagram.seenAt <= pathLimits.idleMs;
      other = !isSure || rested >= pathLimits.probeMs.known;
    }
    if (other) this.#bothAt = now;
    return { datagram: other || this.#via === 'datagram', session: other || this.#via === 'session' };
  }

  sent(way: Via, n: number): void {
    this[way].sent(n, this.#clock.monotonic());
  }

  /** Nobody steers any more: a board has not told of its last setpoints where it told of others a moment before. */
  rest(): void {
    this.datagram.rest();
    this.session.rest();
  }

  /** A word of the board about setpoint `n`. @param got how many have come on this way */
  seen(way: Via, n: number, got: number | undefined): void {
    const now = this.#clock.monotonic();
    this[way].seen(n, got, now);
    if (this.#via === 'datagram') {
      if (this.#stands(now) && this.#isWorse(now)) this.#change('session', now);
      return;
    }
    const { datagram } = this;
    if (datagram.isGivenUp && datagram.streak >= pathLimits.trustedAfter) datagram.revive();
    const needed = this.#since === Number.NEGATIVE_INFINITY ? 1 : pathLimits.trustedAfter;
    if (datagram.streak >= needed && this.#stands(now) && this.#isGood(now)) this.#change('datagram', now);
  }

  /**
   * Milliseconds until a setpoint that is not seen goes again by datagram: the first time soon where datagrams get lost, for the board's
   * word may be waiting for its turn.
   * @param again how often it has gone again
   */
  repeatMs(again: number): number {
    return again === 0 && this.datagram.loss > pathLimits.lossy ? pathLimits.repeatMs : this.#usual;
  }

  /** 0 to 1, and milliseconds there and back, of the way that is used; undefined before anything was seen on it. */
  get measured(): { loss: number; roundTrip: number } | undefined {
    const { delay, loss } = this[this.#via];
    return delay === undefined ? undefined : { loss, roundTrip: delay };
  }

  /** Milliseconds within which the board's word comes when all is well. */
  get #usual(): number {
    return pathLimits.reportMs + pathLimits.slackMs + 2 * (this.datagram.delay ?? 0);
  }

  #doubt(now: number, reachable: boolean): void {
    if (reachable && this.datagram.silence(now) <= pathLimits.givenUpAfter * this.#usual) return;
    this.datagram.giveUp();
    this.#change('session', now);
  }

  #stands(now: number): boolean {
    return now - this.#since >= pathLimits.standsMs;
  }

  /** Milliseconds until a setpoint is there, those that must be sent again counted in. */
  get #cost(): number {
    const { delay = 0, loss } = this.datagram;
    return delay + (loss / Math.max(1 - loss, 0.01)) * (pathLimits.reportMs + delay);
  }

  #isWorse(now: number): boolean {
    const { delay, seenAt } = this.session;
    if (delay === undefined || now - seenAt > pathLimits.freshMs) return false;
    return this.#cost > 2 * delay + pathLimits.slackMs;
  }

  #isGood(now: number): boolean {
    const { delay, seenAt } = this.session;
    if (delay === undefined || now - seenAt > pathLimits.freshMs) return true;
    return this.#cost <= 1.5 * delay + pathLimits.slackMs / 2;
  }

  #change(via: Via, now: number): void {
    this.#via = via;
    this.#since = now;
    this.datagram.streak = 0;
    this.#changed();
  }
}
