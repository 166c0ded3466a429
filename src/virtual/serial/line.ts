/** One direction of a serial line: so many bytes a second, some lost on the way, and none after the byte at which it is cut. */
import type { Alarm, Clock } from '../../clock.ts';

/** Bytes arrive in pieces this far apart: a timer for each byte would cost more than the line. */
const PIECE_MS = 4;
/** What is due within it arrives now: the shortest time that a timer of the system's can wait. */
const GRACE_MS = 1;

interface Sent {
  bytes: Uint8Array;
  /** All of it has left. */
  done(): void;
}

export class Line {
  readonly #clock: Clock;
  readonly #deliver: (bytes: Uint8Array) => void;
  /** Bytes a second. */
  speed = Number.POSITIVE_INFINITY;
  /** How long each byte takes beside that, as in a converter that gathers before it sends; milliseconds. */
  delayMs = 0;
  /** Of the bytes, from 0 to 1. */
  loss = 0;
  /** Bytes that were lost. */
  lost = 0;
  #state = 1;
  #queue: Sent[] = [];
  /** When the byte that came last has arrived. */
  #arrivedAt = 0;
  #alarm: Alarm | undefined;
  #cut: { left: number; then(): void } | undefined;

  constructor(clock: Clock, deliver: (bytes: Uint8Array) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** @param seed of what is lost */
  seed(seed: number): void {
    this.#state = seed;
  }

  send(bytes: Uint8Array, done: () => void): void {
    // A line that was idle begins now.
    if (this.#queue.length === 0) this.#arrivedAt = Math.max(this.#arrivedAt, this.#clock.monotonic());
    this.#queue.push({ bytes, done });
    if (!this.#alarm) this.#run();
  }

  /** After so many more bytes `then` is called, and what is under way is gone. */
  cutAfter(bytes: number, then: () => void): void {
    this.#cut = { left: bytes, then };
    if (bytes === 0) this.#sever();
  }

  /** What is under way is gone. */
  clear(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    const gone = this.#queue;
    this.#queue = [];
    for (const { done } of gone) done();
  }

  #run(): void {
    this.#alarm = undefined;
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      const due = this.#due(head.bytes.length);
      const passed = head.bytes.subarray(0, due);
      head.bytes = head.bytes.subarray(due);
      if (due > 0) this.#pass(passed);
      if (this.#queue[0] !== head) return; // cut meanwhile
      if (head.bytes.length > 0) {
        const rest = (head.bytes.length * 1000) / this.speed;
        this.#alarm = this.#clock.alarm(Math.max(GRACE_MS, Math.min(PIECE_MS, rest)), () => this.#run());
        return;
      }
      this.#queue.shift();
      head.done();
    }
  }

  /** Of so many bytes, those that have arrived by now. */
  #due(length: number): number {
    if (this.speed === Number.POSITIVE_INFINITY) return length;
    const elapsed = this.#clock.monotonic() + GRACE_MS - this.#arrivedAt;
    const due = Math.min(length, Math.max(0, Math.floor((elapsed * this.speed) / 1000)));
    this.#arrivedAt += (due * 1000) / this.speed;
    return due;
  }

  #pass(bytes: Uint8Array): void {
    const cut = this.#cut;
    const whole = cut ? bytes.subarray(0, cut.left) : bytes;
    const left = this.loss > 0 ? whole.filter(() => !this.#isLost()) : whole;
    this.lost += whole.length - left.length;
    if (left.length > 0) this.#hand(left);
    if (!cut) return;
    cut.left -= whole.length;
    if (cut.left === 0) this.#sever();
  }

  #hand(bytes: Uint8Array): void {
    if (this.delayMs === 0) this.#deliver(bytes);
    else this.#clock.alarm(this.delayMs, () => this.#deliver(bytes));
  }

  #sever(): void {
    const cut = this.#cut;
    this.#cut = undefined;
    this.clear();
    cut?.then();
  }

  /** By Mulberry32, a 32-bit generator in the public domain. */
  #isLost(): boolean {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296 < this.loss;
  }
}
