/** Loads MicroPython's WebAssembly build in this worker thread and gives it the ESP32's face. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Collector, type Knowledge, patchErrno, patchString } from './firmware.ts';
import { chipResult, type EmscriptenFs, flashType } from './flash.ts';
import type { FlashPower } from './flash-power.ts';
import type { ClockHooks, CompiledModule, Interpreter, InterpreterMemory } from './python.ts';
import { BUILD_NAME, CHIP_NAME, connectStdio, type Output } from './stdio.ts';

export interface MicroPython extends Interpreter {
  FS: EmscriptenFs;
  _module: {
    ccall(name: string, returns: string, types: string[], args: unknown[]): unknown;
    _malloc(bytes: number): number;
  };
  replInit(): void;
  replProcessChar(byte: number): number;
}

export interface Loaded {
  python: MicroPython;
  memory: InterpreterMemory;
  collector: Collector;
  /** Closes the files that the program left open, as a soft reset does. */
  settleFlash(): void;
}

/** Where the board's own modules stand; a name that no program has, and that `os.listdir('/')` does not show. */
export const ROM = '/.rom';

const MODULES = fileURLToPath(new URL('../modules/', import.meta.url));

export async function loadInterpreter(options: {
  module: CompiledModule;
  /** What another board of this process found out about the build. */
  knowledge: Knowledge | undefined;
  flash: string;
  power: FlashPower;
  memoryLimit: number;
  /** What `ticks_ms()` counts. */
  ticks(): number;
  output: Output;
  /** A byte for `sys.stdin`, -EINTR when an interrupt or a handler has to run first. */
  readInput(): number;
}): Promise<Loaded> {
  const { loadMicroPython } = await import('@micropython/micropython-webassembly-pyscript/micropython.mjs');
  const clock: ClockHooks = { asked() {}, time: Date.now, ticks: options.ticks };
  const capture = captureMemory(options.module, options.memoryLimit, clock);
  // pystack: words of Python stack; a plain ESP32 gets to a recursion depth of about 60 to 100 frames.
  const loaded = (await loadMicroPython({
    heapsize: 262_144,
    pystack: 4_096,
    linebuffer: false,
  })) as Omit<MicroPython, 'clock'>;
  const python: MicroPython = Object.assign(loaded, { clock });
  const memory = capture.memory();
  patchErrno(memory);
  const allocate = (bytes: number) => python._module._malloc(bytes);
  patchString(memory, 'webassembly', 'esp32', allocate);
  patchString(memory, 'JS with Emscripten', 'Generic ESP32 module with ESP32', allocate);
  patchString(memory, 'pyscript', 'ESP32_GENERIC', allocate);
  patchString(memory, `3.4.0; ${BUILD_NAME}`, `3.4.0; ${CHIP_NAME}`, allocate);
  const collector = new Collector(python, memory, options.knowledge);
  connectStdio(python, memory, options);
  const settleFlash = mountFlash(python.FS, options.flash, options.power);
  return { python, memory, collector, settleFlash };
}

/** The interpreter's memory is no property of its module object: it is taken where the module is instantiated. */
function captureMemory(
  module: CompiledModule,
  limit: number,
  clock: ClockHooks,
): { memory(): InterpreterMemory } {
  let memory: WebAssembly.Memory | undefined;
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (_bytes, imports) => {
    WebAssembly.instantiate = instantiate;
    for (const group of new Set(Object.values(imports))) {
      translateErrors(group);
      setClock(group, clock);
      limitMemory(group, () => memory?.buffer.byteLength ?? 0, limit);
    }
    const instance = (await instantiate(module, imports)) as WebAssembly.Instance;
    const memories = Object.values(instance.exports).filter((value) => value instanceof WebAssembly.Memory);
    memory = memories[0];
    return { instance, module };
  };
  return {
    memory() {
      if (!memory) throw new Error('MicroPython was loaded without a memory of its own');
      return memory;
    },
  };
}

/** Ticks count from power on, whatever the board's clock is set to; the build would count both from one clock. */
function setClock(imports: Record<string, unknown>, clock: ClockHooks): void {
  if (!('mp_js_ticks_ms' in imports)) return;
  imports.mp_js_ticks_ms = () => {
    clock.asked();
    return Math.floor(clock.ticks());
  };
  imports.mp_js_time_ms = () => {
    clock.asked();
    return clock.time();
  };
}

/** What Emscripten's own small allocations may take beyond the limit: without them a MemoryError could not even be told. */
const RESERVE_BYTES = 4 * 1024 * 1024;
/** Python's heap grows by more than this at a time, the rest of the interpreter by less. */
const SMALL_BYTES = 256 * 1024;

/** Refused growth is a failed malloc, which MicroPython turns into MemoryError. */
function limitMemory(imports: Record<string, unknown>, size: () => number, limit: number): void {
  const resize = imports.emscripten_resize_heap;
  if (typeof resize !== 'function') return;
  imports.emscripten_resize_heap = (requested: number) => {
    const bytes = requested >>> 0;
    const bound = bytes - size() <= SMALL_BYTES ? limit + RESERVE_BYTES : limit;
    return bytes <= bound && resize(requested);
  };
}

function translateErrors(imports: Record<string, unknown>): void {
  for (const [name, call] of Object.entries(imports)) {
    if (!name.startsWith('__syscall_') || typeof call !== 'function') continue;
    imports[name] = (...args: unknown[]) => chipResult(call(...args));
  }
}

function mountFlash(fs: EmscriptenFs, folder: string, power: FlashPower): () => void {
  fs.mkdir('/flash');
  const { type, settle } = flashType(fs, power);
  const root = fs.mount(type, { folder }, '/flash');
  const memfs = fs.filesystems.MEMFS;
  // MEMFS files its new node with its parent, which a node of ours does not keep.
  Object.assign(root, { contents: {} });
  memfs.createNode(root, ROM.slice(1), 0o40777, 0);
  copyModules(fs, MODULES, `/flash${ROM}`);
  return settle;
}

function copyModules(fs: EmscriptenFs, from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const target = `${to}/${entry.name}`;
    if (entry.isDirectory()) {
      fs.mkdir(target);
      copyModules(fs, join(from, entry.name), target);
    } else if (entry.name.endsWith('.py')) {
      fs.writeFile(target, readFileSync(join(from, entry.name)));
    }
  }
}
