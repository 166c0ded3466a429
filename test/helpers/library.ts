/** The board library on virtual boards, and hubs that say exactly what a test writes. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { onTestFailed, onTestFinished } from 'vitest';
import { boardLibrary, type VirtualBoardOptions } from '../../src/virtual/index.ts';
import { JOIN, linesOf, startBoard, type Watched } from './board.ts';
import { type HubSeal, proven } from './signing.ts';

/** The files of the library where mip puts them. */
const LIBRARY = boardLibrary();

/** Powers on a board whose program may `import kiteline`; what it printed is shown when the test fails. */
export async function startLibrary(program: string, options: VirtualBoardOptions = {}): Promise<Watched> {
  const running = await startBoard(program, { ...options, files: { ...LIBRARY, ...options.files } });
  onTestFailed(() => console.log(`the board printed: ${running.stdout()}\nand: ${running.stderr()}`));
  return running;
}

/** Runs a program that may `import kiteline` to its end, and gives the lines it printed. */
export const libraryLines = (program: string, options: VirtualBoardOptions = {}): Promise<string[]> =>
  linesOf(program, { ...options, files: { ...LIBRARY, ...options.files } });

/** The beginning of a program: in the Wi-Fi, with the library, which loses no time between two tries. */
export const QUICK = `${JOIN}import asyncio, kiteline, time
from kiteline.link import Link
Link.RETRY_MS = (1, 1)
Link.APART_MS = 1
`;

/** The same with a board for the hub at `port`. @param settings further arguments of Board() */
export const boardAt = (
  port: number,
  settings = '',
) => `${QUICK}board = kiteline.Board('b', '127.0.0.1:${port}'${settings && `, ${settings}`})
`;

// biome-ignore lint/suspicious/noExplicitAny: what a board sends is looked at, not typed
export type Message = Record<string, any>;

/** A hub that a test plays by hand: it answers nothing by itself but `hello`, and that as told. */
export class ScriptedHub {
  readonly #server: Server;
  readonly #connections: Connection[] = [];
  #waiting: ((connection: Connection) => void)[] = [];
  readonly port: number;
  /** The board's key, where it has one. */
  readonly #key: string | undefined;

  private constructor(server: Server, port: number, key: string | undefined) {
    this.#server = server;
    this.port = port;
    this.#key = key;
    server.on('connection', (socket) => {
      const connection = new Connection(socket);
      const next = this.#waiting.shift();
      if (next) next(connection);
      else this.#connections.push(connection);
    });
  }

  /** @param key of the board: then its sessions are signed */
  static async start(key?: string): Promise<ScriptedHub> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const where = server.address();
    if (!where || typeof where === 'string') throw new Error('no port');
    const hub = new ScriptedHub(server, where.port, key);
    onTestFinished(() => hub.close());
    return hub;
  }

  /** The next connection that a board makes. */
  connection(): Promise<Connection> {
    const there = this.#connections.shift();
    return there ? Promise.resolve(there) : new Promise((done) => this.#waiting.push(done));
  }

  /**
   * The next connection that says hello, with its hello answered. One that ends without a word is passed over: the port may
   * have been another test's, whose board still dials it.
   */
  async session(answer: Message = {}): Promise<Connection & { hello: Message }> {
    const connection = await this.connection();
    const hello = await this.#hello(connection).catch((error: unknown) => {
      if (connection.left.length > 0) throw error;
    });
    if (!hello) return this.session(answer);
    const { id, params } = hello;
    const acks = Object.fromEntries([params.boot, ...(params.boots ?? [])].map((boot) => [boot, 0]));
    const result = {
      session: 's',
      hub: 'run-1',
      time: Date.now(),
      clock: 0,
      keepalive: 10_000,
      acks,
      ...answer,
    };
    connection.say({ id, result });
    return Object.assign(connection, { hello: params });
  }

  async #hello(connection: Connection): Promise<Message> {
    if (this.#key !== undefined) await connection.prove(this.#key);
    return connection.take('hello');
  }

  close(): void {
    this.#server.close();
    for (const connection of this.#connections) connection.cut();
  }
}

export class Connection {
  readonly socket: Socket;
  readonly #messages: Message[] = [];
  /** How many lines each segment that came had. */
  readonly segments: number[] = [];
  /** Every whole line as it came. */
  readonly lines: string[] = [];
  /** Of this session, once the hub has proved that it has the key: what is said is signed, and what comes must be. */
  seal: HubSeal | undefined;
  #rest = '';
  #look = new Set<() => void>();
  #ended = false;

  constructor(socket: Socket) {
    this.socket = socket;
    onTestFinished(() => void socket.destroy());
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.segments.push(lines.length);
      this.lines.push(...lines);
      for (const line of lines) this.#messages.push(JSON.parse(this.seal?.open(line) ?? line));
      for (const look of [...this.#look]) look();
    });
    socket.on('close', () => {
      this.#ended = true;
      for (const look of [...this.#look]) look();
    });
  }

  /** Half a line that came last. */
  get rest(): string {
    return this.#rest;
  }

  /** Sends a JSON-RPC message. */
  say(message: Message): void {
    this.sayTogether([message]);
  }

  /** Sends messages in one write. */
  sayTogether(messages: readonly Message[]): void {
    const lines = messages.map((message) => JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.write(lines.map((line) => `${this.seal?.sign(line) ?? line}\n`).join(''));
  }

  write(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** Answers the board's $prove with this key; gives what it asked. */
  async prove(key: string): Promise<Message> {
    const { id, params } = await this.take('$prove');
    const { result, seal } = proven(key, params);
    this.say({ id, result });
    this.seal = seal;
    return params;
  }

  /** Waits for a message that is not taken yet, and takes it: the first that fits, by method or by a look at it. */
  take(wanted: string | ((message: Message) => boolean)): Promise<Message> {
    const fits = typeof wanted === 'string' ? (message: Message) => message.method === wanted : wanted;
    return new Promise((resolve, reject) => {
      const look = () => {
        const at = this.#messages.findIndex(fits);
        if (at < 0 && !this.#ended) return;
        this.#look.delete(look);
        if (at < 0)
          reject(
            new Error(`the connection ended before ${wanted}; there is ${JSON.stringify(this.#messages)}`),
          );
        else resolve(this.#messages.splice(at, 1)[0] as Message);
      };
      this.#look.add(look);
      look();
    });
  }

  /** The answer to a request of ours. */
  answer = (id: unknown): Promise<Message> => this.take((message) => message.id === id && !message.method);

  /** The sample with this number. */
  sample = (seq: number): Promise<Message> => this.take((message) => message.$seq === seq);

  /** Sends a request and waits for its answer. */
  ask(message: Message): Promise<Message> {
    this.say(message);
    return this.answer(message.id);
  }

  /** What has come and is not taken. */
  get left(): Message[] {
    return [...this.#messages];
  }

  /** Resolves when the board has ended the connection. */
  get ended(): Promise<void> {
    return new Promise((done) => {
      if (this.#ended) done();
      else this.socket.once('close', () => done());
    });
  }

  /** Resets the connection. */
  cut(): void {
    this.socket.resetAndDestroy();
  }
}
