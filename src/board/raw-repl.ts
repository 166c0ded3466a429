/**
 * MicroPython's raw REPL and raw-paste mode (MicroPython, docs/reference/repl.rst, "Raw mode" and "Raw-paste mode"): how programs
 * talk to a board. Ctrl-A enters, Ctrl-B leaves, Ctrl-D runs what was sent, or resets when nothing was; Ctrl-C interrupts.
 */
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { ByteReader } from './byte-reader.ts';
import { type Port, pulseReset } from './port.ts';
import { boardRaised, garbled, noPrompt } from './repl-error.ts';

const CTRL_A = '\x01';
const CTRL_B = '\x02';
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const PROMPT = 'raw REPL; CTRL-B to exit\r\n>';
const SOFT_REBOOT = 'soft reboot';
const ASK_FOR_PASTE = '\x05A\x01';
const MORE = 1; // the window grows
const END = 4; // the board wants no more, or has all

/** How long each try for a prompt waits: a board that has just begun to start loses what comes, and is soon there. */
const TRIES_MS = [250, 500, 1_000, 2_000, 2_000, 2_000, 2_000];
/** Before this one the reset line is pulled, where there is one: a program that cannot be interrupted can be met at its start. */
const RESET_AT = 4;
const ANSWER_MS = 1_500; // a loop that cannot be interrupted at once, a garbage collection, a page of flash
const QUIET_MS = 50;
const ABANDON_MS = 100; // between keys whose effect nobody waits for
const PASTE_MS = 1_000; // a board without raw-paste answers at once as well; one that hangs in it must not cost more
const STEP_MS = 10_000; // from one byte of an answer to the next while nothing runs but the REPL
/** Without flow control: what mpremote sends at once and how long it waits then, so that a UART's buffer never runs over. */
const PLAIN_BYTES = 128;
const PLAIN_PAUSE_MS = 12;
/** Characters of a result that are kept, and of a traceback. */
const MOST_RESULT = 4_000_000;
const MOST_TRACEBACK = 16_384;

export interface Execution {
  /** What the program prints, as it comes; no more is read until this is done with it. */
  onOutput?: (bytes: Buffer) => unknown;
  /** Interrupts the program; a second Ctrl-C is for the caller. */
  signal?: AbortSignal;
  /** Milliseconds; undefined: as long as it takes. */
  timeout?: number;
}

export class RawRepl {
  readonly reader: ByteReader;
  readonly port: Port;
  #paste: 'untried' | 'there' | 'missing';
  #steps = 0;

  /** Of a port that is open; `enter()` takes the prompt. */
  constructor(port: Port, { clock = systemClock, paste = true }: ReplOptions = {}) {
    this.port = port;
    this.reader = new ByteReader(port, clock);
    this.#paste = paste ? 'untried' : 'missing';
  }

  /** Of a port that is open, at its prompt. @throws as `enter` */
  static async enter(port: Port, options: ReplOptions = {}): Promise<RawRepl> {
    const repl = new RawRepl(port, options);
    await repl.enter();
    return repl;
  }

