/**
 * The prompt: friendly, raw and raw-paste, byte for byte as on the chip. The build's own C code does all but raw-paste, whose bytes
 * it takes from nowhere (its `mp_hal_stdin_rx_chr` is 0): that is done here, and the whole source is handed to its raw prompt.
 * A source with a mistake is so refused at its end, where the chip refuses it in the middle.
 */
import { WORD } from '../shared.ts';
import type { MicroPython } from './interpreter.ts';
import type { Native } from './native.ts';
import type { SerialOutput } from './serial-output.ts';

const [CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E, LF, CR] = [1, 2, 3, 4, 5, 10, 13];
/** Half of the chip's MICROPY_REPL_STDIN_BUFFER_MAX: bytes that a host may send beyond what it was last told to. */
const WINDOW = 128;
/** Of a source at the raw prompt: far more than a chip has memory for. */
const MOST_BYTES = 512 * 1024;
const RAW_GREETING = 'raw REPL; CTRL-B to exit\r\n';
const INTERRUPTED = 'KeyboardInterrupt: \r\n';

export class Repl {
  readonly #python: MicroPython;
  readonly #native: Native;
  readonly #output: SerialOutput;
  /** Runs what falls due while the prompt waits. */
  readonly #handlers: () => void;
  /** At the raw prompt: how many bytes have come, and the first of them. */
  #length = 0;
  #begin: number[] = [];

  constructor(python: MicroPython, native: Native, output: SerialOutput, handlers: () => void) {
    this.#python = python;
    this.#native = native;
    this.#output = output;
    this.#handlers = handlers;
  }

  get #raw(): boolean {
    return this.#native.shared.get(WORD.REPL_RAW) === 1;
  }

  set #raw(raw: boolean) {
    this.#native.shared.set(WORD.REPL_RAW, raw ? 1 : 0);
  }

  /**
   * Reads and runs until a soft reset is asked for.
   * @param interrupted it goes on where Ctrl-C has ended another thread
   */
  run(interrupted: boolean): void {
    this.#idle();
    this.#greet(interrupted);
    while (!this.#take(this.#read())) {}
  }

  /** The build begins with a line feed that the chip has not. */
  #greet(interrupted: boolean): void {
    const { shared } = this.#native;
    const ran = shared.get(WORD.REPL_BUSY) === 1;
    shared.set(WORD.REPL_BUSY, 0);
    const friendly = this.#output.capture(() => this.#python.replInit()).replace(/^\r\n/, '');
    const raw = this.#raw && this.#output.capture(() => this.#python.replProcessChar(CTRL_A)).slice(2);
    if (!interrupted || !ran) this.#output.raw(`${interrupted ? INTERRUPTED : ''}${raw || friendly}`);
    else this.#output.raw(raw ? `\x04${INTERRUPTED}\x04>` : `${INTERRUPTED}>>> `);
  }

  /** The next byte; what falls due meanwhile runs. */
  #read(): number {
    const { serial } = this.#native;
    for (;;) {
      const byte = serial.readInput(this.#native.deadline(-1));
      if (byte >= 0) return byte;
      this.#handlers();
    }
  }

  /** @returns true for a soft reset */
  #take(byte: number): boolean {
    return this.#raw ? this.#takeRaw(byte) : this.#takeFriendly(byte);
  }

  #takeFriendly(byte: number): boolean {
    if (byte === CTRL_A) {
      // In an empty line it asks for the raw prompt; what it does is seen by what is answered.
      const answer = this.#output.capture(() => this.#python.replProcessChar(byte));
      this.#raw = answer.includes(RAW_GREETING);
      this.#forget();
      this.#output.raw(answer);
      return false;
    }
    return this.#process(byte, byte === CR || byte === LF || byte === CTRL_D);
  }

  #takeRaw(byte: number): boolean {
    if (byte === CTRL_A && this.#length === 2 && this.#begin[0] === CTRL_E && this.#begin[1] === 0x41) {
      this.#process(CTRL_C, false); // which lets go of the line
      this.#forget();
      return this.#paste();
    }
    if (byte > CTRL_D || byte === 0) {
      this.#length += 1;
      if (this.#length <= 2) this.#begin.push(byte);
      if (this.#length > MOST_BYTES) return false;
    } else if (byte === CTRL_D && this.#length > MOST_BYTES) {
      this.#process(CTRL_C, false);
      this.#output.raw(`OK${outOfMemory(this.#length)}`);
      this.#forget();
      return false;
    } else {
      this.#forget();
    }
    if (byte === CTRL_B) this.#raw = false;
    return this.#process(byte, byte === CTRL_D);
  }

  #forget(): void {
    this.#length = 0;
    this.#begin = [];
  }

  #paste(): boolean {
    this.#output.raw(`R\x01${String.fromCharCode(WINDOW & 0xff, WINDOW >> 8)}\x01`);
    const source: number[] = [];
    let left = WINDOW;
    let length = 0;
    for (;;) {
      const byte = this.#read();
      if (byte === CTRL_C || byte === CTRL_D) {
        this.#output.raw('\x04');
        if (byte === CTRL_C) this.#output.raw(`\x04${INTERRUPTED}\x04>`);
        return byte === CTRL_D && this.#runPasted(source, length);
      }
      length += 1;
      if (length <= MOST_BYTES) source.push(byte);
      left -= 1;
      if (left > 0) continue;
      this.#output.raw('\x01');
      left = WINDOW;
    }
  }

  #runPasted(source: number[], length: number): boolean {
    if (length > MOST_BYTES) {
      this.#output.raw(outOfMemory(length));
      return false;
    }
    for (const byte of source) {
      // The raw prompt would obey these two. In a string, which is where they can stand, the escape is the same.
      if (byte === CTRL_A || byte === CTRL_B)
        for (const part of Buffer.from(`\\x0${byte}`)) this.#process(part, false);
      else this.#process(byte, false);
    }
    if (source.length === 0) this.#process(LF, false); // an empty line would be a soft reset
    this.#output.swallow('OK'.length);
    return this.#process(CTRL_D, true);
  }

  /** @param runs the byte may end an input, which then runs and can be interrupted */
  #process(byte: number, runs: boolean): boolean {
    if (!runs) return this.#python.replProcessChar(byte) !== 0;
    const { shared, serial } = this.#native;
    shared.set(WORD.REPL_BUSY, 1);
    serial.atPrompt = false;
    shared.set(WORD.INTERRUPT_BYTE, CTRL_C);
    const exit = this.#python.replProcessChar(byte) !== 0;
    this.#idle();
    shared.set(WORD.REPL_BUSY, 0);
    return exit;
  }

  /** Nothing runs: Ctrl-C is a byte. */
  #idle(): void {
    this.#native.shared.set(WORD.INTERRUPT_BYTE, -1);
    this.#native.serial.atPrompt = true;
  }
}

const outOfMemory = (bytes: number): string =>
  `\x04MemoryError: memory allocation failed, allocating ${bytes} bytes\r\n\x04>`;
