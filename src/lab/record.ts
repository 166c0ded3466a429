/** What was seen in a run, by the board itself, by whoever gave commands, and in the store. The audit reads nothing else. */
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
  /** The highest `$seq` that the board was told is on disk. */
  acked: number;
  /** The highest `$seq` that it gave. */
  queued: number;
  /** How many samples it gave up for want of room, as it counted them. */
  dropped: number;
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
