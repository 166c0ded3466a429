/** What was seen in a run, by the board itself, by whoever gave commands, and in the store. The audit reads nothing else. */
import type { Kept } from '../virtual/index.ts';
import type { GivenOutcome } from './outcome.ts';

/** What a metric can be. */
export type Value = number | string | boolean;

/** A sample that a board's program made. */
export interface MadeSample {
  /** The lab's number of it: the start's tag and a count from 1 on. */
  n: number;
  /** What is in it, beside that number, as far as it is not nested. */
  values: { readonly [metric: string]: Value };
  /** Its `$seq`; none: it was not taken into the queue. */
  seq?: number;
}

/** A board's life from one start to the next. */
export interface BootRecord {
  /** The boot id that the library chose; none when it did not come so far. */
  boot: string | undefined;
  made: MadeSample[];
  /** It had a session: the times of its samples are the hub's, and not counted back from a later start. */
  hasTime: boolean;
  /** The highest `$seq` that the board was told is on disk. */
  acked: number;
  /** The highest `$seq` that it gave. */
  queued: number;
  /** How many samples it gave up for want of room, as it counted them. */
  dropped: number;
  /** The highest `$seq` that is whole on its flash, or was. */
  spilled: number;
  /** The highest of those that is not waiting there any more: it was acknowledged, or given up. */
  unspilled: number;
  /** Of its samples, those that were given up on flash, whenever that was: the first and last number. */
  givenUp: [first: number, last: number][];
  /** How many samples on flash, its own and older ones, this start gave up for want of room; they are in `dropped`. */
  gaveUp: number;
  /** How it ended: by a reset, in which its queue died, or not before the end of the run. */
  ended: 'reset' | 'alive';
}

/** What a handler did with one command. */
export interface HandlerRecord {
  /** The lab's number of the command. */
  k: number;
  /** Which start of the board it was. */
  boot: number;
  /** When it began, at the latest: `monotonicMs`. */
  beganMs: number;
  end:
    | { how: 'returned'; result: unknown }
    /** No message: the library's own words, for a result that cannot be sent. */
    | { how: 'raised'; message: string | undefined }
    | { how: 'cancelled' }
    /** It had not come to its end when the board was reset, or the run was over. */
    | { how: 'none' };
}

/** A command, as whoever gave it sees it. */
export interface CommandRecord {
  k: number;
  name: string;
  /** Until when it may begin, as its hub counts: `monotonicMs`. None: no hub took it, or it died before it could say. */
  untilMs?: number;
  /** None: it has not been settled by the end of the run. */
  outcome: GivenOutcome | undefined;
}

/** A setpoint that the hub sent, or sent again; or a release. */
export interface SetpointRecord {
  /** The lab's number of it; of a release that of the setpoint before it. */
  k: number;
  isRelease: boolean;
  /** The hub's number in its session. */
  n: number;
  /** When whoever holds the control had renewed it, as the hub counts: `monotonicMs`. */
  renewedMs: number;
}

/** What a holder of a control did, and how that came out. */
export interface SteeringRecord {
  holder: string;
  did: 'took' | 'set' | 'renewed' | 'released';
  /** The lab's number of the newest setpoint, or of this one. */
  k: number;
  /** When it was done, at the earliest and at the latest: `monotonicMs`. None: the hub died before it could say. */
  fromMs?: number;
  atMs?: number;
  /** False: somebody else holds it, the lease was over, or there was no hub; undefined: nobody knows. */
  isTaken: boolean | undefined;
}

/** What a board wrote about its control, in order. */
export interface ControlEvent {
  boot: number;
  /** Milliseconds of the board's own clock, and the same of `monotonicMs`. */
  ticks: number;
  ms: number;
  /** For how long the machine had kept the board's thread from going on, a moment later, since its start. */
  kept: Kept;
  what: /** A session began, in which setpoints count from 1. */
    | { did: 'online' }
    /** A setpoint was taken that holds for so many milliseconds from now. */
    | { did: 'set'; n: number; k: number; leftMs: number }
    /** The program's handler began with it, or returned. */
    | { did: 'act' | 'acted'; k: number }
    /** The program's own stop ran. */
    | { did: 'halt' }
    /** The library says that it ran, and why. */
    | { did: 'stop'; why: string }
    /** Anything else that it wrote: it was alive then. */
    | { did: 'lived' };
}

/** The control stream of a board. */
export interface ControlRecord {
  leaseMs: number;
  /** Milliseconds after a holder's last word for which the hub renews. */
  holdMs: number;
  sent: SetpointRecord[];
  steering: SteeringRecord[];
  events: ControlEvent[];
}

/** A program that a board ran. */
export interface RanRecord {
  /** Which start of the board it was. */
  boot: number;
  /** Its number, and that of the file that came with it. */
  n: number;
  twin: number;
}

/** A program that was sent over the air, and what was said of it. */
export interface UpdateRecord {
  n: number;
  isGood: boolean;
  /** None: it has not come out. */
  outcome: 'done' | 'failed' | 'expired' | 'unknown' | 'not-given' | 'hub-died' | undefined;
  message?: string;
}

/** A sample in the store, by the lab's number. */
export interface StoredNumber {
  n: number;
  /** Milliseconds since 1970 UTC. */
  at: number;
}

export interface BoardRecord {
  name: string;
  boots: BootRecord[];
  /** Why its sessions ended, as it saw it. */
  offline: string[];
  handlers: HandlerRecord[];
  commands: CommandRecord[];
  /** What the board said of its calls that did not get what they asked for: another one's answer, a wrong one. */
  badCalls: string[];
  /** In the store, by time. */
  stored: StoredNumber[];
  /** The values of every other metric in the store. */
  storedValues: { readonly [metric: string]: readonly Value[] };
  /** The numbers in the order in which the hub stored them, as far as it told before it died. */
  arrived: number[];
  /** Log lines in the store, and those that the program wrote. */
  logs: string[];
  saidLogs: string[];
  /** The hub's own counts of the board, at the end. */
  hub: { duplicates: number; reconnects: number; restarts: number; reportedDrops: number } | undefined;
  /** None where it gets no programs over the air. */
  programs?: { sent: UpdateRecord[]; ran: RanRecord[] } | undefined;
  /** None where it has no control. */
  control?: ControlRecord | undefined;
  /** What an impostor was told, where there was one. */
  leaked?: readonly string[] | undefined;
  /** The most that its queue held, and what it may, where that is known. */
  queue: { most: number; limit: number | undefined };
  /** Bytes of heap in use after a collection, when it first came online and at the end. */
  heap: { first: number; last: number } | undefined;
}

export interface RunRecord {
  boards: BoardRecord[];
  /** What the run waited for in vain once all faults were over. */
  notRecovered: string[];
  /** What broke that is none of the faults: a program that ended, a hub that died by itself. */
  broke: string[];
  /** Nothing happened for which a session may end. */
  linkHolds: boolean;
  /** The longest that this process was kept waiting by the machine, milliseconds: how exact its times are. */
  lagMs: number;
  /** Whether samples' times say something. */
  clocksJump: boolean;
  /** When the run began and ended, by the clock of this machine, milliseconds since 1970. */
  from: number;
  to: number;
}
