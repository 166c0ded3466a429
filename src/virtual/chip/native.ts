/**
 * The functions behind the board's Python modules: module `_host`, seen by nothing but src/virtual/modules. They run in
 * the worker thread, in the middle of the program's call, and may block it. A negative number is a negated errno of the chip.
 */
import type { MessagePort } from 'node:worker_threads';
import { ERRNO } from '../errno.ts';
import type { FromBoard } from '../messages.ts';
import { note } from '../notes.ts';
import { type SharedState, WORD } from '../shared.ts';
import type { BoardClock } from './board-clock.ts';
import type { Edges } from './edges.ts';
import type { Loaded } from './interpreter.ts';
import type { KeptWaiting } from './kept-waiting.ts';
import { NativeSerial } from './native-serial.ts';
import { Questions } from './questions.ts';
import { Timers } from './timers.ts';

/** Notes remembered as told; a program can make up further details without end. */
const MOST_NOTES = 100;

/** A wait without end, as a deadline. */
const FOREVER = -1;

export class Native {
  readonly shared: SharedState;
  readonly clock: BoardClock;
  readonly edges: Edges;
  readonly #port: MessagePort;
  readonly #kept: KeptWaiting | undefined;
  readonly #timers = new Timers();
  readonly questions: Questions;
  readonly serial: NativeSerial;
  #loaded: Loaded | undefined;
  /** Has the interpreter's scheduler run the handlers of what has fallen due; set once the modules are up. */
  #dispatch: (() => void) | undefined;
  /** That has been done, and they have not begun yet. */
  #dispatched = false;
  /** True while handlers run, or while a question is open that holds them up on the chip, too. */
  #handlersHeld = false;
  readonly #noted = new Set<string>();
  /** A Ctrl-C was passed on in a call that did not wait: the next wait may not begin before the program has had control. */
  #interruptOwed = false;
  /** Called after each collection: whoever holds tokens of collected objects frees what they stood for. */
  readonly afterCollection: (() => void)[] = [];

  constructor(
    shared: SharedState,
    port: MessagePort,
    { clock, edges, kept }: { clock: BoardClock; edges: Edges; kept: KeptWaiting | undefined },
  ) {
    this.shared = shared;
    this.clock = clock;
    this.edges = edges;
    this.#port = port;
    this.questions = new Questions(port);
    this.#kept = kept;
    this.serial = new NativeSerial(this, kept);
  }

  start(loaded: Loaded): void {
    this.#loaded = loaded;
  }

  post(message: FromBoard, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  /** Milliseconds of this thread's clock, as fast as the board's time runs. */
  now(): number {
    return this.clock.now();
  }

  /** When a wait of `ms` ends: 0 for a call that may not wait, FOREVER for none. */
  deadline(ms: number): number {
    return ms < 0 ? FOREVER : ms === 0 ? 0 : this.now() + ms;
  }

  setDispatch(dispatch: () => void): void {
    this.#dispatch = dispatch;
  }

  /** Handlers run one after the other; Python says when they begin and end. */
  holdHandlers(held: boolean): void {
    this.#handlersHeld = held;
    this.#dispatched = false;
  }

  /**
   * Everything that may happen to a program between two of its bytecodes: Ctrl-C, a timer or pin handler falling due, a
   * garbage collection.
   */
  poll(): void {
    const { shared } = this;
    if (this.interrupted && !this.serial.atPrompt) {
      shared.set(WORD.INTERRUPT, 0);
      this.#interruptOwed = true;
      this.#loaded?.python._module.ccall('mp_sched_keyboard_interrupt', 'null', [], []);
    }
    // Python only notes that there is work: the interpreter's scheduler runs it once our call has returned.
    if (!this.#dispatched && this.#handlersDue()) {
      this.#dispatched = true;
      try {
        this.#dispatch?.();
      } catch {
        // The program has as much scheduled as there is room for: the next call tries again.
        this.#dispatched = false;
      }
    }
    this.collectIfDue();
  }

  /** True when the program has to be given control: an interrupt or a handler waits for it. */
  get #pressing(): boolean {
    return (this.interrupted && !this.serial.atPrompt) || this.#handlersDue();
  }

  collectIfDue(waiting = false): void {
    const collector = this.#loaded?.collector;
    if (collector?.collectIfDue(waiting)) this.#collected();
    if (collector?.starved) this.note('no-collection', '');
  }

