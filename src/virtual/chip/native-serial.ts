/** The serial port as the board's thread has it: bytes typed, and bytes printed. */
import type { FromBoard, Printed } from '../messages.ts';
import { INPUT_RING, type SharedState, takeRing, WORD } from '../shared.ts';
import type { KeptWaiting } from './kept-waiting.ts';

const CTRL_C = 3;
const LF = 10;
/** As a deadline. */
const FOREVER = -1;
/** Printed bytes that are handed over at once, though no line has ended. */
const MOST_BYTES = 1_024;

/** What the thread's other half does for it. */
interface Waiter {
  readonly shared: SharedState;
  post(message: FromBoard, transfer?: ArrayBuffer[]): void;
  waitFor(ready: () => number, deadline: number): number;
}

export class NativeSerial {
  readonly #native: Waiter;
  readonly #kept: KeptWaiting | undefined;
  /** The prompt waits: Ctrl-C is a byte then, whoever sends it. */
  atPrompt = false;
  #output: Uint8Array[] = [];
  #bytes = 0;
  #stream: 'stdout' | 'stderr' = 'stdout';
  #printed: Printed = 'text';

  constructor(native: Waiter, kept: KeptWaiting | undefined) {
    this.#native = native;
    this.#kept = kept;
  }

  /** A byte of serial input: 0 to 255, -1 for none before the deadline, -EINTR when a handler must run. */
  readInput(deadline: number): number {
    const { shared } = this.#native;
    const result = this.#native.waitFor(() => {
      if (this.atPrompt && shared.get(WORD.INTERRUPT) === 1) {
        shared.set(WORD.INTERRUPT, 0);
        return CTRL_C + 1;
      }
      const read = shared.get(WORD.INPUT_READ);
      if (read === shared.get(WORD.INPUT_WRITTEN)) return 0;
      const one = new Uint8Array(1);
      takeRing(shared.input, read, one);
      shared.set(WORD.INPUT_READ, read + 1);
      return (one[0] ?? 0) + 1;
    }, deadline);
    this.#askForMore();
    return result > 0 ? result - 1 : result === 0 ? -1 : result;
  }

  /** More came than the ring holds: half of it is free now. */
  #askForMore(): void {
    const { shared } = this.#native;
    if (shared.get(WORD.INPUT_HELD) === 0 || this.inputWaiting > INPUT_RING / 2) return;
    shared.set(WORD.INPUT_HELD, 0);
    this.#native.post({ kind: 'inputTaken' });
  }

  get inputWaiting(): number {
    const { shared } = this.#native;
    return (shared.get(WORD.INPUT_WRITTEN) - shared.get(WORD.INPUT_READ)) & (2 * INPUT_RING - 1);
  }

  /** Takes printed bytes; text goes out with the end of a line, or when the program is about to wait. */
  output(stream: 'stdout' | 'stderr', printed: Printed, bytes: Uint8Array): void {
    if (stream !== this.#stream || printed !== this.#printed) this.flush();
    this.#stream = stream;
    this.#printed = printed;
    this.#output.push(bytes.slice());
    this.#bytes += bytes.length;
    if (printed === 'raw' || bytes.at(-1) === LF || this.#bytes > MOST_BYTES) this.flush();
  }

  /** Hands what was printed to the main thread; waits while a slow reader has too much of it before it. */
  flush(): void {
    if (this.#bytes === 0) return;
    const bytes = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#output) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#output = [];
    this.#bytes = 0;
    const { shared } = this.#native;
    const [stream, printed] = [this.#stream, this.#printed];
    const room = () => (shared.get(WORD.OUTPUT_PENDING) <= shared.get(WORD.OUTPUT_ROOM) ? 1 : 0);
    if (!room()) this.#native.waitFor(room, FOREVER);
    shared.add(WORD.OUTPUT_PENDING, bytes.length);
    this.#native.post({ kind: 'output', stream, printed, bytes, kept: this.#kept?.now }, [bytes.buffer]);
  }
}
