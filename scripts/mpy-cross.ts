/** Compiles MicroPython files to bytecode (.mpy, format 6: MicroPython 1.19 and later). */
import { Worker } from 'node:worker_threads';

/**
 * @param sources file name, as tracebacks will show it → content
 * @returns the same names → bytecode
 * @throws Error with what the compiler says of those that are no MicroPython
 */
export function compileMpy(sources: Record<string, string>): Promise<Record<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    // A thread of its own: the tool changes how its process treats errors.
    const worker = new Worker(new URL('./mpy-cross-worker.ts', import.meta.url), { workerData: sources });
    worker.on(
      'message',
      ({ compiled, errors }: { compiled: Record<string, Uint8Array>; errors: string[] }) => {
        if (errors.length === 0) resolve(compiled);
        else reject(new Error(errors.join('\n')));
      },
    );
    worker.on('error', reject);
  });
}
