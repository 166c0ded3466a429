/** What arrives at a board's serial port, on its way to the program. */
import { INPUT_RING, putRing, type SharedState, WORD } from '../shared.ts';

/** The byte that interrupts, unless the program chose another with `micropython.kbd_intr`. */
const CTRL_C = 3;
/** Bytes that wait outside before their sender has to. */
const MOST_HELD = 65_536;

export class SerialInput {
  readonly #shared: SharedState;
  readonly #interrupt: () => void;
  /** What the ring has no room for yet. */
  #held: { bytes: Uint8Array; at: number }[] = [];
  #heldBytes = 0;
  /** Whoever may send more once less waits. */
  #waiting: (() => void)[] = [];
  #on = false;
  /** Bytes that came faster than they were read, or while the board was off. */
  dropped = 0;

  constructor(shared: SharedState, interrupt: () => void) {
    this.#shared = shared;
    this.#interrupt = interrupt;
  }

  /** The board begins. @param anew what came before is gone */
  on(anew: boolean): void {
    this.#on = true;
    if (anew) this.#shared.set(WORD.INPUT_READ, this.#shared.get(WORD.INPUT_WRITTEN));
  }

  /** No power: whatever comes is lost. */
  off(): void {
    this.#on = false;
    this.#move();
  }

  /** Typed by hand: what does not fit is dropped. */
  type(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#isInterrupt(byte)) this.#interrupt();
      else if (!this.#put(byte)) this.dropped += 1;
    }
    this.#shared.wake();
  }

  /** From the line: what does not fit waits, but for Ctrl-C, which the chip looks for as bytes arrive. */
  feed(bytes: Uint8Array): void {
    let kept = bytes;
    if (this.#held.length > 0 && bytes.includes(CTRL_C) && this.#isInterrupt(CTRL_C)) {
      kept = bytes.filter((byte) => byte !== CTRL_C);
      this.#interrupt();
    }
    this.#held.push({ bytes: kept, at: 0 });
    this.#heldBytes += kept.length;
    this.#move();
  }

  /** Calls `more` when more may be fed: now, unless much waits. */
  whenRoom(more: () => void): void {
    if (this.#heldBytes <= MOST_HELD) more();
    else this.#waiting.push(more);
  }

  /** The ring has room again. */
  more(): void {
    this.#move();
  }

  #move(): void {
    for (let head = this.#held[0]; head; head = this.#held[0]) {
      if (!this.#moveOne(head)) break;
      this.#held.shift();
      this.#heldBytes -= head.bytes.length;
    }
    if (this.#heldBytes <= MOST_HELD) for (const more of this.#waiting.splice(0)) more();
    this.#shared.wake();
    if (this.#held.length === 0) return;
    this.#shared.set(WORD.INPUT_HELD, 1);
    // The thread may have emptied the ring before it could see that.
    const waiting = (this.#shared.get(WORD.INPUT_WRITTEN) - this.#shared.get(WORD.INPUT_READ)) | 0;
    if (waiting <= INPUT_RING / 2) this.#move();
  }

  #moveOne(head: { bytes: Uint8Array; at: number }): boolean {
    for (; head.at < head.bytes.length; head.at++) {
      const byte = head.bytes[head.at] ?? 0;
      if (!this.#on) this.dropped += 1;
      else if (this.#isInterrupt(byte)) this.#interrupt();
      else if (!this.#put(byte)) return false;
    }
    return true;
  }

  /** As the program wants it, and it is a byte like any other where nothing runs. */
  #isInterrupt(byte: number): boolean {
    return byte === CTRL_C && this.#shared.get(WORD.INTERRUPT_BYTE) === CTRL_C;
  }

  #put(byte: number): boolean {
    const written = this.#shared.get(WORD.INPUT_WRITTEN);
    if (((written - this.#shared.get(WORD.INPUT_READ)) | 0) >= INPUT_RING) return false;
    putRing(this.#shared.input, written, Uint8Array.of(byte));
    this.#shared.set(WORD.INPUT_WRITTEN, written + 1);
    return true;
  }
}
