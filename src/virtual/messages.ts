/** What a board's worker thread and the main thread say to each other, beside the shared memory. */

import type { Knowledge } from './chip/firmware.ts';
import type { CompiledModule } from './chip/python.ts';
import type { PaceSetup } from './pace.ts';
import type { RoverSetup } from './world/rover-world.ts';

/** Errors cross as a number, or as text for the chip's OSErrors that have no number ("Wifi Internal Error"). */
export type Reply =
  | { id: number; value: unknown }
  | { id: number; errno: number }
  | { id: number; error: string };

/** `power`: it was away, and is back. */
export type ResetKind = 'soft' | 'hard' | 'deepsleep' | 'watchdog' | 'power';

/** What the chip says at a soft reset. */
export const SOFT_REBOOT = 'MPY: soft reboot\r\n';

/** For how long the machine has kept a board's thread from going on, as it was at a moment. */
export interface Kept {
  /** Milliseconds. */
  ms: number;
  /** When that was, in milliseconds of the board's `ticks_ms()`. */
  at: number;
}

/**
 * Where printed bytes go. `text`: LF leaves the serial port as CR LF; `raw`: as it is. `note`: of ours, for people: no chip
 * prints it; `wire`: only the serial port has it.
 */
export type Printed = 'text' | 'raw' | 'note' | 'wire';

/** How a program ended: of itself, with `sys.exit(code)`, or with an exception nobody caught. */
export type Ending = { how: 'done' } | { how: 'exit'; code: number } | { how: 'exception'; text: string };

/** What the board does to its surroundings. */
export type ToPeripherals =
  | { kind: 'send'; slot: number; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'sendto'; slot: number; address: string; port: number; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'taken'; slot: number }
  | { kind: 'shut'; slot: number }
  | { kind: 'pin'; pin: number; level: number; duty: number; frequency: number }
  | { kind: 'pixels'; pin: number; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'clock'; offset: number };

export type FromBoard =
  | ToPeripherals
  | { kind: 'call'; id: number; op: string; args: unknown[] }
  | {
      kind: 'output';
      stream: 'stdout' | 'stderr';
      printed: Printed;
      bytes: Uint8Array<ArrayBuffer>;
      kept: Kept | undefined;
    }
  /** The serial input ring has room again for what waits outside. */
  | { kind: 'inputTaken' }
  | { kind: 'learned'; knowledge: Knowledge }
  | { kind: 'started' }
  | { kind: 'ended'; ending: Ending }
  | { kind: 'idle' }
  | { kind: 'reset'; reset: ResetKind; wakeAfterMs: number };

/** What a worker is started with. */
export interface BoardSetup {
  shared: SharedArrayBuffer;
  /** MicroPython, compiled once for all boards of the process. */
  module: CompiledModule;
  /** What an earlier board of the process found out about it. */
  knowledge: Knowledge | undefined;
  /** The host folder that is the board's flash. */
  flash: string;
  /** What `network.hostname()` and `os.uname()` say at first. */
  hostname: string;
  mac: Uint8Array;
  /** `machine.reset_cause()`: 1 power on, 2 hard, 3 watchdog, 4 deep sleep, 5 soft. */
  resetCause: number;
  /** False: main.py is passed over, boot.py is not. */
  main: boolean;
  /** True: friendly REPL after main.py, as on the chip. False: the worker ends with the program. */
  repl: boolean;
  /** True: it takes the place of a thread that Ctrl-C could not reach, and says what a chip says then. */
  interrupted: boolean;
  /** Bytes that the interpreter may take from the system before it raises MemoryError. */
  memoryLimit: number;
  /** Milliseconds that the board's clock is ahead of the host's. */
  clockOffset: number;
  /** How the board's time runs. */
  pace: PaceSetup;
  /** What its pins are wired to, beside what `board.pin()` sets. */
  world: RoverSetup | undefined;
  /** Whether the thread says how long the machine keeps it waiting. */
  measureKept: boolean;
}
