import type { Alarm, Clock } from '../clock.ts';
import { encodeNotification, type JsonObject, type Response } from '../wire/index.ts';
import { type CommandOutcome, expired, outcomeOf, unknown } from './command-outcomes.ts';
import { commandLine } from './command-text.ts';

export const boardLimits = {
  /** Commands that are sent and not answered: half of the replies that a board remembers, so that none is forgotten that is asked for again. */
  unanswered: 8,
  /** Commands that wait behind those. More than a person or a page has under way. */
  waiting: 64,
  /** Milliseconds until a session that did not take a command is tried again: a Wi-Fi that stands still for a moment. */
  againMs: 100,
} as const;

/** A board's session, as its commands see it. */
export interface CommandLink {
  /** Random per start of the board. */
  readonly boot: string;
  /** Where the board is. */
  readonly host: string;
  /** `HOST:PORT`. */
  readonly address: string;
  /** Where the session's clock has its zero, in milliseconds of the hub's monotonic clock. */
  readonly zero: number;
  /** Whether it may be given commands. */
  readonly mayBeCommanded: boolean;
  /** @returns false when nothing of it was sent, nor ever will be */
  send(bytes: Uint8Array): boolean;
}

/** A command that is not settled. */
export interface Command {
  readonly id: number;
  readonly name: string;
  readonly args: JsonObject;
  readonly head: string;
  readonly settled: (outcome: CommandOutcome) => void;
  /** Its deadline, in milliseconds of the hub's monotonic clock. */
  until: number;
  /** Where it was sent first: it is never sent to another start of the board. */
  boot: string | undefined;
  /** The session on which it was sent last. */
  link: CommandLink | undefined;
  isCancelled: boolean;
}

export interface BoardCommandsEvents {
  /** Commands were not sent, for that board may be given none. */
  refused(link: CommandLink): void;
  changed(command: Command, outcome?: CommandOutcome): void;
  /** Nothing is left, nor is there a session. */
  idle(): void;
}

/** The commands of one board, in the order of their ids; the first of them are sent, the others wait. */
export class BoardCommands {
  readonly #board: string;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #events: BoardCommandsEvents;
  readonly #open: Command[] = [];
  #sent = 0; // how many of them were sent
  #link: CommandLink | undefined;
  #again: Alarm | undefined; // while the session takes nothing
  #alarm: Alarm | undefined; // one for all, and left alone while commands come and go
  #due = Number.POSITIVE_INFINITY; // when it rings: not after the first of them is due

  constructor(board: string, clock: Clock, graceMs: number, events: BoardCommandsEvents) {
    this.#board = board;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#events = events;
  }

  get isFull(): boolean {
    return this.#open.length - this.#sent >= boardLimits.waiting;
  }

