import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../clock.ts';
import { GRACE_MS } from '../../hub/commands.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Session } from '../../hub/session.ts';
import { formatHostPort, type HostPort } from '../../transport/address.ts';
import { newCounts, type Peer } from '../../transport/transport.ts';
import {
  decode,
  encodeError,
  encodeRequest,
  encodeResult,
  isObject,
  type JsonObject,
  limits,
  type Request,
  RPC,
} from '../../wire/index.ts';
import { topicOf } from './names.ts';
import { jsonOf } from './values.ts';

/** Commands whose answers are waited for: more than the hub has open of a board. */
const MOST_WAITING = 16;

export interface BoardLinkOptions {
  hub: Hub;
  board: string;
  /** The other end of the connection: the board's own, or the broker's. */
  from: HostPort;
  secure?: boolean;
  /** Sends the board something, at once or never: a command that comes late must not come. @returns false when it cannot */
  publish: (topic: string, payload: string) => boolean;
  clock?: Clock;
}

interface Waiting {
  id: number;
  /** Until when an answer is this command's, in milliseconds of the clock. */
  until: number;
}

/**
 * A board that speaks MQTT, as a peer of the hub in a session of its own: it said hello when it is there. What the hub says in lines
 * becomes publishes, and what the board publishes becomes answers. Between two publishes of one command's name its answers keep
 * their order: MQTT 3.1.1 has nothing else by which they could be told apart.
 */
export class BoardLink implements Peer {
  readonly transport = 'mqtt';
  readonly stream = true;
  readonly framed = true;
  readonly maxBytes = limits.lineBytes + 1;
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly secure: boolean;
  readonly counts = newCounts();
  readonly board: string;
  readonly session: Session;
  readonly #publish: BoardLinkOptions['publish'];
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting[]>(); // by command
  readonly #begun: number;
  #isOver = false;

  /**
   * @param said what the board says of itself, as the parameters of `hello`; its name, and a boot id that is another one each time, are ours to say
   */
  constructor(options: BoardLinkOptions, said: JsonObject = {}) {
    const { hub, board, from, secure = false, publish, clock = systemClock } = options;
    this.board = board;
    this.host = from.host;
    this.port = from.port;
    this.address = formatHostPort(from.host, from.port);
    this.secure = secure;
    this.#publish = publish;
    this.#clock = clock;
    this.#begun = clock.monotonic();
    this.session = hub.session(this, { board, answers: false });
    const { commands, metrics, library, reset } = said;
    const about = Object.fromEntries(
      Object.entries({ commands, metrics, library, reset }).filter(([, value]) => value !== undefined),
    );
    void this.session.take([
      encodeRequest(0, 'hello', { ...about, board, boot: randomBytes(4).toString('hex') }),
    ]);
  }

  /** Whether nothing of it is taken any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @returns whether a command of that name waited for this answer */
  answers(command: string, payload: string, failed = false): boolean {
    const waiting = this.#waiting.get(command);
    const now = this.#clock.monotonic();
    while (waiting?.[0] && waiting[0].until < now) waiting.shift();
    const first = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(command);
    if (!first) return false;
    const line = failed
      ? encodeError(first.id, RPC.RAISED, payload)
      : encodeResult(first.id, jsonOf(payload));
    void this.session.take([line]);
    return true;
  }

  /** Lines of the hub, one or more. */
  send(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    for (const line of Buffer.from(bytes).toString().split('\n')) {
      if (line === '') continue;
      const message = decode(Buffer.from(line));
      if (message.kind === 'request' && !this.#request(message)) return false;
    }
    this.counts.messagesOut++;
    this.counts.bytesOut += bytes.length;
    return true;
  }

  frame(): void {}

  close(): void {
    this.ends();
  }

  /** The board is gone. Harmless when repeated. */
  ends(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.session.closed('CLOSED');
  }

  #request({ id, method, params }: Request): boolean {
    // Whoever holds the connection knows whether the board is there, so it answers for it.
    if (method === '$ping') {
      queueMicrotask(() => this.#isOver || void this.session.take([encodeResult(id, {})]));
      return true;
    }
    if (method.startsWith('$') || typeof id !== 'number') {
      const no = encodeError(id, RPC.METHOD_NOT_FOUND, 'a board over MQTT knows nothing of this');
      queueMicrotask(() => this.#isOver || void this.session.take([no]));
      return true;
    }
    const { $deadline = 0, ...args } = isObject(params) ? params : {};
    if (!this.#publish(topicOf(this.board, method, 'set'), argumentsOf(args))) return false;
    const waiting = this.#waiting.get(method) ?? [];
    waiting.push({ id, until: this.#begun + Number($deadline) + GRACE_MS });
    this.#waiting.set(method, waiting.slice(-MOST_WAITING));
    return true;
  }
}

/** The one argument `value` goes bare, as home automation has it; none at all is an empty object. */
function argumentsOf(args: JsonObject): string {
  const names = Object.keys(args);
  const { value } = args;
  if (names.length !== 1 || value === undefined || value === null) return JSON.stringify(args);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
