/** Processes, ports and folders of a benchmark: all of them end with it, whether it finishes, fails or is interrupted. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Milliseconds that a child has to end by itself. */
const END_MS = 3_000;

const children = new Set<ChildProcess>();
const folders = new Set<string>();

/** By SIGTERM, so that they can end what they have started. They exit when the channel to us closes, too: see `answerParent`. */
function endAll(): void {
  for (const child of children) child.kill('SIGTERM');
  for (const folder of folders)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
process.once('exit', endAll);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

/** An empty folder, removed at the end. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-bench-'));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** A TCP port of the loopback that nobody listens on: for programs that cannot ask the system themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** A program of ours in a process of its own, which is asked one thing at a time. */
export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  #asked: Promise<unknown> = Promise.resolve();

  /** @param program beside the caller: `new URL('./hub.ts', import.meta.url)`; or a path */
  constructor(
    program: URL | string,
    args: readonly string[] = [],
    options: { name?: string; env?: NodeJS.ProcessEnv; execArgv?: readonly string[]; quiet?: boolean } = {},
  ) {
    const path = typeof program === 'string' ? program : fileURLToPath(program);
    this.name = options.name ?? path;
    this.#process = fork(path, args, {
      env: { ...process.env, ...options.env },
      execArgv: ['--disable-warning=ExperimentalWarning', ...(options.execArgv ?? [])],
      stdio: ['ignore', options.quiet ? 'ignore' : 'inherit', 'inherit', 'ipc'],
    });
    children.add(this.#process);
    this.#process.once('exit', () => children.delete(this.#process));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Its next message. @throws Error when it ends before, or says nothing for so long */
  hears<T>(timeoutMs = 60_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.#process.off('message', told).off('exit', ended);
        finish();
      };
      const told = (message: unknown) => settle(() => resolve(message as T));
      const ended = (code: number | null, signal: string | null) =>
        settle(() => reject(new Error(`${this.name} ended: ${code ?? signal}`)));
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${this.name} did not answer in ${timeoutMs / 1000} s`))),
        timeoutMs,
      );
      this.#process.on('message', told).on('exit', ended);
      if (this.#process.exitCode !== null) ended(this.#process.exitCode, null);
    });
  }

  /** Asks when what was asked before is answered. */
  ask<T>(question: object, timeoutMs?: number): Promise<T> {
    const answer = this.#asked.then(() => {
      const heard = this.hears<T>(timeoutMs);
      this.#process.send(question);
      return heard;
    });
    this.#asked = answer.catch(() => {});
    return answer;
  }

  /** As a power cut does it: by SIGKILL. */
  async kill(): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), END_MS);
    await gone;
    clearTimeout(late);
  }
}
