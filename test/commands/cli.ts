import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach } from 'vitest';

/** The command line as people start it in a clone. */
export const CLI = join(import.meta.dirname, '../../src/cli.ts');
export const hasPython = spawnSync('python3', ['--version']).status === 0;
/** Named in the title of a suite that is skipped without it. */
export const PYTHON_HINT = hasPython ? '' : ' (skipped: needs python3, https://www.python.org/downloads/)';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** Resolves with the match when stdout (or stderr) has matched; rejects when the program ends before. */
  out(pattern: RegExp): Promise<RegExpExecArray>;
  err(pattern: RegExp): Promise<RegExpExecArray>;
  /** Everything on stdout so far. */
  text(): string;
  write(text: string): void;
  interrupt(): void;
  ended: Promise<Outcome>;
}

type Env = Record<string, string>;

const running = new Set<ChildProcess>();
const servers = new Set<Server>();

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const server of servers) server.close();
  servers.clear();
});

/** Starts a program; stopped after the test whatever happens. */
export function startProgram(command: string, args: string[], env: Env = {}, cwd?: string): Running {
  const child = spawn(command, args, {
    env: { ...process.env, KITELINE_LANG: 'en', NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd && { cwd }),
  });
  running.add(child);
  const out = watcher(child.stdout, () => seen());
  const err = watcher(child.stderr, () => seen());
  const seen = (): string => `stdout: ${out.text()}\nstderr: ${err.text()}`;
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    out.end();
    err.end();
    return { code: code as number | null, stdout: out.text(), stderr: err.text() };
  });
  child.stdin.on('error', () => {});
  return {
    child,
    out: out.wait,
    err: err.wait,
    text: out.text,
    write: (text) => child.stdin.write(text),
    interrupt: () => child.kill('SIGINT'),
    ended,
  };
}

/** Starts `kiteline ARGS`. */
export const start = (args: string[], env: Env = {}, cwd?: string): Running =>
  startProgram(process.execPath, [CLI, ...args], env, cwd);

/** Runs `kiteline ARGS` to its end with `input` on stdin. */
export async function run(args: string[], env: Env = {}, input: string | Uint8Array = ''): Promise<Outcome> {
  const program = start(args, env);
  program.child.stdin?.end(input);
  return program.ended;
}

/** A TCP server on a port of the system's choice; `serve` gets each connection. */
export async function tcpServer(serve: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  servers.add(server);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function watcher(stream: Readable | null, seen: () => string) {
  let text = '';
  let isOver = false;
  const waiting = new Set<() => void>();
  const check = (): void => {
    for (const look of waiting) look();
  };
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    check();
  });
  return {
    text: () => text,
    end() {
      isOver = true;
      check();
    },
    wait: (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match) resolve(match);
          else if (isOver) reject(new Error(`ended before ${pattern}\n${seen()}`));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
  };
}
