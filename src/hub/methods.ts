import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import type { JsonObject } from '../wire/index.ts';
import { checkFunctionName } from './command-text.ts';

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

/** Bytes of the names that an error lists: half a line, and more than an app offers. */
const LISTED_BYTES = 4_096;

/** The functions that the hub offers, by name. */
export class Methods {
  readonly #byName = new Map<string, Method>();

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

  get(name: string): Method | undefined {
    return this.#byName.get(name);
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
