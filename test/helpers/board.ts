/** Virtual boards for tests: started, watched by what they print, and closed after the test whatever happens. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import {
  Air,
  type RunEnd,
  type VirtualBoard,
  type VirtualBoardOptions,
  virtualBoard,
} from '../../src/virtual/index.ts';

/** Above anything that a loaded 2-core machine needs, below vitest's own limit, whose message says less. */
const PATIENCE_MS = 60_000;

/** What a tutorial begins with. */
export const JOIN = `
import network
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect('lab', 'secret')
while not wlan.isconnected():
    pass
`;

/** The same, and `refused(call, …)`, which prints the error that a call ends with. */
export const SOCKET = `${JOIN}
import socket, time
def refused(call, *args, **named):
    try:
        print('no error:', call(*args, **named))
    except Exception as e:
        print(type(e).__name__, e)
`;

export interface Watched {
  board: VirtualBoard;
  ended: Promise<RunEnd>;
  /** Resolves with the match once what the program printed matches. */
  out(pattern: RegExp): Promise<RegExpExecArray>;
  err(pattern: RegExp): Promise<RegExpExecArray>;
  stdout(): string;
  stderr(): string;
}

let made = 0;

/** A board that is not yet powered on: with a name, and so an address, of its own, where every network exists. */
export async function makeBoard(options: VirtualBoardOptions = {}): Promise<VirtualBoard> {
  made += 1;
  const board = await virtualBoard({
    name: `test-${process.pid}-${made}`,
    air: new Air({ joinMs: 10 }),
    ...options,
  });
  onTestFinished(() => board.close());
  return board;
}

/** Powers on a board with this main.py. */
export async function startBoard(program: string, options: VirtualBoardOptions = {}): Promise<Watched> {
  const board = await makeBoard({ ...options, files: { ...options.files, 'main.py': program } });
  return watch(board);
}

/** Powers on a board that was made before. */
export function watch(board: VirtualBoard): Watched {
  const out = new Printed(board, 'stdout');
  const err = new Printed(board, 'stderr');
  const ended = board.run();
  const seen = () => `stdout: ${out.text}\nstderr: ${err.text}`;
  return {
    board,
    ended,
    out: (pattern) => out.match(pattern, ended, seen),
    err: (pattern) => err.match(pattern, ended, seen),
    stdout: () => out.text,
    stderr: () => err.text,
  };
}

/** Runs a program to its end and says what it printed. */
export async function runBoard(program: string, options: VirtualBoardOptions = {}) {
  const running = await startBoard(program, options);
  const end = await running.ended;
  return { end, stdout: running.stdout(), stderr: running.stderr(), board: running.board };
}

/** Runs a program that must end well, and gives the lines it printed. */
export async function linesOf(program: string, options: VirtualBoardOptions = {}): Promise<string[]> {
  const { end, stdout, stderr } = await runBoard(program, options);
  expect(end, stderr).toEqual({ how: 'done' });
  return stdout.split(/\r?\n/).slice(0, -1);
}

class Printed {
  text = '';
  #decoder = new TextDecoder();
  #look = new Set<() => void>();

  constructor(board: VirtualBoard, stream: 'stdout' | 'stderr') {
    board.on(stream, (bytes) => {
      this.text += this.#decoder.decode(bytes, { stream: true });
      for (const look of this.#look) look();
    });
  }

  match(pattern: RegExp, ended: Promise<RunEnd>, seen: () => string): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        settle();
        reject(new Error(`${why} ${pattern}\n${seen()}`));
      };
      const deadline = setTimeout(() => fail('nothing printed matches'), PATIENCE_MS);
      const settle = () => {
        clearTimeout(deadline);
        this.#look.delete(look);
      };
      const look = () => {
        const match = pattern.exec(this.text);
        if (!match) return;
        settle();
        resolve(match);
      };
      this.#look.add(look);
      look();
      void ended.then(() => this.#look.has(look) && fail('the board ended before'));
    });
  }
}

/** A port that nobody has at this address: a program on the chip cannot ask which one it got. */
export async function freePort(protocol: 'udp' | 'tcp', address: string): Promise<number> {
  if (protocol === 'udp') {
    const socket = createSocket('udp4').bind(0, address);
    await once(socket, 'listening');
    const { port } = socket.address();
    await new Promise<void>((done) => socket.close(done));
    return port;
  }
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const where = server.address();
  await new Promise((done) => server.close(done));
  if (!where || typeof where === 'string') throw new Error('no port');
  return where.port;
}