  /**
   * Interrupts what runs and takes the prompt; also once more, after something went wrong in between.
   * @throws KitelineError TIMEOUT with a sentence that says what came in place of a prompt, CLOSED
   */
  async enter(): Promise<void> {
    let last: Buffer = Buffer.alloc(0);
    for (const [time, ms] of TRIES_MS.entries()) {
      if (time === RESET_AT) await pulseReset(this.port, (ms) => setTimeout(ms));
      // The first Ctrl-C may meet a program that catches it, the second ends what that does then.
      await this.reader.send(`\r${CTRL_C}${CTRL_C}`);
      const passed = await this.reader.skip(QUIET_MS, ms);
      await this.reader.send(`\r${CTRL_A}`);
      if ((await this.reader.until(PROMPT, ms)) && (await this.#isInStep(ms))) return;
      const came = Buffer.concat([passed, this.reader.seen]);
      if (came.length > 0) last = came;
    }
    throw noPrompt(this.port.name, last);
  }

  /** A prompt may be the answer to an earlier try, and that to the last still come: what answers to this is the newest. */
  async #isInStep(ms: number): Promise<boolean> {
    const word = `in step ${++this.#steps}`;
    await this.reader.send(`print('${word}')${CTRL_D}`);
    return (await this.reader.until(`${word}\r\n${CTRL_D}${CTRL_D}>`, ms)) !== undefined;
  }

  /** Empty memory: a soft reset that runs boot.py and passes main.py over. */
  async softReset(): Promise<void> {
    await this.reader.send(CTRL_D);
    const isBack = (await this.reader.until(SOFT_REBOOT, ANSWER_MS)) && (await this.#prompt());
    if (!isBack) await this.enter(); // boot.py does not end
  }

  async #prompt(): Promise<boolean> {
    return (await this.reader.until(PROMPT, ANSWER_MS)) !== undefined;
  }

  /**
   * Runs a program to its end, or starts it.
   * @throws KitelineError BOARD_RAISED with the traceback; TIMEOUT, GARBLED, CLOSED
   */
  async exec(code: string, execution: Execution = {}): Promise<void> {
    await this.start(code);
    await this.follow(execution);
  }

  /** What a program prints, as text. @throws KitelineError as `exec` */
  async print(code: string, timeout = STEP_MS): Promise<string> {
    const parts: Buffer[] = [];
    let length = 0;
    const onOutput = (bytes: Buffer) => {
      length += bytes.length;
      if (length <= MOST_RESULT) parts.push(bytes);
    };
    await this.exec(code, { onOutput, timeout });
    return Buffer.concat(parts).toString('utf8');
  }

  /** What a program prints as JSON. @throws KitelineError as `exec`; GARBLED when it is none */
  async ask<T>(code: string, timeout?: number): Promise<T> {
    const text = await this.print(code, timeout);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw garbled(this.port.name, text, cause);
    }
  }

