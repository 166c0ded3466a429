/** The thread of kit/raw-python.ts. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { PythonFiles, PythonReport } from './raw-python.ts';

interface Python {
  FS: { mkdirTree(path: string): void; writeFile(path: string, content: string | Uint8Array): void };
  runPython(code: string): unknown;
}
interface Build {
  loadMicroPython(options: object): Promise<Python>;
}

const { name, files, snippets } = workerData as { name: string; files: PythonFiles; snippets: string[] };
const place = createRequire(import.meta.url).resolve(`${name}/micropython.mjs`);
const { loadMicroPython } = (await import(pathToFileURL(place).href)) as Build;
let lines: string[] = [];
const python = await loadMicroPython({
  heapsize: 262_144,
  pystack: 4_096,
  url: join(dirname(place), 'micropython.wasm'),
  stdout: (line: string) => lines.push(line),
  stderr: (line: string) => lines.push(line),
});
for (const [path, content] of Object.entries(files)) {
  python.FS.mkdirTree(`/lib/${dirname(path)}`);
  python.FS.writeFile(`/lib/${path}`, content);
}
// In front of what the build brings itself.
python.runPython('import sys; sys.path.insert(0, "/lib")');

const report: PythonReport = { printed: [] };
console.error = () => {}; // an old build says there what it throws as well
for (const code of snippets) {
  lines = [];
  try {
    python.runPython(code);
    report.printed.push(lines.join('\n'));
  } catch (error) {
    report.error = String(error instanceof Error ? error.message : error);
    break;
  }
}
parentPort?.postMessage(report);
