/**
 * What is to happen in a run, as data. A scenario draws it from the seed before anything begins, so that the same seed
 * gives the same run: the same workload, and every fault at the same byte or after the same event.
 */

import type { Fault as ChipFault, Cut, Weather } from '../virtual/index.ts';
import type { Bluff } from './hostile/impostor.ts';
import type { MiddleScript } from './hostile/middle.ts';
import type { MqttScript } from './mqtt/script.ts';

/** What a board's own record counts; a fault strikes after the n-th of one of them. */
export type Milestone =
  | 'power'
  | 'online'
  | 'offline'
  | 'made'
  | 'acked'
  | 'run'
  | 'spilled'
  | 'begin'
  | 'act';

export interface Moment {
  /** Whose milestones are counted: 0 is the first board. */
  board: number;
  after: Milestone;
  /** So many of them, from power on over all its starts. */
  count: number;
  /** Milliseconds later. */
  ms: number;
}

export type Fault =
  /** The access point is off, for `ms`. */
  | { do: 'access-point-gone'; ms: number }
  /** The access point has another password than the board, for `ms`. */
  | { do: 'other-password'; ms: number }
  /** The chip bungles its next attempts to join, so many of them: see the air. */
  | { do: 'chip-fault'; fault: ChipFault; times: number }
  /** Losses, delays, single bytes, for `ms`, or for as long as the boards work. */
  | { do: 'weather'; weather: Partial<Weather>; ms: number | 'work' }
  /** SIGKILL; started again on the same data and port after `ms`. */
  | { do: 'hub-killed'; ms: number }
  /** Ended in order, and started again on the same data and port after `ms`. */
  | { do: 'hub-restarted'; ms: number }
  | { do: 'board-reset'; kind: 'hard' | 'soft' }
  /** The power goes when so many more bytes have been written to the board's flash, and comes back: see cutPower(). */
  | { do: 'power-cut'; afterBytes: number; torn: boolean }
  /** The hub's disk takes nothing more, for `ms`. */
  | { do: 'disk-full'; how: DiskFault; ms: number }
  /** The hub's disk takes `byMs` longer for each round, for `ms`. */
  | { do: 'disk-slow'; byMs: number; ms: number }
  /** The hub's process stands still: by itself, or because the system gives it no processor. */
  | { do: 'hub-stalls'; ms: number }
  | { do: 'hub-frozen'; ms: number }
  /**
   * The hub ends, and starts again after `ms` at another TCP port, from a copy of its data where it is told; the port for questions
   * stays. With a bluff somebody takes the old port, and answers the questions, too.
   */
  | { do: 'hub-moved'; how: 'killed' | 'ended'; isCopy: boolean; ms: number; bluff?: Bluff }
  /** The hub gives the board another key, the old one stays valid for `overlapMs`; the board gets it after `ms`, with a reset. */
  | { do: 'key-changed'; overlapMs: number; ms: number }
  /** A board that was given a wrong key gets its own, with a reset. */
  | { do: 'right-key' }
  /** The hub's wall clock is set: so many milliseconds ahead of this machine's. */
  | { do: 'hub-clock'; aheadMs: number };

/**
 * `limit`: the system lets the store's files grow no further (RLIMIT_FSIZE, by prlimit of util-linux), so that a write really
 * fails in its middle. `refused`: the store refuses before it writes, where the system cannot be made to.
 */
export type DiskFault = 'limit' | 'refused';

export interface Step {
  at: Moment;
  fault: Fault;
  /** Which board's air it is, where it is one board's; both have the same access point. */
  board?: number;
}

/** A command that the lab gives: one of the built-in program's. */
export interface Order {
  /** Milliseconds after the one before. */
  gapMs: number;
  name: 'mark' | 'slow' | 'block' | 'fail' | 'wrong' | 'missing' | 'big';
  /** How long the board's handler takes. */
  takesMs: number;
  deadlineMs: number;
  /** Milliseconds after which whoever gave it gives it up; 0: never. */
  giveUpMs: number;
}

/** Settings of the built-in program, `/lab.json` on the board's flash. */
export interface ProgramSettings {
  /** Milliseconds between samples. */
  everyMs: number;
  /** Samples that the board's queue holds. */
  queue: number;
  drop: 'oldest' | 'newest';
  /** Milliseconds between calls of the hub's method; 0 for none. */
  callMs: number;
  /** Milliseconds between log lines; 0 for none. */
  logMs: number;
  /** Milliseconds between heartbeats; 0: as the hub has it. */
  keepaliveMs: number;
  /** The board's own clock is set: at which of its samples, and by how many seconds. */
  jumps: readonly [sample: number, seconds: number][];
  /** Bytes of flash that samples may take; 0: none. */
  spill: number;
  /** Milliseconds of its control's lease; 0: it has none. */
  leaseMs: number;
  /** The board keeps two programs, and gets new ones over the air. */
  isUpdated: boolean;
}

/** What a holder of the board's control does next. */
export interface SteerStep {
  /** Milliseconds after the one before. */
  afterMs: number;
  does: 'take' | 'set' | 'renew' | 'release';
  /** How long the board's handler blocks with this setpoint. */
  takesMs?: number;
}

/** A new program over the air. */
export interface UpdateStep {
  /** Milliseconds after the one before, or after the board came online. */
  afterMs: number;
  /** It works; or it raises as soon as it runs. */
  isGood: boolean;
  /** The power goes when so many bytes of it, and of the board's own records, have been written. */
  cut?: { afterBytes: number; torn: boolean };
}

/** Somebody who steers a board. */
export interface Holder {
  name: string;
  /** He takes it from whoever has it. */
  takeover: boolean;
  /** Milliseconds after his last word that the hub renews his lease. */
  holdMs: number;
  steps: readonly SteerStep[];
}

export interface BoardScript {
  program: ProgramSettings;
  orders: readonly Order[];
  holders: readonly Holder[];
  updates: readonly UpdateStep[];
  /** Of its connections, the first to the last of these; later ones are left alone. */
  cuts: readonly Cut[];
  /** The hub has a key for it, and so has it, or a wrong one. */
  key: 'none' | 'right' | 'wrong';
  /** Who is between it and its hub. */
  middle?: MiddleScript;
  /** How it comes to its hub: it is told where that is, asks for it, or is dialled. */
  way: 'told' | 'asks' | 'listens';
}

export interface Script {
  boards: readonly BoardScript[];
  steps: readonly Step[];
  /** Milliseconds that the first board works at least, so that faults meet something. */
  workMs: number;
  /** Nothing in it is a reason for a session to end. */
  linkHolds: boolean;
  /** A wall clock is set in this run: times of samples say nothing. */
  clocksJump: boolean;
  /** A board that speaks MQTT alone, in place of all others. */
  mqtt?: MqttScript;
}
