/** MicroPython's interpreter as the rest of this folder sees it. */
import type { EmscriptenFs } from './flash.ts';

/** MicroPython compiled: a WebAssembly.Module, named so that our types need no DOM library. */
export type CompiledModule = object;

/** The interpreter's memory, a WebAssembly.Memory. */
export interface InterpreterMemory {
  readonly buffer: ArrayBuffer;
}

/** What happens when the program asks for the time; whoever runs the board sets it. */
export interface ClockHooks {
  /** Before every `ticks_…()` and `time()`: a moment for handlers and Ctrl-C. */
  asked(): void;
  /** Milliseconds since 1970, as the board's own clock has it. */
  time(): number;
  /** Milliseconds, with fractions, since power on. */
  ticks(): number;
}

export interface Interpreter {
  readonly clock: ClockHooks;
  FS: EmscriptenFs;
  runPython(code: string): unknown;
  pyimport(name: string): Record<string, (...args: unknown[]) => unknown>;
  registerJsModule(name: string, module: object): void;
}
