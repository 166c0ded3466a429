import type { Clock } from '../../clock.ts';
import type { JsonObject } from '../../wire/index.ts';
import type { CommandOutcome } from '../command-outcomes.ts';
import type { Inside } from '../inside.ts';
import { PROGRAM_METHOD, type ProgramInfo } from './info.ts';
import { type Program, type ProgramFile, programOf } from './manifest.ts';
import { isUpdating, needsKey, refusal, rolledBack, undecided, undelivered } from './sentences.ts';
import { Verdict } from './verdict.ts';

export const updateTimes = {
  /** Milliseconds until a step is begun; a board that is away for a moment has that long to come back. */
  step: 30_000,
  /** Milliseconds in which the whole program arrives, else it is given up. */
  sending: 600_000,
  /** Milliseconds for the verdict: three starts on trial of three minutes each, and their resets. */
  trial: 660_000,
} as const;

/** Milliseconds until it begins anew. */
const AGAIN_MS = 500;
/** Bytes of a file in one request: with base64 and its envelope a third of a line. */
const CHUNK = 1_536;
/** Requests that are under way at once: the next is there when the board has written one. */
const AHEAD = 3;

export interface UpdateProgress {
  /** `sending`: bytes of `total` that the board has; `trial`: it has started with the new program. */
  state: 'sending' | 'trial';
  bytes: number;
  total: number;
}

export interface UpdateOptions {
  /** Gives it up: while the program is sent, the board goes on as before; once it is on trial the board decides by itself. */
  signal?: AbortSignal;
  onProgress?: (progress: UpdateProgress) => void;
  /** Milliseconds that the program has to arrive; 600,000 unless told. */
  deadline?: number;
}

export type UpdateOutcome =
  /** The board runs it, and it has held a session. */
  | { outcome: 'done'; id: string; sent: number }
  /** The board refused it, or tried it and went back to the one before. */
  | { outcome: 'failed'; id: string; message: string }
  /** It did not arrive: the board runs what it ran before. */
  | { outcome: 'expired'; id: string; message: string }
  /** It may be on trial still. */
  | { outcome: 'unknown'; id: string; message: string };

/** @throws KitelineError BAD_ARGUMENT, NOT_ALLOWED, HELD */
export async function updateBoard(
  board: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  inside: Inside,
  options: UpdateOptions,
): Promise<UpdateOutcome> {
  const program = programOf(files);
  if (!inside.keys.isClosed(board)) throw needsKey(board);
  const done = inside.programs.claim(board);
  if (!done) throw isUpdating(board);
  try {
    return await new Update(board, program, inside, options).run();
  } finally {
    done();
  }
}

/** The board has started anew, or something was lost: from the beginning again; what it has is not sent twice. */
const AGAIN = Symbol('again');

/** Gives one board a new program. Whatever happens on the way the board has a whole program: the old one, or the new one. */
class Update {
  readonly #board: string;
  readonly #program: Program;
  readonly #inside: Inside;
  readonly #options: UpdateOptions;
  readonly #clock: Clock;
  readonly #until: number;
  #sent = 0;
  #has = 0;
  /** It was told that it has all of it, and may have heard that. */
  #mayHaveAll = false;

  constructor(board: string, program: Program, inside: Inside, options: UpdateOptions) {
    this.#board = board;
    this.#program = program;
    this.#inside = inside;
    this.#options = options;
    this.#clock = inside.clock;
    this.#until = inside.clock.monotonic() + (options.deadline ?? updateTimes.sending);
  }

  async run(): Promise<UpdateOutcome> {
    const { id } = this.#program;
    const info = this.#info;
    if (info && info.id === id && !info.trial) return { outcome: 'done', id, sent: 0 };
    const verdict = new Verdict(this.#board, id, this.#inside);
    try {
      const end = info?.id === id ? undefined : await this.#deliver(verdict);
      if (end) return end;
      this.#tell('trial');
      return await this.#judged(verdict);
    } finally {
      verdict.close();
    }
  }

  get #info(): ProgramInfo | undefined {
    return this.#inside.boards.get(this.#board)?.presence?.info.program;
  }