  /** Hands a program over; the board begins to run it. */
  async start(code: string): Promise<void> {
    const bytes = Buffer.from(code, 'utf8');
    if (this.#paste !== 'missing' && (await this.#askForPaste())) await this.#startPasted(bytes);
    else await this.#startPlain(bytes);
  }

  /** Whether the board takes raw-paste; then the window's size comes next. */
  async #askForPaste(): Promise<boolean> {
    await this.reader.send(ASK_FOR_PASTE);
    const first = await this.reader.byte(PASTE_MS);
    if (first === 0x52 /* R */) {
      const second = await this.reader.byte(PASTE_MS);
      if (second === 1) {
        this.#paste = 'there';
        return true;
      }
      this.#paste = 'missing'; // it knows what was meant, and has it not
      if (second === 0) return false;
    }
    // An older REPL took the A for a program's and has begun anew, or something hangs.
    this.#paste = 'missing';
    if (first !== undefined) this.reader.unread(Buffer.of(first));
    if (!(await this.#prompt())) await this.enter();
    return false;
  }

  async #startPasted(bytes: Buffer): Promise<void> {
    const low = await this.reader.byte(PASTE_MS);
    const high = await this.reader.byte(PASTE_MS);
    if (low === undefined || high === undefined) throw garbled(this.port.name);
    const size = low + 256 * high;
    if (size === 0) throw garbled(this.port.name);
    let left = size;
    for (let at = 0; at < bytes.length; ) {
      while (left === 0 || this.reader.hasMore) {
        const byte = await this.reader.byte(STEP_MS);
        if (byte === MORE) left += size;
        else if (byte === END) {
          await this.reader.send(CTRL_D); // it does not want the rest: why, comes as its answer
          return;
        } else throw garbled(this.port.name);
      }
      const piece = bytes.subarray(at, at + left);
      await this.reader.send(piece);
      at += piece.length;
      left -= piece.length;
    }
    await this.reader.send(CTRL_D);
    for (;;) {
      const byte = await this.reader.byte(STEP_MS);
      if (byte === END) return;
      if (byte !== MORE) throw garbled(this.port.name);
    }
  }

  async #startPlain(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += PLAIN_BYTES) {
      await this.reader.send(bytes.subarray(at, at + PLAIN_BYTES));
      await setTimeout(PLAIN_PAUSE_MS);
    }
    await this.reader.send(CTRL_D);
    if (!(await this.reader.until('OK', STEP_MS))) throw garbled(this.port.name, this.reader.seen.toString());
  }

  /** Reads what a started program prints, until it ends. @throws KitelineError as `exec` */
  async follow({ onOutput = () => {}, signal, timeout }: Execution = {}): Promise<void> {
    const end = timeout === undefined ? undefined : this.reader.clock.monotonic() + timeout;
    await this.#output(onOutput, end, signal);
    const traceback = await this.#traceback();
    const isRebooting = await this.#afterwards();
    if (traceback !== '') throw boardRaised(traceback);
    if (isRebooting) this.#paste = this.#paste === 'there' ? 'untried' : this.#paste;
  }

  async #output(onOutput: (bytes: Buffer) => unknown, end?: number, signal?: AbortSignal): Promise<void> {
    let isInterrupted = false;
    for (;;) {
      const left = end === undefined ? undefined : end - this.reader.clock.monotonic();
      const bytes =
        left === undefined || left > 0
          ? await this.reader.next(left, isInterrupted ? undefined : signal)
          : undefined;
      if (bytes) {
        const at = bytes.indexOf(END);
        if (at !== 0) await onOutput(at < 0 ? bytes : bytes.subarray(0, at));
        if (at < 0) continue;
        this.reader.unread(bytes.subarray(at + 1));
        return;
      }
      if (!signal?.aborted || isInterrupted) throw late(this.port.name);
      isInterrupted = true;
      await this.reader.send(CTRL_C);
    }
  }

  async #traceback(): Promise<string> {
    const bytes = await this.reader.until(CTRL_D, STEP_MS);
    if (!bytes) throw garbled(this.port.name, this.reader.seen.toString());
    return bytes.subarray(0, -1).toString('utf8').slice(-MOST_TRACEBACK).trim();
  }

  /** The prompt comes back; after sys.exit() the board resets before. */
  async #afterwards(): Promise<boolean> {
    const bytes = await this.reader.until('>', STEP_MS);
    if (!bytes) throw garbled(this.port.name, this.reader.seen.toString());
    if (!bytes.includes(SOFT_REBOOT)) return false;
    if (!bytes.includes(PROMPT) && !(await this.#prompt())) await this.enter();
    return true;
  }

  /** To the prompt that people type at. */
  async leave(): Promise<void> {
    await this.reader.send(`\r${CTRL_B}`);
    await this.reader.until('>>> ', ANSWER_MS);
  }

  /** Whatever is under way here ends, and the board starts the program that it has; without a word where it cannot. */
  async abandon(): Promise<void> {
    this.reader.release();
    this.port.on('error', () => {});
    for (const keys of [`\r${CTRL_C}${CTRL_C}`, `\r${CTRL_B}`, CTRL_D]) {
      if (!this.port.destroyed) this.port.write(keys);
      await setTimeout(ABANDON_MS);
    }
  }

  /** Leaves, and starts boot.py and main.py anew. */
  async restart(): Promise<void> {
    await this.leave();
    await this.reader.send(CTRL_D);
  }
}

export interface ReplOptions {
  clock?: typeof systemClock;
  /** false: raw-paste is not tried. */
  paste?: boolean;
}

const late = (name: string): KitelineError =>
  new KitelineError(
    'TIMEOUT',
    say(
      `The board at ${name} does not answer any more: press its reset button and try again.`,
      `${name} 上的板子不再应答：请按复位键后重试。`,
    ),
  );
