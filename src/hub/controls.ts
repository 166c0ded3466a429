/** The controls of one board: who steers each of them now, and what became of those who did. */
import type { Clock } from '../clock.ts';
import type { JsonObject } from '../wire/index.ts';
import { checkHold, checkHolder, setpointText } from './control/check.ts';
import type { LeaseEnd } from './control/ends.ts';
import {
  HeldError,
  LeaseOverError,
  noControl,
  notAllowed,
  offlineError,
  takenSentence,
} from './control/errors.ts';
import { type ControlHandle, Lease } from './control/lease.ts';
import type { Via } from './control/path.ts';
import { type ControlLink, Stream } from './control/stream.ts';
import type { ControlMessage } from './events.ts';
import type { ControlInfo } from './hello.ts';

/** Milliseconds that a lease is renewed for after its holder's last word, unless told. */
const HOLD_MS = 1_000;
/** Whoever does not say who he is. */
const SOMEBODY = 'app';

export interface ControlOptions {
  /** Who steers, for whoever else wants to: 1 to 64 characters. `app` unless told. Under a name of one's own one gets one's own lease again. */
  holder?: string;
  /** Takes it from whoever holds it: an operator's. */
  takeover?: boolean;
  /** Milliseconds that the hub renews the lease after the last `set` or `renew`, 1,000 unless told; Infinity: until `release`. */
  holdMs?: number;
  /** Of a lease that is to go on: where it is over, no new one is taken. */
  id?: string;
  /** The first setpoint. Where it will not do nothing is taken, and everything stays as it is. */
  args?: JsonObject;
}

/** What is known of a control of a board. Plain data, a copy. */
export interface ControlStatus extends ControlInfo {
  /** The lease that there is; who steers, since when (milliseconds since 1970 UTC). */
  id?: string;
  holder?: string;
  since?: number;
  /** How setpoints go in this session; how many of them get lost (0 to 1) and milliseconds there and back, as measured. */
  via?: Via;
  loss?: number;
  roundTrip?: number;
  /** Setpoints of this session, renewals counted, and those that a newer one took the place of before they were sent. */
  sent?: number;
  replaced?: number;
  /** Milliseconds after the end of a lease that the board's stop ran, as it said last. */
  late?: number;
  /** How the last lease ended, and whose it was. */
  ended?: LeaseEnd & { holder: string; id: string };
}

interface Entry {
  readonly info: ControlInfo;
  readonly stream: Stream;
  lease: Lease | undefined;
}

/** A board's session, as its controls see it. */
export interface SteeredSession extends ControlLink {
  /** Whether a board without a key may be told to do anything, where it is. */
  readonly mayBeCommanded: boolean;
  /** Where it is. */
  readonly host: string;
  readonly address: string;
}

export interface BoardControlsEvents {
  /** Somebody begins and ends, or setpoints go another way. */
  changed(message: ControlMessage): void;
  /** Somebody wanted to steer a board that may not be. */
  notAllowed(session: SteeredSession): void;
}

export class BoardControls {
  readonly #board: string;
  readonly #clock: Clock;
  readonly #events: BoardControlsEvents;
  #session: SteeredSession | undefined;
  #entries = new Map<string, Entry>(); // of the session
  #infos: Record<string, ControlInfo> = {}; // as announced last
  readonly #late = new Map<string, number>();
  readonly #ends = new Map<string, LeaseEnd & { holder: string; id: string }>();

  constructor(board: string, clock: Clock, events: BoardControlsEvents) {
    this.#board = board;
    this.#clock = clock;
    this.#events = events;
  }

