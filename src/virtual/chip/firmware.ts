/**
 * Makes the WebAssembly build of MicroPython look and behave like the ESP32's firmware where its C code decides: errno
 * numbers, platform names, and garbage collection while a program runs. Each finds its place in the interpreter's memory
 * by what stands there, and says so if a new build has moved it (ADR 0003).
 */
import { CallShapes, type KnownShapes } from './call-shapes.ts';
import type { Interpreter, InterpreterMemory } from './python.ts';

/** Words that may hold static data and variables: the build's end well below 1 MiB. */
const STATIC_WORDS = 262_144;

/** errno numbers of the build (Linux) in the order of its `errno` module's table, and what the chip has. */
const ERRNO_TABLE: [build: number, chip: number][] = [
  [1, 1],
  [2, 2],
  [5, 5],
  [9, 9],
  [11, 11],
  [12, 12],
  [13, 13],
  [17, 17],
  [19, 19],
  [21, 21],
  [22, 22],
  [95, 95],
  [98, 112],
  [103, 113],
  [104, 104],
  [105, 105],
  [107, 128],
  [110, 116],
  [111, 111],
  [113, 118],
  [114, 120],
  [115, 119],
];

/**
 * Looking at the stack takes 70 µs, and a program that is in `sorted` now is likely still in it at its next call: so up to
 * this many calls go by unseen then; at random, lest the seen ones always be those inside.
 */
const UNSEEN_CALLS = 256;

/** Growth without a collection after which the person is told why. */
const STARVED_BYTES = 8 * 1024 * 1024;

/** MicroPython's small integers: shifted left by one, lowest bit set. */
const small = (value: number): number => (value << 1) | 1;

export function moved(what: string): Error {
  return new Error(
    `This build of MicroPython keeps ${what} elsewhere: src/virtual/chip/firmware.ts must learn where.`,
  );
}

/** OSError prints the chip's names for the chip's numbers, and the `errno` module has the chip's values. */
export function patchErrno(memory: InterpreterMemory): void {
  const words = new Int32Array(memory.buffer);
  const last = STATIC_WORDS - ERRNO_TABLE.length * 2;
  let tables = 0;
  // indexOf is native: a loop of ours over a quarter of a million words takes 15 ms before it is compiled.
  for (let at = words.indexOf(small(1)); at >= 0 && at < last; at = words.indexOf(small(1), at + 1)) {
    if (!ERRNO_TABLE.every(([build], row) => words[at + row * 2] === small(build))) continue;
    for (const [row, [, chip]] of ERRNO_TABLE.entries()) words[at + row * 2] = small(chip);
    tables += 1;
  }
  // One from names to numbers, and `errno.errorcode` from numbers to names.
  if (tables !== 2) throw moved('its errno tables');
}

/**
 * Replaces a constant string object: `{type, hash, length, pointer to NUL-terminated bytes}`.
 * @param allocate memory of the interpreter for the new bytes, for good
 */
export function patchString(
  memory: InterpreterMemory,
  from: string,
  to: string,
  allocate: (bytes: number) => number,
): void {
  const text = Buffer.from(`${from}\0`);
  const built = Buffer.from(memory.buffer);
  for (let at = built.indexOf(text); at >= 0; at = built.indexOf(text, at + 1)) {
    const holder = new Int32Array(memory.buffer).indexOf(at);
    if (holder < 0 || new Int32Array(memory.buffer)[holder - 1] !== from.length) continue;
    const address = allocate(to.length + 1);
    // Allocating may have moved the memory.
    Buffer.from(memory.buffer).write(`${to}\0`, address);
    const words = new Int32Array(memory.buffer);
    words[holder] = address;
    words[holder - 1] = to.length;
    words[holder - 2] = 0; // the hash, "not computed yet"
    return;
  }
  throw moved(`the name "${from}"`);
}

/** Where the build keeps what the collector needs. */
export interface Knowledge {
  depthAt: number;
  pendingAt: number;
  shapes: KnownShapes;
}

/**
 * Garbage collection in the middle of a running program. The build only collects when control is back in JavaScript,
 * because it cannot scan WebAssembly's own stack; a `while True:` would grow until it dies. But all that bytecode holds
 * lives on MicroPython's own Python stack, which the collector does scan, so where the program is inside one of our calls
 * (sleep, recv, print, …) a collection is safe, unless a C function such as `sorted` waits in between: see call-shapes.ts.
 * Entering "from the top" is what the build's call depth decides.
 */
