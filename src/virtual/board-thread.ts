/** The worker thread that is a board's processor, and the port to it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Knowledge } from './chip/firmware.ts';
import type { CompiledModule } from './chip/python.ts';
import type { BoardSetup, FromBoard, Reply } from './messages.ts';

/**
 * The thread begins in plain JavaScript and switches Node's compile cache on before it loads worker.ts: that spares every
 * board the loading of a TypeScript stripper, 100 ms.
 */
const START = `require('node:module').enableCompileCache?.(); import(require('node:worker_threads').workerData.entry)`;
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './chip/worker.ts' : './chip/worker.js',
  import.meta.url,
).href;

/** Of the thread's own JavaScript, MB; MicroPython's memory is counted apart. */
const JAVASCRIPT_HEAP_MB = 64;

/** What the first board found out about the build. */
let knowledge: Knowledge | undefined;

let compiled: Promise<CompiledModule> | undefined;

/** MicroPython, compiled once a process: every board shares the code. */
export function micropython(): Promise<CompiledModule> {
  const wasm = fileURLToPath(
    import.meta.resolve('@micropython/micropython-webassembly-pyscript/micropython.wasm'),
  );
  compiled ??= readFile(wasm).then((bytes) => WebAssembly.compile(bytes));
  return compiled;
}

/** What is left to its owner. */
export type BoardMessage = Exclude<FromBoard, { kind: 'learned' }>;

export class BoardThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  #over = false;

  /** @param events none comes after `terminate()` */
  constructor(
    setup: Omit<BoardSetup, 'knowledge'>,
    events: { message(message: BoardMessage): void; crashed(error: unknown): void; exited(): void },
  ) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(START, {
      eval: true,
      workerData: { entry: ENTRY, setup: { ...setup, knowledge }, port: port2 },
      transferList: [port2],
      // What the interpreter prints goes its own way; this is only what Emscripten itself would say.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: JAVASCRIPT_HEAP_MB, maxYoungGenerationSizeMb: 2 },
    });
    const heard = (message: FromBoard) => {
      if (message.kind === 'learned') knowledge = message.knowledge;
      else if (!this.#over) events.message(message);
    };
    port1.on('message', heard);
    this.#worker.on('error', (error) => {
      if (!this.#over) events.crashed(error);
    });
    this.#worker.on('exit', () => {
      if (this.#over) return;
      // What the thread said last may still wait in the port.
      for (;;) {
        const last = receiveMessageOnPort(port1) as { message: FromBoard } | undefined;
        if (!last) break;
        heard(last.message);
      }
      events.exited();
    });
  }

  answer(reply: Reply): void {
    if (!this.#over) this.#port.postMessage(reply);
  }

  /** Ends the thread, whatever it is doing. */
  async terminate(): Promise<void> {
    this.#over = true;
    this.#port.close();
    await this.#worker.terminate();
  }
}
