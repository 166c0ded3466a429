/** What a virtual board is made with, and what it tells. */
import type { KitelineError } from '../errors.ts';
import type { Air } from './host/air.ts';
import type { Ending, Kept, ResetKind } from './messages.ts';

export interface VirtualBoardOptions {
  /** Also the host name. Default `esp32`. */
  name?: string;
  /** An IPv4 address of this computer; default: one in 127.0.0.0/8 that follows from the name. */
  ip?: string;
  /** The air that the board shares with others; default: one of its own where every network exists. */
  air?: Air;
  /**
   * Its time runs so many times as fast, and that of the air: 1 unless told. For tests and benchmarks; see ARCHITECTURE.md. Boards
   * that share an air run as fast as it does: `new Air({ speed })`.
   */
  speed?: number;
  /** A host folder that is the flash; kept afterwards. Default: a temporary one. */
  flash?: string;
  /** Files to put on the flash before power on, by path: `{ 'main.py': 'print(1)' }`. */
  files?: Record<string, string | Uint8Array>;
  /** A prompt after main.py, as on the chip. Default false: the board is done when its program is. */
  repl?: boolean;
  /** Bytes of memory before MemoryError. Default 48 MiB; the chip has far less, see ARCHITECTURE.md. */
  memoryLimit?: number;
  /** What it prints comes with how long the machine has kept the board's thread waiting, for whoever measures its lateness. */
  measureKept?: boolean;
}

/** How a run ended: as the program did, by `stop()`, or because the board itself could not go on. */
export type RunEnd = Ending | { how: 'stopped' } | { how: 'crashed'; error: KitelineError };

export interface BoardEvents {
  /**
   * Bytes that the program printed; and, with `measureKept`, for how much of its life by then the machine had kept the
   * board's thread from going on: it neither ran nor waited for anything. A chip has nothing of that.
   */
  stdout: [bytes: Uint8Array, kept: Kept | undefined];
  /** Tracebacks, and notes of ours. */
  stderr: [bytes: Uint8Array, kept: Kept | undefined];
  /** main.py has ended, or the board was stopped. */
  end: [RunEnd];
  /** The board restarts. */
  reset: [ResetKind];
  /** main.py begins. */
  start: [];
  /** The station joined or lost its network. */
  wifi: [{ connected: boolean; ssid: string | undefined; address: string }];
}
