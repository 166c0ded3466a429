import type { Alarm, Clock } from '../clock.ts';
import {
  encodeError,
  encodeResult,
  type Json,
  type JsonObject,
  type Request,
  RPC,
  type RpcId,
} from '../wire/index.ts';
import { LONGEST_DEADLINE_MS } from './command-text.ts';
import { isThenable } from './events.ts';
import { notJson } from './jsonable.ts';

/** Calls of a board that are under way at a time. More than a chip's memory has room to wait for. */
const MAX_CALLS = 16;
/** Milliseconds for a call whose board says nothing of how long it waits. */
const CALL_MS = 10_000;
/** UTF-16 units of what a function threw that the board is told: its line has 8192 bytes, its memory little room. */
const MESSAGE_LENGTH = 1_024;

/** Whose call it is, and how long somebody waits for it. */
export interface CallContext {
  /** The name of the board that calls. */
  readonly board: string;
  /** When the board gives up, milliseconds since 1970 UTC. */
  readonly deadline: number;
  /** Aborts then, when the board has given up before, and when its session ends: nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/**
 * A function that the hub offers to boards. What it returns, or resolves to, is the board's result: what JSON can say, or nothing;
 * what it throws is the board's error.
 * @param params as the board gave them, by name. Nothing has checked them: whatever their type says, they are the board's word
 */
export type Method<Params extends object = JsonObject> = (params: Params, call: CallContext) => unknown;

/** Who calls: a session of a board. */
export interface Caller {
  readonly board: string;
  /** Bytes of a line to it, its LF not counted. */
  readonly longest: number;
  /** One line, its LF included. */
  send(bytes: Uint8Array): boolean;
}

interface Call {
  readonly controller: AbortController;
  alarm: Alarm | undefined;
}

/**
 * What one session of a board has asked the hub to do. Each call is answered once, in time or with an error: a function that
 * never settles keeps neither a place nor the board.
 */
export class Calls {
  readonly #clock: Clock;
  readonly #caller: Caller;
  readonly #underWay = new Map<RpcId, Call>();

  constructor(clock: Clock, caller: Caller) {
    this.#clock = clock;
    this.#caller = caller;
  }

  /** Answers a request, now or when the method is done. */
  call({ id, params = {} }: Request, method: Method): void {
    if (Array.isArray(params)) {
      this.#fail(id, RPC.INVALID_PARAMS, 'parameters are given by name, as an object');
      return;
    }
    const timeout = params.$timeout ?? CALL_MS;
    if (typeof timeout !== 'number' || !(timeout > 0)) {
      this.#fail(id, RPC.INVALID_PARAMS, '$timeout is a number of milliseconds above 0');
      return;
    }
    if (this.#underWay.has(id)) {
      this.#fail(id, RPC.INVALID_REQUEST, 'a call with this id is under way');
      return;
    }
    if (this.#underWay.size >= MAX_CALLS) {
      this.#fail(id, RPC.BUSY, `more than ${MAX_CALLS} calls at once`);
      return;
    }
    const ms = Math.min(Math.max(1, Math.round(timeout)), LONGEST_DEADLINE_MS);
    const call: Call = { controller: new AbortController(), alarm: undefined };
    const context = {
      board: this.#caller.board,
      deadline: this.#clock.now() + ms,
      signal: call.controller.signal,
    };
    this.#underWay.set(id, call);
    try {
      const result = method(withoutOurs(params), context);
      if (isThenable(result)) this.#await(id, call, ms, result);
      else this.#succeed(id, call, result);
    } catch (error) {
      this.#raised(id, call, error);
    }
  }

  /** The board has given a call up. Harmless when it is over. */
  cancel(id: RpcId): void {
    this.#stop(id, 'the call was given up');
  }

  /** The session is over: nobody waits any more. */
  end(): void {
    const calls = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const { alarm, controller } of calls) {
      alarm?.cancel();
      controller.abort(new DOMException('the session of the board has ended', 'AbortError'));
    }
  }

  #await(id: RpcId, call: Call, ms: number, result: PromiseLike<unknown>): void {
    call.alarm = this.#clock.alarm(ms, () => this.#stop(id, `no result within ${ms} ms`, 'TimeoutError'));
    result.then(
      (value) => this.#succeed(id, call, value),
      (error: unknown) => this.#raised(id, call, error),
    );
  }

  #stop(id: RpcId, why: string, name = 'AbortError'): void {
    const call = this.#underWay.get(id);
    if (!call || !this.#isOver(id, call)) return;
    this.#fail(id, RPC.STOPPED, why);
    call.controller.abort(new DOMException(why, name));
  }

  #succeed(id: RpcId, call: Call, value: unknown): void {
    if (!this.#isOver(id, call)) return;
    const result = value === undefined ? null : value;
    const fault = notJson(result, 'its result');
    if (fault) {
      this.#fail(id, RPC.RAISED, `TypeError: ${fault}, which JSON cannot say`);
      return;
    }
    const line = encodeResult(id, result);
    const { longest } = this.#caller;
    if (line.length <= longest + 1) this.#caller.send(line);
    else this.#fail(id, RPC.RESULT_TOO_LONG, `a line has at most ${longest} bytes`);
  }

  #raised(id: RpcId, call: Call, error: unknown): void {
    if (this.#isOver(id, call)) this.#fail(id, RPC.RAISED, messageOf(error));
  }

  /** Takes a call from those under way. @returns false when it was not among them any more */
  #isOver(id: RpcId, call: Call): boolean {
    if (this.#underWay.get(id) !== call) return false;
    this.#underWay.delete(id);
    call.alarm?.cancel();
    return true;
  }

  #fail(id: RpcId, code: number, message: string, data?: Json): void {
    this.#caller.send(encodeError(id, code, message, data));
  }
}

function withoutOurs(params: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith('$')));
}

function messageOf(error: unknown): string {
  let message = 'a function of the hub threw what has no text';
  try {
    message = String(error);
  } catch {
    // an object without a prototype, for one
  }
  return message.slice(0, MESSAGE_LENGTH);
}
