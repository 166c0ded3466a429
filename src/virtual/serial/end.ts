/** What a program on the computer has when it has opened a board's serial port. */
import { Duplex } from 'node:stream';
import type { Alarm, Clock } from '../../clock.ts';

/** Unread bytes at which the board is made to wait. */
const UNREAD = 65_536;
/** For so long: a reader that has taken nothing by then is not made up to, and loses what comes until it reads on. */
const PATIENCE_MS = 2_000;

/** Modem control lines, true where they are asserted; what is left out stays as it is. */
export interface Lines {
  dtr?: boolean;
  rts?: boolean;
}

/** The other end's use of the port. */
export interface EndOwner {
  write(end: SerialEnd, bytes: Uint8Array, done: () => void): void;
  lines(end: SerialEnd, lines: Lines): void;
  drained(end: SerialEnd): void;
  closed(end: SerialEnd): void;
}

/** Bytes to and from the board. It ends with an error of code UNPLUGGED when the cable is pulled. */
export class SerialEnd extends Duplex {
  readonly #owner: EndOwner;
  readonly #clock: Clock;
  #full = false;
  #stalled = false;
  #alarm: Alarm | undefined;
  /** Bytes from the board that nobody read in time. */
  dropped = 0;

  constructor(owner: EndOwner, clock: Clock) {
    super({ readableHighWaterMark: UNREAD });
    this.#owner = owner;
    this.#clock = clock;
  }

  /** DTR and RTS, which on most boards reset the chip: RTS without DTR holds it in reset. */
  setLines(lines: Lines): void {
    if (!this.destroyed) this.#owner.lines(this, lines);
  }

  /** The board has to wait for this reader. */
  get full(): boolean {
    return this.#full && !this.#stalled;
  }

  /** From the board. */
  receive(bytes: Uint8Array): void {
    if (this.destroyed) return;
    if (this.#stalled) {
      this.dropped += bytes.length;
      return;
    }
    if (this.push(bytes) || this.#full) return;
    this.#full = true;
    this.#alarm = this.#clock.alarm(PATIENCE_MS, () => {
      this.#stalled = true;
      this.#owner.drained(this);
    });
  }

  override _read(): void {
    this.#alarm?.cancel();
    if (!this.#full) return;
    this.#full = false;
    this.#stalled = false;
    this.#owner.drained(this);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#owner.write(this, chunk, done);
  }

  override _final(done: () => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#alarm?.cancel();
    this.#owner.closed(this);
    done(error);
  }
}
