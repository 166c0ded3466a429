import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import type { Value } from '../wire/index.ts';
import { acceptAcks, acceptTexts } from './accept.ts';
import type { Bucket } from './buckets.ts';
import { MAX_TIME } from './chunk/index.ts';
import { PackedSamples } from './packed.ts';
import type {
  BucketQuery,
  LatestValue,
  Point,
  PointRange,
  RangeQuery,
  SeriesInfo,
  StoreCheck,
  StoredBoard,
  StoreInfo,
  TextQuery,
} from './questions.ts';

export type * from './questions.ts';

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

/** Up to which of its numbered samples a board's are stored, of one boot id. */
export interface Ack {
  board: string;
  boot: string;
  /** The highest `$seq`. */
  seq: number;
}

/** What is appended together and is durable together: all of it or nothing. */
export interface Batch {
  samples?: PackedSamples | readonly StoredSample[];
  texts?: readonly StoredText[];
  /** What the samples raise the board's numbers to; a lower number than the stored one changes nothing. */
  acks?: readonly Ack[];
}

/** How much a store left out or gave up, since it was opened. */
export interface StoreCounts {
  /** Values not taken: their board has as many series as it may. */
  tooManySeries: number;
  /** Values and texts given up to make room for newer ones. */
  evicted: number;
  /** Boards given up as a whole, the one that was silent longest first. */
  evictedBoards: number;
  /** Samples and texts not taken: the store has as many boards as it may, and gives up none for a new one. */
  tooManyBoards: number;
  /** Values that were older, when they came, than anything that is served; their space is given up with the oldest. */
  tooOld: number;
  /** Places in its files that were found damaged and left out. */
  damaged: number;
}

export const newStoreCounts = (): StoreCounts => ({
  tooManySeries: 0,
  evicted: 0,
  evictedBoards: 0,
  tooManyBoards: 0,
  tooOld: 0,
  damaged: 0,
});

