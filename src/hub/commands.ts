import type { Clock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { type JsonObject, limits, type Response } from '../wire/index.ts';
import { BoardCommands, type Command, type CommandLink } from './board-commands.ts';
import type { CommandOutcome } from './command-outcomes.ts';
import { checkDeadline, checkFunctionName, commandHead } from './command-text.ts';
import { PROGRAM_METHOD } from './programs/info.ts';

/** Commands of all boards that are not settled. At 8 KiB each, 128 MiB at the very most. */
const MAX_OPEN = 16_384;

/** Milliseconds, unless told: a person still waits. */
export const DEADLINE_MS = 5_000;
/** Milliseconds after the deadline for the reply of what was sent in time; a board that lost its Wi-Fi is back by then more often than not. */
export const GRACE_MS = 5_000;

export interface CommandsOptions {
  clock: Clock;
  /** Bytes of a board's line, its LF not counted; as many as any line has unless told. */
  longestFor?: (board: string) => number;
  /** Milliseconds after the deadline. */
  graceMs?: number;
  /** Told when commands were not sent because that session may be given none. */
  onRefused?: (board: string, link: CommandLink) => void;
  /** Told when a command was sent for the first time (no outcome), and when it is settled; not of the hub's own, such as the parts of an update. */
  onChange?: (
    board: string,
    command: { id: number; name: string; args: JsonObject },
    outcome?: CommandOutcome,
  ) => void;
}

/** The commands of all boards, each with one outcome, which is true. */
export class Commands {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #longestFor: (board: string) => number;
  readonly #onChange: CommandsOptions['onChange'];
  readonly #onRefused: CommandsOptions['onRefused'];
  readonly #byBoard = new Map<string, BoardCommands>(); // those with a session, or with commands
  // One count for all boards: it rises for each of them, also for one that the hub forgot meanwhile.
  #lastId = 0;
  #open = 0;
  #isClosed = false;

  constructor({
    clock,
    graceMs = GRACE_MS,
    longestFor = () => limits.lineBytes,
    onChange,
    onRefused,
  }: CommandsOptions) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#longestFor = longestFor;
    this.#onChange = onChange;
    this.#onRefused = onRefused;
  }

  /** Commands that are not settled. */
  get open(): number {
    return this.#open;
  }

  /**
   * Gives a board a command, or a request of the hub's own: whoever asks for people checks the name (checkFunctionName).
   * @param args what JSON can say (checkArguments)
   * @param deadlineMs milliseconds from now until which it may begin
   * @param settled called once, at the latest when the deadline and the grace are over; it may be called before this returns
   * @returns gives it up: it does not run if it has not begun. Harmless when it is settled
   * @throws KitelineError BAD_ARGUMENT, CLOSED
   */
  start(
    board: string,
    name: string,
    args: JsonObject,
    deadlineMs: number,
    settled: (outcome: CommandOutcome) => void,
  ): () => void {
    if (this.#isClosed) throw new KitelineError('CLOSED', say('The hub is closed.', '中枢已关闭。'));
    if (name !== PROGRAM_METHOD) checkFunctionName(name);
    checkDeadline(deadlineMs);
    const id = this.#lastId + 1;
    const now = this.#clock.monotonic();
    const command: Command = {
      id,
      name,
      args,
      head: commandHead(id, name, args, this.#longestFor(board)),
      settled,
      until: now + deadlineMs,
      boot: undefined,
      link: undefined,
      isCancelled: false,
    };
    this.#lastId = id;
    const commands = this.#of(board);
    this.#open++;
    if (this.#open > MAX_OPEN || commands.isFull) commands.refuse(command);
    else commands.add(command, now);
    return () => commands.cancel(command);
  }

  /** A board has a session, in place of any before it. */
  online(board: string, link: CommandLink): void {
    this.#of(board).online(link);
  }

  /** That session has ended. */
  offline(board: string, link: CommandLink): void {
    this.#byBoard.get(board)?.offline(link);
  }

  /**
   * What a board has sent on a session.
   * @param boot that session's
   * @returns false when nothing waits for it
   */
  replied(board: string, boot: string, response: Response): boolean {
    return this.#byBoard.get(board)?.replied(boot, response) ?? false;
  }

  /** Settles every command; none is taken after that. */
  close(): void {
    this.#isClosed = true;
    for (const commands of this.#byBoard.values()) commands.close();
  }

  #of(board: string): BoardCommands {
    const known = this.#byBoard.get(board);
    if (known) return known;
    const commands = new BoardCommands(board, this.#clock, this.#graceMs, {
      changed: (command, outcome) => {
        if (outcome) this.#open--;
        if (command.name !== PROGRAM_METHOD) this.#onChange?.(board, command, outcome);
      },
      refused: (link) => this.#onRefused?.(board, link),
      idle: () => this.#byBoard.delete(board),
    });
    this.#byBoard.set(board, commands);
    return commands;
  }
}
