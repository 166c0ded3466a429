import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { BOOTS_PER_BOARD } from '../store/store.ts';
import type { Json, JsonObject } from '../wire/index.ts';
import type { BoardSession, SessionEnd } from './board-session.ts';
import type { Board } from './boards.ts';
import { BoardControls } from './controls.ts';
import { type CommandInfo, type Hello, helloLimits } from './hello.ts';
import type { Inside } from './inside.ts';
import { LastRuns } from './last-runs.ts';
import { Numbering, type NumberingOwner } from './numbering.ts';
import { type CommandStatus, infoOf, type PresenceInfo, type PresenceState } from './presence-info.ts';
import type { ProgramInfo } from './programs/info.ts';
import { Quarrel } from './quarrel.ts';
import { count } from './reasons.ts';
import type { Outcome } from './round.ts';

/** What the hub knows of a board that says hello, from one session to the next. */
export class Presence implements NumberingOwner {
  readonly board: Board;
  readonly controls: BoardControls;
  session: BoardSession | undefined;
  /** How many numberings were forgotten: what the store said before is then no longer enough. */
  forgotten = 0;
  readonly #inside: Inside;
  readonly #numberings = new Map<string, Numbering>(); // by boot id, the one that was named longest ago first
  readonly #quarrel = new Quarrel();
  #state: PresenceState | undefined;
  #boot: string | undefined; // of the last session
  #reconnects = 0;
  #restarts = 0;
  #duplicates = 0;
  #before = { samples: 0, logs: 0 }; // reported by former starts
  #reported = { samples: 0, logs: 0 }; // by this one
  #commands: string | undefined; // as JSON: small, and everybody gets a copy
  readonly #runs = new LastRuns();
  #units: ReadonlyMap<string, string> | undefined;
  #program: ProgramInfo | undefined;

  constructor(board: Board, inside: Inside) {
    this.board = board;
    this.#inside = inside;
    this.controls = new BoardControls(board.name, inside.clock, {
      changed: (message) => {
        inside.feed.publish({ type: 'control', ...message });
        inside.handlers.control(message);
      },
      notAllowed: (session) => inside.refusals.refuse('NOT_ALLOWED', board.name, session),
    });
  }

  get name(): string {
    return this.board.name;
  }