export class Collector {
  /** What was found out about the build; the same for every board of a process. */
  readonly knowledge: Knowledge;
  #memory: InterpreterMemory;
  #collect: () => unknown;
  #shapes: CallShapes;
  /** Calls to let go by before looking at the stack again. */
  #unseen = 0;
  readonly #startBytes: number;
  /** The memory has grown and grown, and the program was never where a collection is safe. */
  starved = false;

  constructor(python: Interpreter, memory: InterpreterMemory, known?: Knowledge) {
    this.#memory = memory;
    this.#startBytes = memory.buffer.byteLength;
    this.#shapes = new CallShapes(python, known?.shapes);
    this.knowledge = known ?? {
      depthAt: findDepth(python, memory),
      pendingAt: findPending(python, memory),
      shapes: this.#shapes.known,
    };
    // An allocation of this much asks for a collection; the chip collects about every 100 KB.
    const gc = python.pyimport('gc');
    gc.threshold?.(65_536);
    this.#collect = gc.collect ?? (() => undefined);
  }

  /**
   * Collects (about 50 µs) once the program has allocated enough for it to be worth its while.
   * @param waiting the program is about to sleep, so there is time to look
   */
  collectIfDue(waiting: boolean): boolean {
    if (new Uint8Array(this.#memory.buffer)[this.knowledge.pendingAt] !== 1) return false;
    if (this.#unseen > 0 && !waiting) {
      this.#unseen -= 1;
      return false;
    }
    return this.collect();
  }

  /**
   * Collects, or has it done later where it is not safe now (false). Call only from inside a call of the program into
   * JavaScript.
   */
  collect(): boolean {
    if (!this.#shapes.harmless) {
      this.starved ||= this.#memory.buffer.byteLength > this.#startBytes + STARVED_BYTES;
      this.#unseen = Math.floor(Math.random() * UNSEEN_CALLS);
      new Uint8Array(this.#memory.buffer)[this.knowledge.pendingAt] = 1;
      return false;
    }
    this.#unseen = 0;
    const words = new Int32Array(this.#memory.buffer);
    const depth = words[this.knowledge.depthAt] ?? 0;
    words[this.knowledge.depthAt] = 0;
    try {
      this.#collect();
    } finally {
      new Int32Array(this.#memory.buffer)[this.knowledge.depthAt] = depth;
    }
    return true;
  }
}

/** The word that counts nested calls from JavaScript: it alone reads 1, 2, 3, 4, 3, 2, 1, 0 as we nest. */
function findDepth(python: Interpreter, memory: InterpreterMemory): number {
  let candidates: number[] | undefined;
  const look = (depth: number) => {
    const words = new Int32Array(memory.buffer, 0, STATIC_WORDS);
    if (candidates) {
      candidates = candidates.filter((at) => words[at] === depth);
    } else {
      candidates = [];
      for (let at = 1; at < words.length; at++) if (words[at] === depth) candidates.push(at);
    }
  };
  const level = (depth: number) => {
    look(depth);
    if (depth < 4) python.runPython(`import _probe\n_probe.level(${depth + 1})`);
    look(depth);
  };
  python.registerJsModule('_probe', { level });
  python.runPython('import _probe\n_probe.level(1)');
  look(0);
  const [at, ...others] = candidates ?? [];
  if (at === undefined || others.length > 0) throw moved('its call depth');
  return at;
}

/** The byte that `gc.collect()` sets while a program runs. */
function findPending(python: Interpreter, memory: InterpreterMemory): number {
  let before = new Uint8Array();
  let after = new Uint8Array();
  const copy = () => new Uint8Array(memory.buffer.slice(0, STATIC_WORDS * 4));
  python.registerJsModule('_probe', {
    before: () => {
      before = copy();
    },
    after: () => {
      after = copy();
    },
  });
  // Twice, so that everything else that a first call changes has changed already.
  python.runPython('import _probe, gc\n_probe.before()\n_probe.before()\ngc.collect()\n_probe.after()');
  const found: number[] = [];
  for (let at = 0; at < before.length; at++) if (before[at] === 0 && after[at] === 1) found.push(at);
  const [at, ...others] = found;
  if (at === undefined || others.length > 0) throw moved('its collection flag');
  python.runPython('import sys\ndel sys.modules["_probe"]');
  return at;
}