  /** @returns undefined when the board has all of it, or may have */
  async #deliver(verdict: Verdict): Promise<UpdateOutcome | undefined> {
    const { id } = this.#program;
    for (;;) {
      const end = await this.#send(verdict);
      // It started anew with the new program, whatever it answered: it had all of it.
      if (verdict.hasBegun) return undefined;
      if (end !== AGAIN) return end;
      if (this.#options.signal?.aborted || this.#clock.monotonic() >= this.#until)
        return this.#mayHaveAll
          ? undefined
          : {
              outcome: 'expired',
              id,
              message: undelivered(this.#board),
            };
      await pause(this.#clock, AGAIN_MS);
    }
  }

  async #send(verdict: Verdict): Promise<UpdateOutcome | typeof AGAIN | undefined> {
    const { id, files, bytes } = this.#program;
    this.#has = 0;
    const begun = await this.#ask({ do: 'begin', id, size: bytes });
    if (begun !== undefined) return begun;
    verdict.isTaken = true;
    this.#mayHaveAll = false; // it runs what it ran before
    for (const file of files) {
      const end = await this.#sendFile(file);
      if (end !== undefined) return end;
    }
    const last = await this.#step({ do: 'end' });
    this.#mayHaveAll = last.isUnknown === true;
    return last.end;
  }

  async #sendFile({ path, content, hash }: ProgramFile): Promise<UpdateOutcome | typeof AGAIN | undefined> {
    const answers: Promise<Step>[] = [];
    const first = await this.#step({ do: 'file', path, size: content.length, hash });
    if (first.end !== undefined) return first.end;
    if (!first.has) {
      for (let at = 0; at < content.length; at += CHUNK) {
        const data = Buffer.from(content.subarray(at, at + CHUNK)).toString('base64');
        answers.push(this.#step({ do: 'data', at, data }));
        this.#sent += Math.min(CHUNK, content.length - at);
        if (answers.length < AHEAD) continue;
        const end = (await answers.shift())?.end;
        if (end !== undefined) return settledFirst(answers, end);
        this.#tell('sending', at);
      }
      for (const answer of answers) {
        const { end } = await answer;
        if (end !== undefined) return settledFirst(answers, end);
      }
    }
    this.#has += content.length;
    this.#tell('sending');
    return undefined;
  }

  async #ask(args: JsonObject): Promise<UpdateOutcome | typeof AGAIN | undefined> {
    return (await this.#step(args)).end;
  }

  /** One request. */
  async #step(args: JsonObject): Promise<Step> {
    if (this.#options.signal?.aborted) return { has: false, end: AGAIN };
    const outcome = await this.#command(args);
    if (outcome.outcome === 'done') {
      const { result } = outcome;
      return { has: typeof result === 'object' && result !== null && 'have' in result };
    }
    const { id } = this.#program;
    if (outcome.outcome === 'failed')
      return {
        has: false,
        end: { outcome: 'failed', id, message: refusal(this.#board, outcome.error.message) },
      };
    if (outcome.why === 'NOT_ALLOWED')
      return { has: false, end: { outcome: 'failed', id, message: outcome.message } };
    return { has: false, end: AGAIN, isUnknown: outcome.outcome === 'unknown' };
  }

  #command(args: JsonObject): Promise<CommandOutcome> {
    const { signal } = this.#options;
    const left = Math.max(1, Math.min(updateTimes.step, this.#until - this.#clock.monotonic()));
    const settled = Promise.withResolvers<CommandOutcome>();
    const giveUp = this.#inside.commands.start(this.#board, PROGRAM_METHOD, args, left, settled.resolve);
    signal?.addEventListener('abort', giveUp, { once: true });
    return settled.promise.finally(() => signal?.removeEventListener('abort', giveUp));
  }

  async #judged(verdict: Verdict): Promise<UpdateOutcome> {
    const { id } = this.#program;
    const end = await verdict.within(updateTimes.trial, this.#options.signal);
    if (end === 'good') return { outcome: 'done', id, sent: this.#sent };
    if (end !== undefined) return { outcome: 'failed', id, message: rolledBack(this.#board, end.why) };
    return {
      outcome: 'unknown',
      id,
      message: undecided(this.#board),
    };
  }

  #tell(state: UpdateProgress['state'], bytes = 0): void {
    const { bytes: total } = this.#program;
    this.#options.onProgress?.({ state, bytes: state === 'trial' ? total : this.#has + bytes, total });
  }
}

interface Step {
  /** The board has the whole file. */
  has: boolean;
  end?: UpdateOutcome | typeof AGAIN;
  /** It was sent, and nobody knows whether the board did it. */
  isUnknown?: boolean;
}

/** What is under way is settled before anything else is asked. */
async function settledFirst<T>(answers: readonly Promise<Step>[], end: T): Promise<T> {
  await Promise.all(answers);
  return end;
}

const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => clock.alarm(ms, () => resolve()));
