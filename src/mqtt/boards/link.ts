import { randomBytes } from 'node:crypto';
import { helloLimits } from '../../hub/hello.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Receipt } from '../../hub/post.ts';
import type { Session } from '../../hub/session.ts';
import { newCounts, type Peer } from '../../transport/transport.ts';
import {
  encodeError,
  encodeRequest,
  encodeResult,
  isObject,
  type Json,
  type JsonObject,
  RPC,
} from '../../wire/index.ts';
import { jsonOf } from '../join/values.ts';

/** Where a connection's client is. */
export interface ClientEnd {
  host: string;
  port: number;
  /** `HOST:PORT`. */
  address: string;
  secure: boolean;
}

/** What a link needs of its connection. */
export interface LinkEvents {
  /** The hub gives the board a command: to be published. */
  command(board: string, name: string, args: Json): void;
  /** The hub, or an app of it, answers a text. */
  reply(board: string, text: Buffer): void;
  /** The hub ends the link: another one took its place, or its key is not valid any more. */
  over(link: Link, why: string): void;
}

/** UTF-16 units of why a command was not done: a sentence. */
const LONGEST_ERROR = 1_024;
/** A heartbeat that MQTT's own keepalive makes unnecessary: as rare as the hub has them, milliseconds. */
const SELDOM_MS = 600_000;

/**
 * One board on one connection: to the hub a peer that speaks its lines. It says hello for a board that is there for as long as its
 * connection; without that, it is a plain peer that goes by a name.
 */
export class Link implements Peer {
  readonly transport = 'mqtt';
  readonly stream = true;
  readonly framed = true;
  readonly maxBytes = Number.POSITIVE_INFINITY;
  readonly board: string;
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly secure: boolean;
  readonly counts = newCounts();
  readonly #session: Session;
  readonly #events: LinkEvents;
  readonly #open = new Map<string, number[]>(); // command → ids that wait for a reply; the hub has eight open at most
  #units: Uint8Array[] = [];
  #said: JsonObject = {};
  #isAcknowledged = false; // somebody waits to be told what became of these
  #hasGreeted = false;
  #greeting: number | undefined; // keepalive, of a hello that is not said yet
  readonly #commands = new Set<string>(); // that are not announced yet
  #bye = '';
  #isOver = false;

  /** @param key the id of the key that its client has proved */
  constructor(hub: Hub, board: string, end: ClientEnd, key: string | undefined, events: LinkEvents) {
    this.board = board;
    this.host = end.host;
    this.port = end.port;
    this.address = end.address;
    this.secure = end.secure;
    this.#events = events;
    this.#session = hub.session(this, {
      board,
      answers: false,
      ...(key !== undefined && { proof: { board, key } }),
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it is the board, as far as presence and commands go. */
  get hasGreeted(): boolean {
    return this.#hasGreeted;
  }

  /**
   * Says hello. What is put in later comes after it.
   * @param keepaliveMs of the connection; 0 for none
   * @param said what the board says of itself, as the parameters of `hello`
   */
  greet(keepaliveMs: number, said: JsonObject = {}): void {
    this.#hasGreeted = true;
    this.#said = said;
    this.#greeting = keepaliveMs || SELDOM_MS;
  }

  /** Whether that is what the board says of itself already. */
  isSaying(said: JsonObject): boolean {
    return JSON.stringify(said) === JSON.stringify(this.#said);
  }

  /** What the board can be told to do: it has subscribed to that. */
  announces(command: string): void {
    if (this.#commands.size < helloLimits.commands) this.#commands.add(command);
    this.#announce();
  }

  /** @param isAcknowledged whether its sender waits until it is stored */
  put(unit: Uint8Array, isAcknowledged: boolean): void {
    this.#units.push(unit);
    this.#isAcknowledged ||= isAcknowledged;
    this.counts.messagesIn++;
    this.counts.bytesIn += unit.length;
  }

  /** What it published as what came of a command is the reply to the oldest one that waits. */
  replied(command: string, payload: Buffer): void {
    const id = this.#open.get(command)?.shift();
    if (id !== undefined) this.#units.push(encodeResult(id, jsonOf(payload.toString())));
  }

  failed(command: string, payload: Buffer): void {
    const id = this.#open.get(command)?.shift();
    if (id === undefined) return;
    this.#units.push(encodeError(id, RPC.RAISED, payload.toString().slice(0, LONGEST_ERROR)));
  }

  /**
   * Hands in what was put.
   * @returns `wait`: not before that is more to be read; `stored`: whether the store has all of what is to be acknowledged
   */
  flush(): { wait?: Promise<void>; stored?: Promise<boolean> } {
    if (this.#greeting !== undefined) this.#units.unshift(this.#hello(this.#greeting));
    this.#greeting = undefined;
    const units = this.#units;
    if (units.length === 0) return {};
    this.#units = [];
    if (!this.#isAcknowledged) {
      const wait = this.#session.take(units);
      return wait ? { wait } : {};
    }
    this.#isAcknowledged = false;
    const received = this.#session.receive(units);
    return { wait: received.then(NOTHING, NOTHING), stored: received.then(isStored, () => false) };
  }

  send(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    for (const line of Buffer.from(bytes).toString().split('\n')) if (line !== '') this.#told(line);
    this.counts.messagesOut++;
    this.counts.bytesOut += bytes.length;
    return true;
  }

  frame(): void {}

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#session.closed();
    this.#events.over(this, this.#bye);
  }

  /** Its connection is gone. @param why `CLOSED` where the client said so */
  gone(why: 'CLOSED' | 'RESET'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // What came before its end is taken, also where its hello is not answered yet.
    const rest = this.#session.finished();
    if (rest) void rest.finally(() => this.#session.closed(why));
    else this.#session.closed(why);
  }

  #told(line: string): void {
    const said = jsonOf(line);
    if (!isObject(said) || said.jsonrpc !== '2.0') {
      this.#events.reply(this.board, Buffer.from(line));
      return;
    }
    const { id, method, params } = said;
    if (id === HELLO) this.#announce();
    else if (method === '$ping') this.#session.link?.heard();
    else if (method === '$bye') this.#bye = isObject(params) ? String(params.why) : '';
    else if (typeof method === 'string' && !method.startsWith('$') && typeof id === 'number')
      this.#command(id, method, params);
  }

  #hello(keepalive: number): Uint8Array {
    const { commands: announced, metrics = null, library = 'MQTT 3.1.1', reset = null } = this.#said;
    const found = Object.fromEntries([...this.#commands].map((command) => [command, {}]));
    const commands = isObject(announced) ? { ...found, ...announced } : found;
    this.#commands.clear();
    const boot = `mqtt-${randomBytes(6).toString('hex')}`;
    const hello = { board: this.board, boot, library, keepalive, commands, metrics, reset };
    return encodeRequest(HELLO, 'hello', hello);
  }

  /** Once its hello is answered. */
  #announce(): void {
    const { link, board } = this.#session;
    if (!link) return;
    for (const command of this.#commands) board?.presence?.announces(link, command);
    this.#commands.clear();
  }

  #command(id: number, name: string, params: Json | undefined): void {
    const open = this.#open.get(name);
    if (open) open.push(id);
    else this.#open.set(name, [id]);
    const { $deadline: _, ...args } = isObject(params) ? params : {};
    this.#events.command(this.board, name, args);
  }
}

const HELLO = 'hello';

const NOTHING = () => {};

const isStored = ({ refused }: Receipt): boolean =>
  refused.every((reason) => reason !== 'STORE_FAILED' && reason !== 'STORE_BEHIND');
