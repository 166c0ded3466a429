import type { Alarm, Clock } from '../clock.ts';
import { inLanguage, say } from '../language.ts';
import type { PackedSamples } from '../store/packed.ts';
import type { Value } from '../wire/index.ts';
import type { AlertMessage } from './alerts/rule.ts';
import type { LeaseEndWhy } from './control/ends.ts';
import type { Via } from './control/path.ts';
import type { DialInfo } from './dial.ts';
import type { PresenceState } from './presence-info.ts';
import type { RefusedMessage } from './refusals.ts';
import type { Round } from './round.ts';

/** A text as the app gets it. */
export interface TextMessage {
  board: string;
  text: string;
  /** The bytes as they came, when they were no UTF-8. */
  bytes?: Uint8Array;
  /** When it arrived, milliseconds since 1970 UTC. */
  at: number;
  /** `HOST:PORT` of the sender. */
  from: string;
  transport: string;
}

/** A sample as the app gets it, after the store has accepted it. */
export interface SampleMessage {
  board: string;
  /** Metric → value. */
  values: ReadonlyMap<string, Value>;
  units?: ReadonlyMap<string, string>;
  /** Of when it is, milliseconds since 1970 UTC. */
  at: number;
  /** `HOST:PORT` of the sender. */
  from: string;
}

/** A board that says hello is there, or is lost. */
export interface PresenceMessage extends Omit<PresenceState, 'since'> {
  board: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
}

/** Who steers a board began, took over or ended; or setpoints go another way than before. */
export interface ControlMessage {
  board: string;
  control: string;
  /** Who has the lease, or had it. */
  holder?: string;
  state: 'held' | 'taken over' | 'ended' | 'way';
  /** How it ended. */
  why?: LeaseEndWhy;
  /** A sentence, where it was taken over or ended. */
  message?: string;
  /** How setpoints go from now on, and what was measured of that way: how many get lost (0 to 1), milliseconds there and back. */
  via?: Via;
  loss?: number;
  roundTrip?: number;
  /** Milliseconds since 1970 UTC. */
  at: number;
}

/** What a board's program printed, logged or died of. */
export interface LogMessage {
  board: string;
  level: LogLevel;
  text: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
}

export type LogLevel = 'print' | 'log' | 'error';

/** What a text handler may answer: sent as it is, nothing added. Nothing: the next handler or the configured reply answers. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is the common one
export type Reply = string | Uint8Array | undefined | void;

/** Something went wrong in the app, the store or a transport; the hub goes on. */
export interface Problem {
  what: 'handler failed' | 'handler took too long' | 'store failed' | 'transport failed' | 'name used twice';
  error: unknown;
}

export interface HubEvents {
  text: (message: TextMessage) => Reply | Promise<Reply>;
  sample: (message: SampleMessage) => unknown;
  /** Samples of everybody that were stored together, packed: for who passes on very many. They are the hub's again when this returns. */
  stored: (samples: PackedSamples) => unknown;
  /** A board sent its first message. */
  board: (name: string) => unknown;
  presence: (message: PresenceMessage) => unknown;
  log: (message: LogMessage) => unknown;
  /** Somebody begins to steer a board, takes it over or ends, or setpoints go another way. */
  control: (message: ControlMessage) => unknown;
  refused: (message: RefusedMessage) => unknown;
  /** An alert rule begins to fire, is quiet again, or is removed while it fires. */
  alert: (message: AlertMessage) => unknown;
  /** A board that is dialled is connected, or is not. */
  dial: (info: DialInfo) => unknown;
  problem: (problem: Problem) => unknown;
}

/** Milliseconds that a text handler may take: longer than any answer that a board would still wait for. */
export const HANDLER_MS = 10_000;

