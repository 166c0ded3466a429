import type { Clock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import type { Request, RpcId } from '../wire/index.ts';
import { type Caller, Calls, type Method } from './calls.ts';
import { checkFunctionName } from './command-text.ts';

/** Bytes of the names that an error lists: half a line, and more than an app offers. */
const LISTED_BYTES = 4_096;

/** The functions that the hub offers to boards, and who uses them now. */
export class Methods {
  readonly #clock: Clock;
  readonly #byName = new Map<string, Method>();
  readonly #calls = new Map<Caller, Calls>(); // of sessions that have called

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Replaces the one of this name; undefined removes it. @throws KitelineError BAD_ARGUMENT */
  set(name: string, method: Method | undefined): void {
    checkFunctionName(name);
    if (name === 'hello') {
      throw new KitelineError(
        'BAD_ARGUMENT',
        say(
          'No method can be called hello: with it a board begins its session.',
          '方法不能命名为 hello：板子用它开始会话。',
        ),
      );
    }
    if (method) this.#byName.set(name, method);
    else this.#byName.delete(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** A session of a board calls one. @returns false when there is none of that name, which is not answered here */
  called(request: Request, session: Caller): boolean {
    const method = this.#byName.get(request.method);
    if (!method) return false;
    let calls = this.#calls.get(session);
    if (!calls) {
      calls = new Calls(this.#clock, session);
      this.#calls.set(session, calls);
    }
    calls.call(request, method);
    return true;
  }

  /** The board has given a call up. Harmless when it is over. */
  cancelled(id: RpcId, session: Caller): void {
    this.#calls.get(session)?.cancel(id);
  }

  /** That session has ended. */
  offline(session: Caller): void {
    this.#calls.get(session)?.end();
    this.#calls.delete(session);
  }

  /** The names, as many as fit into an error. */
  get listed(): string[] {
    const names: string[] = [];
    let bytes = 0;
    for (const name of this.#byName.keys()) {
      bytes += Buffer.byteLength(JSON.stringify(name)) + 1;
      if (bytes > LISTED_BYTES) break;
      names.push(name);
    }
    return names;
  }
}
