/** Boards that say hello, as a board library would: over real sockets, or as peers that no transport looks after. */
import { once } from 'node:events';
import type { Hub } from '../../src/hub/hub.ts';
import type { Session } from '../../src/hub/session.ts';
import { newCounts, type Peer } from '../../src/transport/transport.ts';
import { encodeNotification, encodeRequest, type Json, type JsonObject } from '../../src/wire/index.ts';
import type { plainTcp } from '../transport/plain.ts';

export const line = (value: Json): string => `${JSON.stringify(value)}\n`;

export const hello = (params: JsonObject, id = 1): string =>
  Buffer.from(encodeRequest(id, 'hello', params)).toString();

/** A connection of a board; what came of the hub, message by message. */
export class Wire {
  readonly end: Awaited<ReturnType<typeof plainTcp>>;
  #buffer = '';
  readonly #lines: JsonObject[] = [];
  readonly #waiting: (() => void)[] = [];
  isEnded = false;

  constructor(end: Awaited<ReturnType<typeof plainTcp>>) {
    this.end = end;
    end.socket.on('data', (bytes) => {
      this.#buffer += bytes.toString();
      const lines = this.#buffer.split('\n');
      this.#buffer = lines.pop() ?? '';
      for (const text of lines) this.#lines.push(JSON.parse(text) as JsonObject);
      this.#wake();
    });
    const ended = () => {
      this.isEnded = true;
      this.#wake();
    };
    end.socket.on('end', ended);
    end.socket.on('close', ended);
  }

  send(...messages: (string | JsonObject)[]): void {
    this.end.send(messages.map((one) => (typeof one === 'string' ? one : line(one))).join(''));
  }

  notify(method: string, params: JsonObject): void {
    this.end.send(encodeNotification(method, params));
  }

  /** The next line from the hub that no call has returned yet; undefined when the hub has ended the connection before. */
  async next(): Promise<JsonObject | undefined> {
    for (;;) {
      const message = this.#lines.shift();
      if (message) return message;
      if (this.isEnded) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Says hello and gives the result. @throws Error when it is refused */
  async hello(params: JsonObject): Promise<JsonObject> {
    this.send(hello(params));
    const answer = await this.next();
    if (!answer?.result) throw new Error(JSON.stringify(answer));
    return answer.result as JsonObject;
  }

  /** Resolves when the hub has ended the connection, and ends it from here. */
  async ended(): Promise<void> {
    while (!this.isEnded) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.end.socket.destroy();
  }

  /** Breaks the connection. */
  async reset(): Promise<void> {
    const gone = once(this.end.socket, 'close');
    this.end.socket.resetAndDestroy();
    await gone;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** A connection that no transport looks after: what a board does in it happens at once. */
export class FakeBoard implements Peer {
  static #ports = 1;
  readonly transport = 'tcp';
  readonly host: string = '10.0.0.7';
  readonly port = FakeBoard.#ports++;
  readonly address = `10.0.0.7:${this.port}`;
  readonly framed = true;
  readonly stream = true;
  readonly maxBytes = 1_000_000;
  readonly counts = newCounts();
  readonly session: Session;
  /** What the hub has sent, message by message. */
  readonly got: JsonObject[] = [];
  isEnded = false;
  /** What was sent after the end. */
  late = 0;
  /** Whether it does not read. */
  isFull = false;

  constructor(hub: Hub) {
    this.session = hub.session(this, { answers: true });
  }

  send(bytes: Uint8Array): boolean {
    if (this.isEnded) this.late++;
    if (this.isEnded || this.isFull) return false;
    for (const text of Buffer.from(bytes).toString().trimEnd().split('\n'))
      this.got.push(JSON.parse(text) as JsonObject);
    return true;
  }

  frame(): void {}

  close(): void {
    this.isEnded = true;
  }

  /** One read of the hub. */
  sends(...messages: (string | JsonObject)[]): void | Promise<void> {
    return this.session.take(
      messages.map((one) => Buffer.from((typeof one === 'string' ? one : line(one)).trimEnd())),
    );
  }

  async hello(params: JsonObject): Promise<JsonObject | undefined> {
    await this.sends(hello(params));
    return this.got.at(-1)?.result as JsonObject | undefined;
  }

  /** The connection is gone. */
  breaks(): void {
    this.isEnded = true;
    this.session.closed('RESET');
  }

  /** What of it is of a method. */
  gotOf(method: string): JsonObject[] {
    return this.got.filter((message) => message.method === method);
  }
}
