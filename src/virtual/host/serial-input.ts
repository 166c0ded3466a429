/** What is typed at a board's serial port, on its way to the program. */
import { INPUT_RING, putRing, type SharedState, WORD } from '../shared.ts';

/** The byte that interrupts, unless the program chose another with `micropython.kbd_intr`. */
const CTRL_C = 3;

export class SerialInput {
  readonly #shared: SharedState;
  /** Bytes that the ring had no room for. */
  dropped = 0;

  constructor(shared: SharedState) {
    this.#shared = shared;
  }

  /** @param interrupt Ctrl-C, where it interrupts now; else it is a byte as any other */
  type(input: string | Uint8Array, interrupt: () => void): void {
    for (const byte of typeof input === 'string' ? Buffer.from(input) : input) {
      if (byte === CTRL_C && this.#shared.get(WORD.INTERRUPT_BYTE) === CTRL_C) interrupt();
      else this.#put(byte);
    }
    this.#shared.wake();
  }

  #put(byte: number): void {
    const written = this.#shared.get(WORD.INPUT_WRITTEN);
    if (((written - this.#shared.get(WORD.INPUT_READ)) | 0) >= INPUT_RING) {
      this.dropped += 1;
      return;
    }
    putRing(this.#shared.input, written, Uint8Array.of(byte));
    this.#shared.set(WORD.INPUT_WRITTEN, written + 1);
  }
}
