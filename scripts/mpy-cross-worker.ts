/** The thread of scripts/mpy-cross.ts. */
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

const sources = workerData as Record<string, string>;
// The tool takes a system with these for a browser, and its own file for an address.
Reflect.deleteProperty(globalThis, 'fetch');
Reflect.deleteProperty(WebAssembly, 'instantiateStreaming');
process.setMaxListeners(0); // it adds two for each file

/** Without line numbers: 1.2 KB of a board's heap. Whoever looks for a mistake installs the source. */
const OPTIONS = ['-O3'];

const { compile }: typeof import('@pybricks/mpy-cross-v6') = createRequire(import.meta.url)(
  '@pybricks/mpy-cross-v6',
);
const compiled: Record<string, Uint8Array> = {};
const errors: string[] = [];
for (const [name, source] of Object.entries(sources)) {
  const { mpy, err } = await compile(basename(name), source, [...OPTIONS, '-s', name]);
  if (mpy) compiled[name] = mpy;
  else errors.push(`${name}:`, ...err);
}
parentPort?.postMessage({ compiled, errors });