const MAX_LIMIT = 100_000;
const MAX_BUCKETS = 10_000;
/** Points of a page of `points()`. */
const PAGE = 10_000;
/** Boot ids of a board whose numbers are kept, the newest: a board's memory holds samples of a few boots at most. */
export const BOOTS_PER_BOARD = 16;

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
   * @throws KitelineError CLOSED; BAD_ARGUMENT for a time that is no whole number of milliseconds within ±8.64e15, a
   *   number that is not finite, an ack's `seq` that is no natural number: nothing of the batch is taken then. That
   *   numbers are finite, whoever packs samples itself sees to itself.
   */
  async append(batch: Batch): Promise<void> {
    this.#mustBeOpen();
    const { samples = [], texts = [], acks = [] } = batch;
    const packed = samples instanceof PackedSamples ? samples : PackedSamples.of(samples);
    await this._append(packed, acceptTexts(texts), acceptAcks(acks));
  }

  /** The highest stored number of each of the board's newest boot ids (`BOOTS_PER_BOARD`), the newest id first. */
  async acks(board: string): Promise<Ack[]> {
    this.#mustBeOpen();
    return this._acks(board.toWellFormed());
  }

  /** The newest value of each metric of a board, in the order in which the metrics first came; none for an unknown board. */
  async latest(board: string): Promise<LatestValue[]> {
    this.#mustBeOpen();
    return this._latest(board.toWellFormed());
  }

  /**
   * The points of one series in a range, by time; points of the same millisecond in the order in which they came.
   * @throws KitelineError BAD_ARGUMENT for a limit that is none
   */
  async query(query: RangeQuery): Promise<Point[]> {
    this.#mustBeOpen();
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
    const [board, metric] = namesOf(query);
    const limit = checkLimit('limit', query.limit ?? 1000, MAX_LIMIT);
    return from < to ? this._query(board, metric, { from, to, limit, keep: 'newest', skip: 0 }) : [];
  }

  /** Every point of one series in a range, by time, page by page: for as many as there are. */
  async *points(query: Omit<RangeQuery, 'limit'>): AsyncGenerator<Point[], void> {
    const { to = Number.POSITIVE_INFINITY } = query;
    const [board, metric] = namesOf(query);
    let { from = Number.NEGATIVE_INFINITY } = query;
    let skip = 0; // points at `from` that have been given
    while (from < to) {
      this.#mustBeOpen();
      const page = await this._query(board, metric, { from, to, limit: PAGE, keep: 'oldest', skip });
      const last = page.at(-1);
      if (!last) return;
      yield page;
      if (page.length < PAGE) return;
      const given = page.length - page.findIndex(({ at }) => at === last.at);
      skip = last.at === from ? skip + given : given;
      from = last.at;
    }
  }

  /**
   * One series in equal buckets of time, by time; those without a point are left out.
   * @throws KitelineError BAD_ARGUMENT for a number of buckets that is none
   */
  async buckets(query: BucketQuery): Promise<Bucket[]> {
    this.#mustBeOpen();
    const [board, metric] = namesOf(query);
    const buckets = checkLimit('buckets', query.buckets ?? 500, MAX_BUCKETS);
    let { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
    if (!Number.isFinite(from) || !Number.isFinite(to)) {
      const info = (await this._series(board)).find((series) => series.metric === metric);
      if (!info) return [];
      if (from === Number.NEGATIVE_INFINITY) from = info.from;
      if (to === Number.POSITIVE_INFINITY) to = info.to + 1;
    }
    from = Math.max(from, -MAX_TIME); // a range of all numbers has no width that could be divided
    to = Math.min(to, MAX_TIME + 1);
    return from < to ? this._buckets(board, metric, from, to, buckets) : [];
  }

  /**
   * The newest texts of a board, by time.
   * @throws KitelineError BAD_ARGUMENT for a limit that is none
   */
  async texts(query: TextQuery): Promise<StoredText[]> {
    this.#mustBeOpen();
    return this._texts(query.board.toWellFormed(), checkLimit('limit', query.limit ?? 100, MAX_LIMIT));
  }

  /** Every board of which something is kept. */
  async boards(): Promise<StoredBoard[]> {
    this.#mustBeOpen();
    return this._boards();
  }

  /** The series of a board; none for an unknown one. */
  async series(board: string): Promise<SeriesInfo[]> {
    this.#mustBeOpen();
    return this._series(board.toWellFormed());
  }

  async info(): Promise<StoreInfo> {
    this.#mustBeOpen();
    return this._info();
  }

  /** Reads everything that is stored and says what is damaged of it. Takes its time. */
  async check(): Promise<StoreCheck> {
    this.#mustBeOpen();
    return this._check();
  }

  /**
   * Writes all that is stored at this moment into a new file, which a store opens, while appends go on.
   * @throws KitelineError BAD_ARGUMENT when this store cannot, or the file exists
   */
  async backup(file: string): Promise<void> {
    this.#mustBeOpen();
    await this._backup(file);
  }

  /** Resolves when what was appended is safe and everything is let go. Harmless when repeated. */
  close(): Promise<void> {
    this.#closed ??= this._close();
    return this.#closed;
  }

  /** The samples are the caller's again once it is settled. */
  protected abstract _append(
    samples: PackedSamples,
    texts: readonly StoredText[],
    acks: readonly Ack[],
  ): Promise<void>;
  protected abstract _acks(board: string): Promise<Ack[]>;
  protected abstract _latest(board: string): Promise<LatestValue[]>;
  protected abstract _query(board: string, metric: string, range: PointRange): Promise<Point[]>;
  protected abstract _buckets(
    board: string,
    metric: string,
    from: number,
    to: number,
    buckets: number,
  ): Promise<Bucket[]>;
  protected abstract _texts(board: string, limit: number): Promise<StoredText[]>;
  protected abstract _boards(): Promise<StoredBoard[]>;
  protected abstract _series(board: string): Promise<SeriesInfo[]>;
  protected abstract _info(): Promise<StoreInfo>;
  protected abstract _check(): Promise<StoreCheck>;
  protected abstract _backup(file: string): Promise<void>;
  protected abstract _close(): Promise<void>;

  #mustBeOpen(): void {
    if (this.#closed) throw new KitelineError('CLOSED', say('The store is closed.', '数据存储已关闭。'));
  }
}

const namesOf = ({ board, metric }: { board: string; metric: string }): [string, string] => [
  board.toWellFormed(),
  metric.toWellFormed(),
];

function checkLimit(name: string, limit: number, most: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${name}" is a whole number from 1 to ${most}, not ${limit}.`,
      `“${name}”必须是 1 到 ${most} 之间的整数，而不是 ${limit}。`,
    ),
  );
}