  /** Whether all these boot ids have a numbering here. */
  hasNumberings(boots: readonly string[]): boolean {
    return boots.every((boot) => this.#numberings.has(boot));
  }

  /** Those of the boot ids, made where there are none. @param stored the highest number that is stored of each */
  numberings(boots: readonly string[], stored: ReadonlyMap<string, number>): Map<string, Numbering> {
    const named = new Map<string, Numbering>();
    for (const boot of boots) {
      const numbering = this.#numberings.get(boot) ?? new Numbering(this, boot, stored.get(boot) ?? 0);
      this.#numberings.delete(boot);
      this.#numberings.set(boot, numbering);
      named.set(boot, numbering);
    }
    for (const numbering of [...this.#numberings.values()].slice(0, -BOOTS_PER_BOARD))
      this.#forget(numbering);
    return named;
  }

  /** A session takes the place of the one before, if there is one. */
  begin(session: BoardSession, hello: Hello): void {
    const old = this.session;
    const now = this.#inside.clock.monotonic();
    if (old && this.#quarrel.evicts(session.boot, old.boot, now)) this.#tellQuarrel(session, old);
    old?.end('REPLACED');
    this.session = session;
    if (this.#boot === session.boot) this.#reconnects++;
    else if (this.#boot !== undefined) this.#restarts++;
    if (this.#boot !== session.boot) {
      this.#runs.clear();
      const { samples, logs } = this.#reported;
      this.#before = { samples: this.#before.samples + samples, logs: this.#before.logs + logs };
      this.#reported = { samples: 0, logs: 0 };
    }
    this.#boot = session.boot;
    this.#commands = hello.commands && JSON.stringify(hello.commands);
    this.#units = hello.units;
    this.board.layouts.announce(hello.units);
    this.#state = { state: 'online', since: session.since, ...(old && { why: 'REPLACED' as const }) };
  }

  /** The session's hello is answered. */
  begun(session: BoardSession, hello: Hello): void {
    this.#inside.datagrams.begun(session);
    this.controls.online(session, hello.controls);
    // Whoever hears of it may steer at once.
    this.#tellState();
    this.report(session, hello.dropped);
    this.runs(session, hello.program);
    this.#inside.commands.online(this.name, session);
  }

  /** It takes this command, too: it said so after its hello. */
  announces(session: BoardSession, command: string): void {
    if (this.session !== session) return;
    const commands = JSON.parse(this.#commands ?? '{}') as Record<string, CommandInfo>;
    if (Object.hasOwn(commands, command) || Object.keys(commands).length >= helloLimits.commands) return;
    this.#commands = JSON.stringify({ ...commands, [command]: {} });
  }

  /** What the board says of its program, at its hello and when a trial is over. */
  runs(session: BoardSession, program: ProgramInfo | undefined): void {
    if (this.session !== session) return;
    const before = this.#program;
    this.#program = program;
    if (program) this.#inside.programs.heard(this.name, program, before, this.#inside.clock.now());
  }

  /** For the session, when it ends. */
  ended(session: BoardSession, why: SessionEnd): void {
    if (this.session !== session) return;
    this.session = undefined;
    this.#inside.datagrams.ended(session);
    this.controls.offline();
    this.#inside.commands.offline(this.name, session);
    this.#inside.methods.offline(session);
    if (why === 'REPLACED') return; // the one that takes its place is told of
    this.#state = {
      state: 'lost',
      since: this.#inside.clock.now(),
      why: session.said === undefined || why === 'STORE_FAILED' ? why : 'BYE',
      ...(session.said && { said: session.said }),
    };
    this.#tellState();
  }

  /** The hub knows too many boards, and forgets this one. */
  forget(): void {
    this.session?.end('CLOSED');
  }

  /** What the board says it had to drop since it started. */
  report(session: BoardSession, totals: { samples: number; logs: number }): void {
    if (this.session !== session) return;
    const samples = Math.max(0, totals.samples - this.#reported.samples);
    const logs = Math.max(0, totals.logs - this.#reported.logs);
    if (samples + logs === 0) return;
    this.#reported = { samples: this.#reported.samples + samples, logs: this.#reported.logs + logs };
    const at = this.#inside.clock.now();
    this.#inside.feed.publish({ type: 'dropped', board: this.name, at, samples, logs });
  }

  /** A command was done. */
  ran({ name, args }: { name: string; args: JsonObject }, result: Json): void {
    if (this.#announces(name)) this.#runs.ran(name, { args, result, at: this.#inside.clock.now() });
  }

  /** A numbered sample of a session was not taken. */
  refused(reason: 'DUPLICATE' | 'UNKNOWN_BOOT'): void {
    if (reason === 'DUPLICATE') this.#duplicates++;
    this.#drop(reason, 1);
  }

  settled(samples: number, outcome: Outcome): void {
    if (outcome !== 'STORED') {
      this.#drop(outcome, samples);
      return;
    }
    this.#inside.counts.samples += samples;
    this.board.samples += samples;
  }

  sealed(numbering: Numbering, outcome: Outcome): void {
    if (outcome === 'STORED') {
      this.session?.acknowledge(numbering);
      return;
    }
    if (this.#numberings.get(numbering.boot) !== numbering) return;
    this.#forget(numbering); // what is stored, the store says when the board comes back
    if (this.session?.has(numbering)) this.session.end('STORE_FAILED');
  }

  get info(): PresenceInfo {
    const { session } = this;
    const controls = this.controls.info;
    return {
      ...(this.#state && { presence: { ...this.#state } }),
      ...(session && { session: infoOf(session) }),
      reconnects: this.#reconnects,
      restarts: this.#restarts,
      duplicates: this.#duplicates,
      reported: {
        samples: this.#before.samples + this.#reported.samples,
        logs: this.#before.logs + this.#reported.logs,
      },
      ...(this.#commands !== undefined && { commands: this.#commandsOf(this.#commands) }),
      ...(controls && { controls }),
      ...(this.#program && { program: this.#program }),
      ...(this.#units && {
        metrics: Object.fromEntries([...this.#units].map(([metric, unit]) => [metric, { unit }])),
      }),
    };
  }

  #commandsOf(text: string): Record<string, CommandStatus> {
    const commands = JSON.parse(text) as Record<string, CommandStatus>;
    for (const [name, command] of Object.entries(commands)) {
      const last = this.#runs.of(name);
      if (last) command.last = last;
    }
    return commands;
  }

  /** Of others nothing is kept: there may be any number of them. */
  #announces(name: string): boolean {
    return this.#commands !== undefined && Object.hasOwn(JSON.parse(this.#commands) as object, name);
  }

  #forget(numbering: Numbering): void {
    this.#numberings.delete(numbering.boot);
    this.forgotten++;
  }

  #drop(reason: 'DUPLICATE' | 'UNKNOWN_BOOT' | 'STORE_FAILED', times: number): void {
    this.board.drop(reason, times);
    count(this.#inside.counts.dropped, reason, times);
  }

  #tellState(): void {
    if (!this.#state) return;
    const { state, since: at, ...rest } = this.#state;
    const { feed, handlers } = this.#inside;
    feed.publish({ type: 'presence', board: this.name, at, state, ...rest });
    handlers.presence({ board: this.name, at, state, ...rest });
  }

  #tellQuarrel(session: BoardSession, old: BoardSession): void {
    const { name } = this;
    const [one, other] = [old.address, session.address];
    this.#inside.handlers.problem({
      what: 'name used twice',
      error: new KitelineError(
        'NAME_TAKEN',
        say(
          `Two programs say that they are "${name}", at ${one} and ${other}, and take each other's place again and again: give one of them another name.`,
          `两个程序都自称“${name}”（${one} 和 ${other}），不断互相取代：请给其中一个换个名称。`,
        ),
      ),
    });
  }
}
