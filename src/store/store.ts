import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import type { Value } from '../wire/index.ts';

/** Values of one board at one time, as they are kept. */
export interface StoredSample {
  board: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** Metric → value. */
  values: ReadonlyMap<string, Value>;
  /** Metric → unit, where one was named. */
  units?: ReadonlyMap<string, string>;
}

/** A text that a board sent. */
export interface StoredText {
  board: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
  text: string;
}

/** What is appended together and is durable together. */
export interface Batch {
  samples?: readonly StoredSample[];
  texts?: readonly StoredText[];
}

/** How much a store left out or gave up, since it was opened. */
export interface StoreCounts {
  /** Values not taken: their board has as many series as it may. */
  tooManySeries: number;
  /** Values and texts given up to make room for newer ones. */
  evicted: number;
  /** Boards given up as a whole, the one that was silent longest first. */
  evictedBoards: number;
}

export interface LatestValue {
  metric: string;
  value: Value;
  at: number;
  unit?: string;
}

export interface Point {
  at: number;
  value: Value;
}

export interface SeriesInfo {
  metric: string;
  unit?: string;
  /** Points that are kept. */
  points: number;
  /** Times of the first and last of them. */
  from: number;
  to: number;
}

export interface StoredBoard {
  board: string;
  series: number;
  /** Time of its newest sample or text. */
  lastAt: number;
}

export interface RangeQuery {
  board: string;
  metric: string;
  /** First millisecond, included; from the beginning unless told. */
  from?: number;
  /** First millisecond that is not included any more; to the end unless told. */
  to?: number;
  /** At most so many points, the newest of the range: 1 to 100,000, 1,000 unless told. */
  limit?: number;
}

export interface TextQuery {
  board: string;
  /** At most so many, the newest: 1 to 100,000, 100 unless told. */
  limit?: number;
}

const MAX_LIMIT = 100_000;

/**
 * Where samples and texts are kept. The public methods check what they are asked; each store supplies the
 * methods with an underscore. `test/suites/store.ts` is the contract as tests.
 */
export abstract class Store {
  #closed: Promise<void> | undefined;

  abstract readonly counts: Readonly<StoreCounts>;

  /**
   * Resolves when the whole batch is as safe as this store makes it: only then may a sender be told so. What did
   * not fit is in `counts`. Batches are kept in the order of the calls.
   * @throws KitelineError CLOSED
   */
  async append(batch: Batch): Promise<void> {
    this.#mustBeOpen();
    await this._append(batch.samples ?? [], batch.texts ?? []);
  }

  /** The newest value of each metric of a board, in the order in which the metrics first came; none for an unknown board. */
  async latest(board: string): Promise<LatestValue[]> {
    this.#mustBeOpen();
    return this._latest(board);
  }

  /**
   * The points of one series in a range, by time; points of the same millisecond in the order in which they came.
   * @throws KitelineError BAD_ARGUMENT for a limit that is none
   */
  async query(query: RangeQuery): Promise<Point[]> {
    this.#mustBeOpen();
    const { board, metric, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
    const limit = checkLimit(query.limit ?? 1000);
    return from < to ? this._query(board, metric, from, to, limit) : [];
  }

  /**
   * The newest texts of a board, by time.
   * @throws KitelineError BAD_ARGUMENT for a limit that is none
   */
  async texts(query: TextQuery): Promise<StoredText[]> {
    this.#mustBeOpen();
    return this._texts(query.board, checkLimit(query.limit ?? 100));
  }

  /** Every board of which something is kept. */
  async boards(): Promise<StoredBoard[]> {
    this.#mustBeOpen();
    return this._boards();
  }

  /** The series of a board; none for an unknown one. */
  async series(board: string): Promise<SeriesInfo[]> {
    this.#mustBeOpen();
    return this._series(board);
  }

  /** Resolves when what was appended is safe and everything is let go. Harmless when repeated. */
  close(): Promise<void> {
    this.#closed ??= this._close();
    return this.#closed;
  }

  protected abstract _append(samples: readonly StoredSample[], texts: readonly StoredText[]): Promise<void>;
  protected abstract _latest(board: string): Promise<LatestValue[]>;
  protected abstract _query(
    board: string,
    metric: string,
    from: number,
    to: number,
    limit: number,
  ): Promise<Point[]>;
  protected abstract _texts(board: string, limit: number): Promise<StoredText[]>;
  protected abstract _boards(): Promise<StoredBoard[]>;
  protected abstract _series(board: string): Promise<SeriesInfo[]>;
  protected abstract _close(): Promise<void>;

  #mustBeOpen(): void {
    if (this.#closed) throw new KitelineError('CLOSED', say('The store is closed.', '数据存储已关闭。'));
  }
}

function checkLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `A limit is a whole number from 1 to ${MAX_LIMIT}, not ${limit}.`,
      `limit 必须是 1 到 ${MAX_LIMIT} 之间的整数，而不是 ${limit}。`,
    ),
  );
}