/** The app's handlers, called so that none of them can hurt the hub. */
export class Handlers {
  #lists: { [E in keyof HubEvents]: HubEvents[E][] } = {
    text: [],
    sample: [],
    stored: [],
    board: [],
    presence: [],
    log: [],
    control: [],
    refused: [],
    alert: [],
    dial: [],
    problem: [],
  };
  #clock: Clock;
  #failed = (error: unknown) => this.problem({ what: 'handler failed', error });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add<E extends keyof HubEvents>(event: E, handler: HubEvents[E]): void {
    this.#lists[event].push(handler);
  }

  remove<E extends keyof HubEvents>(event: E, handler: HubEvents[E]): void {
    const list = this.#lists[event];
    const at = list.indexOf(handler);
    if (at >= 0) list.splice(at, 1);
  }

  /** Every sample of a round that is stored. */
  samples(round: Round): void {
    if (this.#lists.stored.length > 0) tell(this.#lists.stored, round.samples, this.#failed);
    if (this.#lists.sample.length === 0) return;
    round.forEachSample((sender, layout, at, first) => {
      const message = { ...round.samples.sampleAt(layout, at, first), from: sender.address };
      tell(this.#lists.sample, message, this.#failed);
    });
  }

  board(name: string): void {
    tell(this.#lists.board, name, this.#failed);
  }

  presence(message: PresenceMessage): void {
    tell(this.#lists.presence, message, this.#failed);
  }

  log(message: LogMessage): void {
    tell(this.#lists.log, message, this.#failed);
  }

  control(message: ControlMessage): void {
    tell(this.#lists.control, message, this.#failed);
  }

  refused(message: RefusedMessage): void {
    tell(this.#lists.refused, message, this.#failed);
  }

  alert(message: AlertMessage): void {
    tell(this.#lists.alert, message, this.#failed);
  }

  dial(info: DialInfo): void {
    tell(this.#lists.dial, info, this.#failed);
  }

  problem(problem: Problem): void {
    const handlers = this.#lists.problem;
    if (handlers.length === 0) console.error(`kiteline: ${problem.what}:`, problem.error);
    tell(handlers, problem, problemUntold);
  }

  /**
   * The reply of the first handler that gives one, all of them called.
   * @returns undefined when none does; `'failed'` in `state` when one failed and none answered, so that nobody is
   *   told `ok` about what was not done
   */
  text(message: TextMessage): TextAnswer | Promise<TextAnswer> {
    if (this.#lists.text.length === 0) return NO_ANSWER;
    const answers = [...this.#lists.text].map((handler) => this.#ask(() => handler(message)));
    if (!answers.some((answer) => answer instanceof Promise)) return firstOf(answers as TextAnswer[]);
    return Promise.all(answers).then(firstOf);
  }

  /** The answer to a text, for which its sender waits. */
  #ask(call: () => unknown): TextAnswer | Promise<TextAnswer> {
    try {
      const result = call();
      return isThenable(result) ? this.#within(result) : answerOf(result);
    } catch (error) {
      this.problem({ what: 'handler failed', error });
      return FAILED;
    }
  }

  #within(result: PromiseLike<unknown>): Promise<TextAnswer> {
    return new Promise((resolve) => {
      let alarm: Alarm | undefined = this.#clock.alarm(HANDLER_MS, () => {
        alarm = undefined;
        this.problem({
          what: 'handler took too long',
          error: new Error(
            say(`no answer within ${HANDLER_MS / 1000} s`, `${HANDLER_MS / 1000} 秒内没有回答`),
          ),
        });
        resolve(FAILED);
      });
      result.then(
        (value) => {
          alarm?.cancel();
          resolve(answerOf(value));
        },
        (error: unknown) => {
          // Also a failure after its time is told: it would be an unhandled rejection otherwise.
          alarm?.cancel();
          this.problem({ what: 'handler failed', error });
          resolve(FAILED);
        },
      );
    });
  }
}

/** Tells handlers of what happened: nobody waits for them, however long they take. */
function tell<M>(
  handlers: readonly ((message: M) => unknown)[],
  message: M,
  failed: (error: unknown) => void,
): void {
  for (const handler of [...handlers]) {
    try {
      // In the language of this process, whoever's request it comes of: it is told to who reads what this process says.
      const result = inLanguage(undefined, () => handler(message));
      if (isThenable(result)) result.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }
}

const problemUntold = (error: unknown) => console.error('kiteline: a problem handler failed:', error);

export type TextAnswer =
  | { state: 'none' }
  | { state: 'failed' }
  | { state: 'reply'; reply: string | Uint8Array };

const NO_ANSWER: TextAnswer = { state: 'none' };
const FAILED: TextAnswer = { state: 'failed' };

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

function answerOf(value: unknown): TextAnswer {
  return typeof value === 'string' || value instanceof Uint8Array
    ? { state: 'reply', reply: value }
    : NO_ANSWER;
}

function firstOf(answers: TextAnswer[]): TextAnswer {
  return (
    answers.find((answer) => answer.state === 'reply') ??
    answers.find((answer) => answer.state === 'failed') ??
    NO_ANSWER
  );
}
