import type { Alarm, Clock } from '../clock.ts';

/** Keepalives without a word after which a peer is taken for dead: two pings may get lost on a bad link. */
export const DEAD_AFTER = 2.5;

export interface HeartbeatEvents {
  /** It is time to ask whether the peer is still there. */
  ping(number: number): void;
  /** Nothing has been heard for 2.5 keepalives. */
  silent(): void;
  /** Whether what the peer sends is left unread now: that is our silence, not its. */
  isHeldBack(): boolean;
  /** How many bytes have come, of whole messages or not. */
  bytesHeard(): number;
}

/** Asks a peer once a keepalive whether it is there, and notices when it is not. One alarm, and nothing to do per message. */
export class Heartbeat {
  /** Of the newest answer, in milliseconds. */
  roundTrip: number | undefined;
  readonly #clock: Clock;
  readonly #keepalive: number;
  readonly #events: HeartbeatEvents;
  #heard = 0;
  #bytes = 0; // that had come then
  #nextPing: number;
  #sent = 0; // pings
  #sentAt = 0; // the newest
  #alarm: Alarm | undefined;
  #due = 0; // when the alarm should ring
  #stopped = false;

  /** @param keepalive milliseconds */
  constructor(clock: Clock, keepalive: number, events: HeartbeatEvents) {
    this.#clock = clock;
    this.#keepalive = keepalive;
    this.#events = events;
    this.heard();
    this.#nextPing = this.#heard + keepalive;
    this.#wait();
  }

  /** The peer has sent something, or is read from again. */
  heard(): void {
    this.#heard = this.#clock.monotonic();
    this.#bytes = this.#events.bytesHeard();
  }

  /** @returns whether a ping of that number was sent */
  answered(number: number): boolean {
    if (!Number.isInteger(number) || number < 1 || number > this.#sent) return false;
    if (number === this.#sent) this.roundTrip = this.#clock.monotonic() - this.#sentAt;
    return true;
  }

  stop(): void {
    this.#stopped = true;
    this.#alarm?.cancel();
  }

  get #deadAt(): number {
    return this.#heard + DEAD_AFTER * this.#keepalive;
  }

  #wait(): void {
    this.#due = Math.min(this.#nextPing, this.#deadAt);
    this.#alarm = this.#clock.alarm(Math.max(0, this.#due - this.#clock.monotonic()), () => this.#ring());
  }

  #ring(): void {
    const now = this.#clock.monotonic();
    if (this.#events.isHeldBack()) this.heard();
    else this.#heard = Math.min(now, this.#heard + (now - this.#due)); // nobody is heard while this computer sleeps, or is busy
    if (now >= this.#deadAt) {
      // What has come is read before anybody is taken for dead.
      setImmediate(() => this.#judge());
      return;
    }
    if (now >= this.#nextPing) {
      this.#sent++;
      this.#sentAt = now;
      this.#nextPing = now + this.#keepalive;
      this.#events.ping(this.#sent);
    }
    if (!this.#stopped) this.#wait();
  }

  #judge(): void {
    if (this.#stopped) return;
    if (this.#events.bytesHeard() !== this.#bytes) this.heard(); // a long line over a slow link
    if (this.#clock.monotonic() >= this.#deadAt) this.#events.silent();
    else this.#wait();
  }
}
