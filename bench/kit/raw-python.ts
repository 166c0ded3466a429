/**
 * MicroPython's WebAssembly build as it is: none of the virtual board's modules or patches, memory counted as on a chip
 * (pointers have 32 bits, blocks 16 bytes). Each interpreter is a worker thread of its own, for the build keeps its state in
 * globals.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { compileMpy } from '../../scripts/mpy-cross.ts';

/** The builds that are installed. 1.22: from three weeks before its release, without .mpy; 1.23: from two weeks before. */
export const BUILDS = {
  '1.22': 'micropython-1.22',
  '1.23': 'micropython-1.23',
  '1.27': '@micropython/micropython-webassembly-pyscript',
} as const;

export type Build = keyof typeof BUILDS;

/** Path in the interpreter's file system → content. */
export type PythonFiles = Record<string, string | Uint8Array>;

/**
 * The chip's modules that the raw build lacks: the little of `network`, `machine`, `os`, `socket` and `tls` that is asked for at once, and asyncio as the firmware
 * freezes it, from the virtual board (the build's own runs on JavaScript's timers).
 */
export function firmwareModules(): PythonFiles {
  const files: PythonFiles = {
    'network.py': 'STA_IF = 0\nclass WLAN:\n    pass\n',
    'machine.py': 'PWRON_RESET = 1\ndef reset_cause():\n    return PWRON_RESET\n',
    'os.py':
      'from uos import *\nfrom random import getrandbits\ndef urandom(n):\n    return bytes([getrandbits(8) for _ in range(n)])\n',
    'tls.py': 'class SSLContext:\n    pass\n',
    'socket.py': 'AF_INET = 2\nSOCK_STREAM = 1\n',
  };
  return { ...files, ...filesIn(new URL('../../src/virtual/modules/asyncio/', import.meta.url), 'asyncio/') };
}

/** The .py files of a folder. @param to where they go */
export function filesIn(folder: URL, to: string): PythonFiles {
  const path = fileURLToPath(folder);
  const names = readdirSync(path).filter((name) => name.endsWith('.py'));
  return Object.fromEntries(names.map((name) => [to + name, readFileSync(join(path, name), 'utf8')]));
}

/** The same files as bytecode. */
export async function compiled(files: PythonFiles): Promise<PythonFiles> {
  const bytecode = await compileMpy(files as Record<string, string>);
  return Object.fromEntries(
    Object.entries(bytecode).map(([path, bytes]) => [path.replace(/\.py$/, '.mpy'), bytes]),
  );
}

export interface PythonReport {
  /** What each snippet printed. */
  printed: string[];
  /** The traceback with which one ended; the rest did not run. */
  error?: string;
}

/** Runs the snippets one after the other; the garbage collector runs between two when asked for in the first. */
export function rawPython(
  build: Build,
  files: PythonFiles,
  snippets: readonly string[],
): Promise<PythonReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./raw-python-worker.ts', import.meta.url), {
      workerData: { name: BUILDS[build], files, snippets },
    });
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`MicroPython ${build} ended without an answer: ${code}`)));
  });
}
