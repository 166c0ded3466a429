import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import type { BoardHandle, CommandOptions } from '../hub/board-handle.ts';
import { type CommandOutcome, reasonSentence } from '../hub/command-outcomes.ts';
import { say } from '../language.ts';
import type { JsonObject } from '../wire/index.ts';

/** Commands that can be looked up: those that are open, and the newest that are settled. A result has 8 KiB at most. */
const MOST = 1_000;

/** A command that was accepted, as `GET /api/v1/commands/ID` answers it. */
export interface AcceptedCommand {
  /** 16 hex digits, random. */
  id: string;
  board: string;
  name: string;
  /** When it was accepted, milliseconds since 1970 UTC. */
  at: number;
  state: 'open' | 'settled';
  /** Of one that is settled. */
  outcome?: CommandOutcome;
}

interface Kept {
  readonly info: Omit<AcceptedCommand, 'state' | 'outcome'>;
  readonly giveUp: () => void;
  outcome: CommandOutcome | undefined;
}

/** Commands that nobody waits for: what became of them can be looked up, for as long as the hub runs. */
export class Accepted {
  /** Settled ones that made room for newer ones. */
  forgotten = 0;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>(); // in the order in which they came

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether so many are open that none can be forgotten. */
  get isFull(): boolean {
    return this.#kept.size >= MOST && ![...this.#kept.values()].some(({ outcome }) => outcome);
  }

  /** @throws KitelineError BAD_ARGUMENT, CLOSED: it is not accepted then */
  async take(
    board: BoardHandle,
    name: string,
    args: JsonObject | undefined,
    options: CommandOptions,
  ): Promise<AcceptedCommand> {
    const gone = new AbortController();
    const settled = board.command(name, args, { ...options, signal: gone.signal });
    const info = { id: randomBytes(8).toString('hex'), board: board.name, name, at: this.#clock.now() };
    const kept: Kept = { info, giveUp: () => gone.abort(), outcome: undefined };
    // What cannot be a command is said at once.
    const begun = new Promise<void>((resolve) => setImmediate(resolve));
    const ended = settled.then((outcome) => {
      kept.outcome = outcome;
    });
    await Promise.race([ended, begun]);
    ended.catch(() => {}); // said above
    this.#forget();
    this.#kept.set(info.id, kept);
    return infoOf(kept);
  }

  /** @throws KitelineError NOT_FOUND */
  get(id: string): AcceptedCommand {
    return infoOf(this.#of(id));
  }

  /** Gives it up: it does not run if it has not begun. Harmless when it is settled. @throws KitelineError NOT_FOUND */
  giveUp(id: string): AcceptedCommand {
    const kept = this.#of(id);
    kept.giveUp();
    return infoOf(kept);
  }

  #of(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept) return kept;
    throw new KitelineError(
      'NOT_FOUND',
      say(
        `There is no command ${id}: the last ${MOST} since the hub was started can be looked up.`,
        `没有命令 ${id}：只能查询中枢启动以来最近的 ${MOST} 条。`,
      ),
    );
  }

  #forget(): void {
    for (const [id, { outcome }] of this.#kept) {
      if (this.#kept.size < MOST) return;
      if (!outcome) continue;
      this.#kept.delete(id);
      this.forgotten++;
    }
  }
}

/** Whether whoever asks does not want to wait (RFC 7240 section 4.1). */
export const wantsNoWait = (c: Context): boolean =>
  /(^|,)\s*respond-async\s*(;|,|$)/i.test(c.req.header('prefer') ?? '');

function infoOf({ info, outcome }: Kept): AcceptedCommand {
  return outcome
    ? { ...info, state: 'settled', outcome: said(outcome, info.board) }
    : { ...info, state: 'open' };
}

/** In the language of whoever looks it up. */
function said(outcome: CommandOutcome, board: string): CommandOutcome {
  if (!('why' in outcome)) return outcome;
  return { ...outcome, message: reasonSentence(outcome.why, board) ?? outcome.message };
}
