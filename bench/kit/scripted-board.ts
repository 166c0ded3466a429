/**
 * A board's session as PROTOCOL.md has it, in the fewest lines: hello, numbered samples that are kept until they are
 * acknowledged and sent again after a reconnect, answers to pings and commands. A thousand of them fit into a process.
 */
import { connect, type Socket } from 'node:net';
import { LineReader } from './line-reader.ts';

export interface ScriptedBoardOptions {
  port: number;
  name: string;
  boot: string;
  /** Where it sends from. */
  localAddress?: string | undefined;
  /** A command's result; its arguments come with the `$deadline`. */
  command?: (name: string, args: Record<string, unknown>) => unknown;
  /** The hub has answered hello. */
  online?: () => void;
  /** The connection has ended, from whichever side. */
  lost?: () => void;
}

/** Milliseconds until the next attempt, at random between these: a thousand boards need not knock in step. */
const RETRY_MS = [100, 300] as const;
/** Samples kept without an acknowledgement: beyond that the benchmark itself is at fault. */
const MAX_KEPT = 10_000;

interface Line {
  id?: number | string;
  method?: string;
  params?: Record<string, unknown>;
  result?: { acks?: Record<string, number> };
  error?: { message: string };
}

export class ScriptedBoard {
  readonly #options: ScriptedBoardOptions;
  #socket: Socket | undefined;
  #online = false;
  #ended = false;
  #pauseMs: number | undefined;
  #kept: { seq: number; line: string }[] = [];
  #unsent: string[] = [];
  /** Samples numbered so far. */
  seq = 0;
  /** Samples sent again. */
  resent = 0;

  constructor(options: ScriptedBoardOptions) {
    this.#options = options;
  }

  get online(): boolean {
    return this.#online;
  }

  /** Samples that are not acknowledged. */
  get waiting(): number {
    return this.#kept.length;
  }

  /** Connects, and again whenever the connection ends, until `end`. */
  dial(): void {
    const { port, localAddress } = this.#options;
    const from = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, ...from });
    this.#socket = socket;
    const reader = new LineReader((line) => this.#take(JSON.parse(line) as Line));
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', () => {}); // 'close' follows
    socket.on('connect', () => this.#hello());
    socket.on('close', () => this.#lost());
  }

  /** Numbers a sample; `flush` sends it. */
  sample(values: Record<string, unknown>): void {
    if (this.#kept.length >= MAX_KEPT) throw new Error(`${this.#options.name}: nothing is acknowledged`);
    const seq = ++this.seq;
    const line = `${JSON.stringify({ ...values, $seq: seq, $t: Date.now() })}\n`;
    this.#kept.push({ seq, line });
    if (this.#online) this.#unsent.push(line);
  }

  /** One write for all that is new. */
  flush(): void {
    if (this.#unsent.length === 0) return;
    this.#socket?.write(this.#unsent.join(''));
    this.#unsent = [];
  }

  /** Breaks the connection, as the network does; it dials again after so many milliseconds. */
  cut(pauseMs: number): void {
    this.#pauseMs = pauseMs;
    this.#socket?.resetAndDestroy();
  }

  end(): void {
    this.#ended = true;
    this.#socket?.destroy();
  }

  #hello(): void {
    const { name, boot } = this.#options;
    const params = { board: name, boot, library: 'scripted', boots: [] };
    this.#socket?.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hello', params })}\n`);
  }

  #answer(id: number | string | undefined, result: unknown): void {
    this.#socket?.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
  }

  #lost(): void {
    const was = this.#online;
    this.#online = false;
    this.#unsent = [];
    if (was) this.#options.lost?.();
    if (this.#ended) return;
    const [least, most] = RETRY_MS;
    const pause = this.#pauseMs ?? least + Math.random() * (most - least);
    this.#pauseMs = undefined;
    setTimeout(() => this.#ended || this.dial(), pause);
  }

  #take({ id, method, params = {}, result, error }: Line): void {
    if (method === undefined) {
      if (error) throw new Error(`${this.#options.name}: ${error.message}`);
      this.#welcome(result?.acks?.[this.#options.boot] ?? 0);
    } else if (method === '$ack') this.#acknowledged(Number(params.seq));
    else if (method === '$ping') this.#answer(id, {});
    else if (id !== undefined) this.#answer(id, this.#options.command?.(method, params) ?? null);
  }

  /** Sends again what is not stored. */
  #welcome(stored: number): void {
    this.#acknowledged(stored);
    this.#online = true;
    this.resent += this.#kept.length;
    this.#unsent = this.#kept.map(({ line }) => line);
    this.flush();
    this.#options.online?.();
  }

  #acknowledged(seq: number): void {
    const first = this.#kept.findIndex((sample) => sample.seq > seq);
    this.#kept = first < 0 ? [] : this.#kept.slice(first);
  }
}
