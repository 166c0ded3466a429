import { encodeText, type JsonObject } from '../wire/index.ts';
import type { BoardInfo } from './boards.ts';
import { type CommandOutcome, expired } from './command-outcomes.ts';
import { checkArguments, checkFunctionName } from './command-text.ts';
import { DEADLINE_MS } from './commands.ts';
import { offlineError } from './control/errors.ts';
import type { ControlHandle } from './control/lease.ts';
import type { ControlOptions } from './controls.ts';
import { type Examination, examine } from './examination.ts';
import type { Inside } from './inside.ts';
import { type UpdateOptions, type UpdateOutcome, updateBoard } from './programs/update.ts';

export interface CommandOptions {
  /** Milliseconds from now until which the board may begin it, more than 0 and at most a day; 5,000 unless told. */
  deadline?: number;
  /** Gives the command up: it does not run if it has not begun, and where the board can, it is stopped. */
  signal?: AbortSignal;
}

/** A board to act on. */
export interface BoardHandle {
  readonly name: string;
  /** What the hub knows of it now; undefined when it has forgotten it. */
  info(): BoardInfo | undefined;
  /**
   * Sends text or bytes to where the board spoke from last: as they are, or as a line in the session of a board that has one.
   * @returns false when it cannot be reached there, or does not read
   */
  send(data: string | Uint8Array): boolean;
  /**
   * Has the board run a command, once at most. A board that is not there now has until the deadline to come.
   * @param args by name, of what JSON has; the whole line has 8192 bytes at most
   * @returns what became of it, which is told at the latest when the deadline and the hub's grace (5 s unless told) are over.
   *   Whatever a board or the network does is an outcome and no error
   * @throws KitelineError BAD_ARGUMENT for what cannot be a command, CLOSED (both as a rejection)
   */
  command(name: string, args?: JsonObject, options?: CommandOptions): Promise<CommandOutcome>;
  /**
   * Takes the right to steer a control that the board has announced: one holder at a time. Nothing waits for a board that is not there,
   * and a session that ends is the end of the lease.
   * @throws KitelineError HELD with a sentence that says by whom and since when, unless `takeover`; LEASE_OVER for an `id` of one that is over; NOT_FOUND for a control that the board
   *   has not announced, OFFLINE, NOT_ALLOWED for a board without a key where this hub does not steer such, BAD_ARGUMENT
   */
  control(name: string, options?: ControlOptions): ControlHandle;
  /**
   * Has the board look at itself, for `kiteline doctor`: its heap, flash, clock and Wi-Fi, and how long its answers take.
   * @throws KitelineError OFFLINE (as a rejection)
   */
  examine(): Promise<Examination>;
  /**
   * Gives the board a new program over the air: what it runs stays until the new one is whole, and comes back when the new one does not
   * hold a session with the hub. Only for boards with a key, whose /main.py runs `kiteline.program`.
   * @param files path → content, as text or bytes; `main.py` is what runs
   * @throws KitelineError BAD_ARGUMENT for what is no program, NOT_ALLOWED for a board without a key, HELD while it gets another one (as a rejection)
   */
  update(
    files: Readonly<Record<string, Uint8Array | string>>,
    options?: UpdateOptions,
  ): Promise<UpdateOutcome>;
}

export function boardHandle(name: string, inside: Inside): BoardHandle {
  const { boards, commands } = inside;
  return {
    name,
    info: () => boards.get(name)?.info,
    send: (data) => boards.get(name)?.send(typeof data === 'string' ? encodeText(data) : data) ?? false,
    control(control, options) {
      const controls = boards.get(name)?.presence?.controls;
      if (!controls) throw offlineError(name);
      return controls.take(control, options);
    },
    async examine() {
      const session = boards.get(name)?.presence?.session;
      if (!session) throw offlineError(name);
      return examine(session);
    },
    update: (files, options = {}) => updateBoard(name, files, inside, options),
    async command(command, args = {}, { deadline = DEADLINE_MS, signal } = {}) {
      checkFunctionName(command);
      checkArguments(args);
      if (signal?.aborted) return expired('CANCELLED', name);
      const settled = Promise.withResolvers<CommandOutcome>();
      const giveUp = commands.start(name, command, args, deadline, settled.resolve);
      signal?.addEventListener('abort', giveUp, { once: true });
      try {
        return await settled.promise;
      } finally {
        signal?.removeEventListener('abort', giveUp);
      }
    },
  };
}
