import type { Alarm, Clock } from '../clock.ts';
import { encodeRequest, type Json, type Response } from '../wire/index.ts';

/** Of one board, at a time: whoever looks at a board often must not fill its session with questions. */
const MOST = 4;
/** Questions have ids of their own kind, so that no response to one is taken for a command's. */
const PREFIX = 'look';

/** What a board answered: `error` where it does not know the question; undefined when it did not answer in time, or there are too many questions. */
export type Inquiry = { result: Json | undefined; ms: number } | { error: number } | undefined;

/** Questions of the hub's own to a board in its session. They change nothing on it, so they are no commands: none is ever repeated. */
export class Inquiries {
  readonly #clock: Clock;
  readonly #send: (line: Uint8Array) => boolean;
  readonly #open = new Map<string, (response?: Response) => void>();
  #last = 0;

  /** @param send a line to the board; false when it was not sent */
  constructor(clock: Clock, send: (line: Uint8Array) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  /** @param withinMs milliseconds for the answer */
  ask(method: '$ping' | '$doctor', withinMs: number): Promise<Inquiry> {
    if (this.#open.size >= MOST) return Promise.resolve(undefined);
    const id = `${PREFIX}${++this.#last}`;
    const began = this.#clock.monotonic();
    const settled = Promise.withResolvers<Inquiry>();
    let alarm: Alarm | undefined;
    const settle = (response?: Response): void => {
      alarm?.cancel();
      this.#open.delete(id);
      settled.resolve(response && inquiryOf(response, this.#clock.monotonic() - began));
    };
    this.#open.set(id, settle);
    if (this.#send(encodeRequest(id, method, {}))) alarm = this.#clock.alarm(withinMs, () => settle());
    else settle();
    return settled.promise;
  }

  /** @returns whether this is the answer to a question that is open */
  answered(response: Response): boolean {
    const settle = typeof response.id === 'string' ? this.#open.get(response.id) : undefined;
    settle?.(response);
    return settle !== undefined;
  }

  /** The session is over. */
  end(): void {
    for (const settle of [...this.#open.values()]) settle();
  }
}

const inquiryOf = ({ result, error }: Response, ms: number): Inquiry =>
  error ? { error: error.code } : { result, ms };
