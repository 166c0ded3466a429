import type { Value } from '../../wire/index.ts';
import { encodeChunk, type Summary, summarize } from '../chunk/index.ts';
import type { StoredText } from '../store.ts';
import type { OpenChunk } from './open-chunk.ts';
import type { AckRow } from './rows.ts';

/** A chunk as its row in the database describes it. */
export interface ChunkInfo extends Summary {
  /** Its number in the series. */
  no: number;
  firstAt: number;
  lastAt: number;
}

/** A chunk that is not in the database yet, or only its beginning is. */
export interface NewChunk extends ChunkInfo {
  blob: Uint8Array;
  /** Whether it takes the place of the row with its number. */
  replaces: boolean;
}

/** A board: what of it is kept in memory. */
export interface Board {
  readonly id: number;
  readonly name: string;
  lastAt: number;
  /** Whether there is something that the database does not have. */
  changed: boolean;
  /** By metric. */
  series: Map<string, Series>;
  /** By boot id, the one that changed last at the end. */
  acks: Map<string, AckRow>;
  acksChanged: boolean;
  /** Texts that are not in the database yet. */
  texts: StoredText[];
}

/** One metric of one board. What it holds is in the database, then in `sealed`, then in `open`. */
export class Series {
  readonly id: number;
  readonly board: Board;
  readonly metric: string;
  unit: string | undefined;
  points = 0;
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = Number.NEGATIVE_INFINITY;
  latest: Value = 0;
  /** The number of the chunk that is open, or will be next. */
  nextNo = 0;
  /** Rows in the database. */
  chunks = 0;
  /** Whether the row of number `nextNo` in the database is the beginning of the open chunk. */
  tailStored = false;
  /** Whether there is something that the database does not have. */
  changed = false;
  open: OpenChunk | undefined;
  /** An empty chunk for what comes next, once one has been sealed. */
  spare: OpenChunk | undefined;
  /** Whether nothing has come since the last checkpoint. */
  isIdle = false;
  sealed: NewChunk[] = [];

  constructor(id: number, board: Board, metric: string) {
    this.id = id;
    this.board = board;
    this.metric = metric;
  }

  /** The number of the first chunk whose row in the database is missing, or older than what is in memory. */
  get firstUnstored(): number {
    return this.sealed[0]?.no ?? (this.open ? this.nextNo : Number.POSITIVE_INFINITY);
  }

  /** The open chunk is whole. */
  seal(open: OpenChunk): void {
    this.sealed.push(this.chunkOf(open));
    this.open = undefined;
    this.tailStored = false;
    this.nextNo++;
  }

  /** What is in the open chunk, as one to be stored. */
  chunkOf(open: OpenChunk): NewChunk {
    const { points } = open;
    return {
      no: this.nextNo,
      firstAt: points.times[0] as number,
      lastAt: points.times[points.length - 1] as number,
      ...summarize(points, 0, points.length),
      blob: encodeChunk(points),
      replaces: this.tailStored,
    };
  }
}