  /** The board has a session; setpoints are numbered from 1 in it. The one before has ended. */
  online(session: SteeredSession, infos: Record<string, ControlInfo> = {}): void {
    this.#session = session;
    this.#infos = infos;
    for (const kept of [this.#late, this.#ends])
      for (const name of kept.keys()) if (!Object.hasOwn(infos, name)) kept.delete(name);
    this.#entries = new Map(
      Object.entries(infos).map(([name, info]) => {
        const pathChanged = () => this.#tellPath(name);
        const parts = { control: name, lease: info.lease, link: session, clock: this.#clock, pathChanged };
        return [name, { info, stream: new Stream(parts), lease: undefined }];
      }),
    );
  }

  /** That session has ended: so has every lease. */
  offline(): void {
    this.#end('BOARD_LOST');
  }

  /** The hub is closed: every board that is steered is told to stop. */
  close(): void {
    for (const { stream, lease } of this.#entries.values()) if (lease) stream.release();
    this.#end('HUB_CLOSED');
  }

  /**
   * Takes the right to steer.
   * @throws KitelineError HELD (a HeldError, which says by whom and since when), NOT_FOUND for a control that the board has not announced,
   *   LEASE_OVER when the one of that id is, OFFLINE when it has no session, NOT_ALLOWED when it has no key and may not be told to do anything, BAD_ARGUMENT
   */
  take(control: string, options: ControlOptions = {}): ControlHandle {
    const { holder = SOMEBODY, takeover = false, holdMs = HOLD_MS, id, args } = options;
    checkHolder(holder);
    checkHold(holdMs);
    const info = this.#entries.get(control)?.info;
    if (args && info) setpointText(control, args, info);
    const lease =
      id === undefined ? this.#take(control, holder, holdMs, takeover) : this.#goOn(control, id, holdMs);
    if (args) lease.set(args);
    return lease;
  }

  #take(control: string, holder: string, holdMs: number, takeover: boolean): ControlHandle {
    const entry = this.#entryOf(control);
    const { lease: held, stream, info } = entry;
    if (held && held.holder === holder && holder !== SOMEBODY && held.again(holdMs)) return held;
    const isHeld = held?.isOver() === false;
    if (isHeld && !takeover) throw new HeldError(held);
    if (isHeld) held.finish('TAKEN_OVER', holder);
    const [board, clock] = [this.#board, this.#clock];
    const over = (lease: Lease, end: LeaseEnd) => this.#over(entry, lease, end);
    const lease = new Lease({ board, control, info, holder, holdMs, stream, clock, over });
    entry.lease = lease;
    this.#events.changed({
      ...this.#event(control, lease.since),
      holder,
      ...(isHeld
        ? { state: 'taken over' as const, message: takenSentence(holder, held.holder) }
        : { state: 'held' as const }),
    });
    return lease;
  }

  /** The present lease of a control; undefined for none. */
  held(control: string): ControlHandle | undefined {
    return this.#entries.get(control)?.lease;
  }

  /** The board has seen a setpoint. */
  seen(control: string, way: Via, n: number, got: number | undefined): void {
    this.#entries.get(control)?.stream.seen(way, n, got);
  }

  /** The board's stop has run. @param late milliseconds after the lease was over */
  stopped(control: string, n: number, why: string, late: number | undefined): void {
    if (late !== undefined && this.#entries.has(control)) this.#late.set(control, late);
    const end = ENDS[why];
    if (end) this.#cutShort(control, n, end);
  }

  /** The board does not take a setpoint. */
  refused(control: string, n: number, message: string): void {
    this.#cutShort(control, n, 'REFUSED', message);
  }

  /** What is known of each control; undefined where none was announced. */
  get info(): Record<string, ControlStatus> | undefined {
    const names = Object.keys(this.#infos);
    if (names.length === 0) return undefined;
    return Object.fromEntries(names.map((name) => [name, this.#statusOf(name)]));
  }

  #statusOf(name: string): ControlStatus {
    const entry = this.#entries.get(name);
    const late = this.#late.get(name);
    const ended = this.#ends.get(name);
    return {
      ...structuredClone(this.#infos[name] as ControlInfo),
      ...(entry?.lease && { id: entry.lease.id, holder: entry.lease.holder, since: entry.lease.since }),
      ...(entry && { via: entry.stream.path.via, ...rounded(entry.stream) }),
      ...(entry && { sent: entry.stream.sent, replaced: entry.stream.replaced }),
      ...(late !== undefined && { late }),
      ...(ended && { ended: { ...ended } }),
    };
  }

  /** @throws KitelineError LEASE_OVER */
  #goOn(control: string, id: string, holdMs: number): ControlHandle {
    const lease = this.#entries.get(control)?.lease;
    if (lease?.id === id && lease.again(holdMs)) return lease;
    const ended = this.#ends.get(control);
    throw new LeaseOverError(ended?.id === id ? ended : undefined);
  }

  /** @throws KitelineError NOT_FOUND, OFFLINE, NOT_ALLOWED */
  #entryOf(control: string): Entry {
    if (!this.#session) throw offlineError(this.#board);
    const entry = this.#entries.get(control);
    if (!entry) throw noControl(this.#board, control, [...this.#entries.keys()]);
    if (this.#session.mayBeCommanded) return entry;
    this.#events.notAllowed(this.#session);
    throw notAllowed(this.#board);
  }

  /** The board itself ends a lease: if one of its setpoints is meant, and nothing that came before it. */
  #cutShort(control: string, n: number, why: LeaseEnd['why'], detail?: string): void {
    const entry = this.#entries.get(control);
    const lease = entry?.lease;
    if (!entry || !lease || n < lease.first) return;
    entry.stream.release(); // one that was under way may have begun it anew
    lease.finish(why, detail);
  }

  #end(why: 'BOARD_LOST' | 'HUB_CLOSED'): void {
    const entries = this.#entries;
    this.#session = undefined;
    this.#entries = new Map();
    for (const entry of entries.values()) {
      entry.stream.close();
      entry.lease?.finish(why);
    }
  }

  #over(entry: Entry, { id, control, holder }: Lease, end: LeaseEnd): void {
    entry.lease = undefined;
    this.#ends.set(control, { ...end, holder, id });
    if (end.why === 'TAKEN_OVER') return; // whoever takes it is told of
    const { why, message, at } = end;
    this.#events.changed({ ...this.#event(control, at), holder, state: 'ended', why, message });
  }

  #tellPath(control: string): void {
    const entry = this.#entries.get(control);
    if (!entry) return;
    const { via } = entry.stream.path;
    const holder = entry.lease?.holder;
    this.#events.changed({
      ...this.#event(control, this.#clock.now()),
      ...(holder !== undefined && { holder }),
      state: 'way',
      via,
      ...rounded(entry.stream),
    });
  }

  #event(control: string, at: number) {
    return { board: this.#board, control, at };
  }
}

/** What a board says of a stop that ends a lease; of one that was released nobody needs to be told. */
const ENDS: Partial<Record<string, LeaseEnd['why']>> = {
  lapsed: 'LAPSED',
  failed: 'FAILED',
  ended: 'BOARD_STOPPED',
};

function rounded({ path }: Stream): { loss?: number; roundTrip?: number } {
  const { measured } = path;
  if (!measured) return {};
  const { loss, roundTrip } = measured;
  return { loss: Math.round(loss * 1_000) / 1_000, roundTrip: Math.round(roundTrip * 10) / 10 };
}