  /** @param now on the hub's monotonic clock */
  add(command: Command, now: number): void {
    this.#open.push(command);
    if (this.#link?.mayBeCommanded === false) {
      this.#settle(command, expired('NOT_ALLOWED', this.#board));
      this.#events.refused(this.#link);
      return;
    }
    this.#send(now);
    if (command.boot === undefined && this.#open.includes(command)) this.#watch(command);
  }

  refuse(command: Command): void {
    this.#tell(command, expired('QUEUE_FULL', this.#board));
    this.#forgetIfIdle();
  }

  cancel(command: Command): void {
    if (command.isCancelled || !this.#open.includes(command)) return;
    command.isCancelled = true;
    if (command.boot === undefined) {
      this.#settle(command, expired('CANCELLED', this.#board));
      return;
    }
    // Nobody waits for it to begin any more: sent again, it is too late for it, and its reply is not waited for as long.
    command.until = Math.min(command.until, this.#clock.monotonic());
    this.#watch(command);
    if (command.link === this.#link) this.#link?.send(cancelLine(command.id));
  }

  online(link: CommandLink): void {
    // Whoever is told may ask for something at once, and nothing may be sent to this start of the board before this is over.
    this.#link = undefined;
    for (const command of this.#open.slice(0, this.#sent)) {
      if (command.boot !== link.boot) this.#remove(command, unknown('RESTARTED', this.#board));
    }
    this.#link = link;
    if (link.mayBeCommanded) this.#send();
    else this.#refuseAll(link);
  }

  offline(link: CommandLink): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#forgetIfIdle();
  }

  /** What waited for this session is not sent on it; of what was sent before, its board may still have been the one that ran it. */
  #refuseAll(link: CommandLink): void {
    const waiting = this.#open.slice(this.#sent);
    for (const command of waiting) this.#remove(command, expired('NOT_ALLOWED', this.#board));
    if (waiting.length > 0) this.#events.refused(link);
  }

  replied(boot: string, response: Response): boolean {
    for (let i = 0; i < this.#sent; i++) {
      const command = this.#open[i] as Command;
      if (command.id !== response.id || command.boot !== boot) continue;
      this.#settle(command, outcomeOf(response, this.#board, command.isCancelled));
      return true;
    }
    return false;
  }

  close(): void {
    this.#link = undefined;
    for (const command of [...this.#open]) {
      const isSent = command.boot !== undefined;
      this.#remove(command, isSent ? unknown('HUB_CLOSED', this.#board) : expired('CANCELLED', this.#board));
    }
    this.#alarm?.cancel();
  }

  /** What was sent to this start of the board before comes first, again and in order; then as many new ones as it may have. */
  #send(now?: number): void {
    let next = 0;
    while (next < this.#open.length && next < boardLimits.unanswered) {
      const link = this.#link;
      const command = this.#open[next] as Command;
      if (!link?.mayBeCommanded) return;
      if (command.link === link) {
        next++;
        continue;
      }
      // Its alarm may be late, and what is too late is not worth a place at the board.
      if (command.boot === undefined && (now ?? this.#clock.monotonic()) >= command.until)
        this.#remove(command, expired('TOO_LATE', this.#board));
      else if (this.#transmit(command, link)) next++;
      else {
        this.#sendAgain(); // it comes first, also when there is room for a smaller one
        return;
      }
    }
  }

  #sendAgain(): void {
    this.#again ??= this.#clock.alarm(boardLimits.againMs, () => {
      this.#again = undefined;
      this.#send();
    });
  }

  /** @returns false when the session does not take it now */
  #transmit(command: Command, link: CommandLink): boolean {
    // Of one that was given up, or is asked for again after its deadline, this is over: it does not begin any more.
    const deadline = Math.max(0, Math.floor(command.until - link.zero));
    if (!link.send(commandLine(command.head, deadline))) return false;
    command.link = link;
    if (command.isCancelled) link.send(cancelLine(command.id));
    if (command.boot === undefined) {
      command.boot = link.boot;
      this.#sent++;
      this.#watch(command);
      this.#events.changed(command);
    }
    return true;
  }

  /** When it is over with a command, whatever comes: until then it may begin, or its reply may come. */
  #dueOf({ until, boot }: Command): number {
    return boot === undefined ? until : until + this.#graceMs;
  }

  #watch(command: Command): void {
    const due = this.#dueOf(command);
    if (due >= this.#due) return;
    this.#alarm?.cancel();
    this.#due = due;
    this.#alarm = this.#clock.alarm(Math.max(0, due - this.#clock.monotonic()), () => this.#ring());
  }

  #ring(): void {
    this.#due = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    for (const command of this.#open.filter((command) => this.#dueOf(command) <= now)) {
      if (command.boot === undefined)
        this.#settle(command, expired(this.#link ? 'TOO_LATE' : 'OFFLINE', this.#board));
      else this.#settle(command, unknown(this.#link ? 'NO_REPLY' : 'NOT_BACK', this.#board));
    }
    for (const command of this.#open) this.#watch(command);
  }

  /** And goes on with those that waited for its place. */
  #settle(command: Command, outcome: CommandOutcome): void {
    this.#remove(command, outcome);
    this.#send();
    this.#forgetIfIdle();
  }

  #remove(command: Command, outcome: CommandOutcome): void {
    const place = this.#open.indexOf(command);
    if (place < 0) return;
    this.#open.splice(place, 1);
    if (command.boot !== undefined) this.#sent--;
    this.#tell(command, outcome);
  }

  #tell(command: Command, outcome: CommandOutcome): void {
    this.#events.changed(command, outcome);
    command.settled(outcome);
  }

  #forgetIfIdle(): void {
    if (this.#link || this.#open.length > 0) return;
    this.#alarm?.cancel();
    this.#due = Number.POSITIVE_INFINITY;
    this.#events.idle();
  }
}

const cancelLine = (id: number): Uint8Array => encodeNotification('$cancel', { id });
