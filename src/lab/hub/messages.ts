/** What the lab and a hub in a process of its own say to each other. */
import type { Json } from '../../wire/index.ts';
import type { GivenOutcome } from '../outcome.ts';
import type { Announced } from '../own-orders.ts';
import type { SetpointRecord, StoredNumber, UpdateRecord, Value } from '../record.ts';
import type { SteerStep } from '../script.ts';

export interface HubSetup {
  /** Of the store. */
  folder: string;
  /** 0: the system chooses. */
  port: number;
  /** The same for datagrams, and for MQTT. */
  udp: number;
  mqtt: number;
  keepaliveMs: number;
  graceMs: number;
}

/** A question, answered once. */
export type HubQuestion =
  | {
      ask: 'command';
      board: string;
      name: string;
      args: { [name: string]: Json };
      deadlineMs: number;
      /** Milliseconds until it is given up; 0: never. */
      giveUpMs: number;
    }
  /** Somebody steers a board. */
  | {
      ask: 'steer';
      board: string;
      holder: string;
      takeover: boolean;
      holdMs: number;
      does: SteerStep['does'];
      args?: { [name: string]: Json };
    }
  /** Gives a board a new program over the air. */
  | { ask: 'update'; board: string; files: Record<string, string> }
  /** Gives a board a key, or another one in place of those it has, which stay valid for so long. */
  | { ask: 'key'; board: string; overlapMs: number }
  /** Dials a board that listens, or no longer. */
  | { ask: 'dial'; url: string; isWanted: boolean }
  /** What is kept of a board. */
  | { ask: 'board'; board: string }
  /** The store refuses from now on, or not any more; and takes so many milliseconds longer. */
  | { ask: 'disk'; refuses: boolean; slowerMs: number }
  /** Stands still for so many milliseconds. */
  | { ask: 'stall'; ms: number }
  /** The wall clock is so many milliseconds ahead from now on. */
  | { ask: 'clock'; aheadMs: number }
  | { ask: 'held' }
  /** Reads all that is stored: what is damaged, a sentence each; but for half a write, which a kill may leave, with samples that nobody acknowledged (the audit of them knows). */
  | { ask: 'check' }
  /** Ends in order. */
  | { ask: 'close' };

export interface HubAnswers {
  /** `untilMs`: until when it may begin, of `monotonicMs`. */
  command: { outcome: GivenOutcome; untilMs?: number };
  /** Whether the hub let him, and when it did it, of `monotonicMs`: at the earliest, at the latest. */
  steer: { isTaken: boolean; fromMs: number; atMs: number; why?: string };
  /** 64 hex digits. */
  key: string;
  update: Omit<UpdateRecord, 'n' | 'isGood'>;
  dial: null;
  board: KeptOfBoard;
  disk: null;
  stall: null;
  clock: null;
  held: HeldByHub;
  check: string[];
  close: null;
}

/** What the hub holds at the moment. */
export interface HeldByHub {
  connections: number;
  /** Names of the boards that have some of them, as far as the hub knows whose they are. */
  boards: string[];
  /** Timers, sockets and the like of its process. */
  resources: number;
  /** Bytes of JavaScript heap after a collection, where the process can be told to collect. */
  heapBytes: number;
}

export interface KeptOfBoard {
  stored: StoredNumber[];
  values: { [metric: string]: Value[] };
  logs: string[];
  /** What it announced that it can be told to do. */
  commands: Announced | undefined;
  hub: { duplicates: number; reconnects: number; restarts: number; reportedDrops: number } | undefined;
}

export interface ToHub {
  number: number;
  question: HubQuestion;
}

export type FromHub =
  | { listening: number; udp: number; mqtt: number }
  /** It could not start. */
  | { failed: string }
  | { number: number; answer: unknown }
  | { number: number; error: string }
  /** A setpoint is about to be sent. */
  | { board: string; setpoint: SetpointRecord }
  /** A sample was stored. */
  | { board: string; arrived: number }
  /** For the story of a run. */
  | { board: string; told: string };