  /** A line of ours on stderr, once each a boot: a loop must not fill the screen with it. */
  note(code: string, detail: string): void {
    const key = `${code} ${detail}`;
    if (this.#noted.has(key)) return;
    if (this.#noted.size < MOST_NOTES) this.#noted.add(key);
    this.serial.output('stderr', 'note', new TextEncoder().encode(`${note(code, detail)}\n`));
  }

  collect(): void {
    if (this.#loaded?.collector.collect()) this.#collected();
  }

  #collected(): void {
    for (const after of this.afterCollection) after();
  }

  /** The interpreter's memory from `address` on; valid until the program runs on. */
  bytes(address: number, length: number): Uint8Array {
    if (!this.#loaded) throw new Error('the interpreter is not loaded yet');
    return new Uint8Array(this.#loaded.memory.buffer, address, length);
  }

  /**
   * Sleeps until `ready()` says so (0 is "not yet"), the deadline passes (0) or the program must run a handler (-EINTR).
   * `ready` is asked again after every event of the main thread.
   */
  waitFor(ready: () => number, deadline: number): number {
    for (;;) {
      const seen = this.shared.get(WORD.EVENT);
      const result = ready();
      if (result !== 0) return result;
      if (this.#pressing || this.#interruptOwed) {
        this.poll();
        this.#interruptOwed = false;
        return -ERRNO.EINTR;
      }
      if (deadline === 0) return 0;
      this.serial.flush();
      this.collectIfDue(true);
      const now = this.now();
      if (deadline !== FOREVER && now >= deadline) return 0;
      const until = Math.min(
        deadline === FOREVER ? Infinity : deadline,
        this.#timers.next,
        now + this.edges.quietFor,
      );
      const begun = performance.now();
      const ms = until === Infinity ? Infinity : this.clock.real(Math.max(0, until - now));
      this.#kept?.waits(begun);
      Atomics.wait(this.shared.words, WORD.EVENT, seen, ms);
      this.#kept?.goesOn(performance.now(), begun + ms);
      this.clock.woke(ms);
    }
  }

  /** Sleeps until the deadline: 1, or 0 when handlers have to run first. */
  sleep(deadline: number): number {
    // sleep(0) waits for nothing, but is a moment like any other call.
    this.poll();
    this.collectIfDue(true);
    const result = this.waitFor(() => (deadline !== FOREVER && this.now() >= deadline ? 1 : 0), deadline);
    return result === -ERRNO.EINTR ? 0 : 1;
  }

  /** Puts a question to the main thread. @returns its number, for `answer` */
  ask(op: string, json: string): number {
    const id = this.questions.open();
    this.post({ kind: 'call', id, op, args: JSON.parse(json) as unknown[] });
    return id;
  }

  /**
   * Waits for the answer: `{"value": …}`, `{"errno": n}` or `{"error": text}`; '' when something has to run before it.
   * @param holding handlers have to wait; Ctrl-C has not
   */
  answer(id: number, holding: boolean): string {
    const held = this.#handlersHeld;
    this.#handlersHeld ||= holding;
    try {
      this.waitFor(() => (this.questions.answered(id) ? 1 : 0), FOREVER);
    } finally {
      this.#handlersHeld = held;
    }
    const reply = this.questions.take(id);
    return reply ? JSON.stringify(reply) : '';
  }

  /** True while a Ctrl-C has not been passed on to the interpreter yet. */
  get interrupted(): boolean {
    return this.shared.get(WORD.INTERRUPT) === 1;
  }

  /** Asked in tight loops (`while not wlan.isconnected(): pass`): a "no" takes a millisecond, so that they do not burn. */
  stationConnected(): boolean {
    const up = () => (this.shared.get(WORD.STATION_CONNECTED) === 1 ? 1 : 0);
    this.poll();
    return this.waitFor(up, this.deadline(1)) === 1;
  }

  stationStatus(): number {
    this.poll();
    return this.shared.get(WORD.STATION_STATUS);
  }

  timerStart(id: number, ms: number, periodic: boolean): void {
    this.#timers.start(this.now(), id, ms, periodic);
  }

  timerStop(id: number): void {
    this.#timers.stop(id);
  }

  /** The id of a timer that has fallen due (re-armed if periodic), or -1. */
  timerDue(): number {
    return this.#timers.due(this.now());
  }

  /** True while something can still run a handler of the program. */
  get armed(): boolean {
    return !this.#timers.isEmpty || this.edges.armed;
  }

  #handlersDue(): boolean {
    // The world goes on, and counters count, also while no handler may run.
    const { due } = this.edges;
    if (this.#handlersHeld || !this.#dispatch) return false;
    return due || this.#timers.next <= this.now();
  }

  /** Sleeps until the deadline in one piece, as C code does that waits: no handler runs, and only Ctrl-C ends it. */
  hold(deadline: number): void {
    const held = this.#handlersHeld;
    this.#handlersHeld = true;
    try {
      this.waitFor(() => (this.now() >= deadline ? 1 : 0), deadline);
    } finally {
      this.#handlersHeld = held;
    }
  }
}
