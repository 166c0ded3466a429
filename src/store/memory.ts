import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import type { Value } from '../wire/index.ts';
import { type Bucket, BucketRow } from './buckets.ts';
import { History } from './history.ts';
import type { PackedSamples } from './packed.ts';
import {
  type Ack,
  BOOTS_PER_BOARD,
  type LatestValue,
  newStoreCounts,
  type Point,
  type PointRange,
  type SeriesInfo,
  Store,
  type StoreCheck,
  type StoredBoard,
  type StoredText,
  type StoreInfo,
} from './store.ts';

export interface MemoryStoreOptions {
  /** Points kept of a series. 10,000: nearly three hours at one a second. */
  pointsPerSeries?: number;
  /** Series of a board; values of more are not taken. 1,000: a board that makes up names does not push others out. */
  seriesPerBoard?: number;
  /** Boards kept. 10,000; then the one that was silent longest goes. */
  boards?: number;
  /** Texts kept of a board. */
  textsPerBoard?: number;
  /** About how many bytes all of it may cost. 256 MiB. */
  bytes?: number;
}

/** Bytes of a series and of a board before their first point: maps, arrays, names. Measured roughly, and on the safe side. */
const SERIES_BYTES = 512;
const BOARD_BYTES = 1024;

interface Kept {
  name: string;
  series: Map<string, History>;
  texts: History;
  /** Boot id → highest seq, the newest id last. */
  acks: Map<string, number>;
  lastAt: number;
  bytes: number;
}

/** Keeps samples in memory, and loses them with the process: for trying things out, and for tests. */
export class MemoryStore extends Store {
  readonly counts = newStoreCounts();
  #boards = new Map<string, Kept>(); // the board that was silent longest first
  #limits: Required<MemoryStoreOptions>;
  #bytes = 0;

  constructor(options: MemoryStoreOptions = {}) {
    super();
    this.#limits = {
      pointsPerSeries: 10_000,
      seriesPerBoard: 1_000,
      boards: 10_000,
      textsPerBoard: 200,
      bytes: 256 * 1024 * 1024,
      ...options,
    };
  }

  /** About what is kept, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  protected override async _append(
    samples: PackedSamples,
    texts: readonly StoredText[],
    acks: readonly Ack[],
  ): Promise<void> {
    samples.forEach(({ board, metrics, units }, at, first) => {
      const kept = this.#kept(board, at);
      for (let i = 0; i < metrics.length; i++) {
        const metric = metrics[i] as string;
        this.#addValue(kept, metric, at, samples.valueAt(first + i), units?.get(metric));
      }
    });
    for (const { board, at, text } of texts) {
      const kept = this.#kept(board, at);
      this.#add(kept, kept.texts, at, text, this.#limits.textsPerBoard);
    }
    for (const { board, boot, seq } of acks)
      this.#raise(this.#kept(board, Number.NEGATIVE_INFINITY).acks, boot, seq);
  }

  #raise(acks: Map<string, number>, boot: string, seq: number): void {
    const known = acks.get(boot) ?? -1;
    acks.delete(boot);
    acks.set(boot, Math.max(known, seq));
    const [oldest] = acks.keys();
    if (acks.size > BOOTS_PER_BOARD && oldest !== undefined) acks.delete(oldest);
  }

  protected override async _acks(board: string): Promise<Ack[]> {
    return [...(this.#boards.get(board)?.acks ?? [])].map(([boot, seq]) => ({ board, boot, seq })).reverse();
  }

  protected override async _latest(board: string): Promise<LatestValue[]> {
    const latest: LatestValue[] = [];
    for (const [metric, history] of this.#boards.get(board)?.series ?? []) {
      if (history.newest) latest.push({ metric, ...history.newest, ...unitOf(history) });
    }
    return latest;
  }

  protected override async _query(board: string, metric: string, range: PointRange): Promise<Point[]> {
    return this.#boards.get(board)?.series.get(metric)?.between(range) ?? [];
  }

  protected override async _buckets(
    board: string,
    metric: string,
    from: number,
    to: number,
    buckets: number,
  ): Promise<Bucket[]> {
    const row = new BucketRow(from, to, buckets);
    const points = this.#boards.get(board)?.series.get(metric)?.between(all(from, to)) ?? [];
    for (const { at, value } of points) row.add(at, typeof value === 'string' ? undefined : Number(value));
    return row.buckets;
  }

  protected override async _texts(board: string, limit: number): Promise<StoredText[]> {
    const points = this.#boards.get(board)?.texts.between({ ...all(-Infinity, Infinity), limit }) ?? [];
    return points.map(({ at, value }) => ({ board, at, text: String(value) }));
  }

  protected override async _boards(): Promise<StoredBoard[]> {
    return [...this.#boards.values()].map(({ name, series, lastAt }) => ({
      board: name,
      series: series.size,
      lastAt: Number.isFinite(lastAt) ? lastAt : 0,
    }));
  }

  protected override async _series(board: string): Promise<SeriesInfo[]> {
    return [...(this.#boards.get(board)?.series ?? [])].map(([metric, history]) => ({
      metric,
      ...unitOf(history),
      points: history.length,
      from: history.first,
      to: history.last,
    }));
  }

  protected override async _info(): Promise<StoreInfo> {
    const info = { boards: this.#boards.size, series: 0, points: 0, texts: 0 };
    for (const { series, texts } of this.#boards.values()) {
      info.series += series.size;
      info.texts += texts.length;
      for (const history of series.values()) info.points += history.length;
    }
    return { kind: 'memory', ...info, bytes: this.#bytes, counts: { ...this.counts } };
  }

  protected override async _check(): Promise<StoreCheck> {
    const { points, texts } = await this._info();
    return { points, texts, damage: [] };
  }

  protected override async _backup(): Promise<void> {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        'What is kept in memory alone cannot be backed up: run the hub with a store on disk.',
        '只保存在内存中的数据不能备份：请让中枢使用磁盘存储。',
      ),
    );
  }

  protected override async _close(): Promise<void> {
    this.#boards.clear();
    this.#bytes = 0;
  }

  #kept(name: string, at: number): Kept {
    const known = this.#boards.get(name);
    if (known) {
      this.#boards.delete(name);
      this.#boards.set(name, known);
      known.lastAt = Math.max(known.lastAt, at);
      return known;
    }
    if (this.#boards.size >= this.#limits.boards) this.#evictOldestBoard();
    const kept: Kept = {
      name,
      series: new Map(),
      texts: new History(),
      acks: new Map(),
      lastAt: at,
      bytes: 0,
    };
    this.#boards.set(name, kept);
    this.#charge(kept, BOARD_BYTES + 2 * name.length);
    return kept;
  }

  #addValue(kept: Kept, metric: string, at: number, value: Value, unit: string | undefined): void {
    let history = kept.series.get(metric);
    if (!history) {
      if (kept.series.size >= this.#limits.seriesPerBoard) {
        this.counts.tooManySeries++;
        return;
      }
      history = new History();
      kept.series.set(metric, history);
      this.#charge(kept, SERIES_BYTES + 2 * metric.length);
    }
    if (unit !== undefined) history.unit = unit;
    this.#add(kept, history, at, value, this.#limits.pointsPerSeries);
  }

  #add(kept: Kept, history: History, at: number, value: Value, most: number): void {
    const before = history.bytes;
    history.add(at, value);
    this.#charge(kept, history.bytes - before);
    if (history.length > most) this.#evictPoint(kept, history);
    // A full store makes room where the new value is: first its own series, then whoever has been silent longest,
    // so that no sender can push out what busy others have.
    while (this.#bytes > this.#limits.bytes) {
      if (history.length > 1) this.#evictPoint(kept, history);
      else if (this.#boards.size > 1) this.#evictOldestBoard();
      else if (!this.#evictPointOfLargest(kept)) return;
    }
  }

  #evictPoint(kept: Kept, history: History): void {
    const before = history.bytes;
    history.shift();
    this.#charge(kept, history.bytes - before);
    this.counts.evicted++;
  }

  #evictPointOfLargest(kept: Kept): boolean {
    let largest = kept.texts;
    for (const history of kept.series.values()) if (history.bytes > largest.bytes) largest = history;
    if (largest.length <= 1) return false;
    this.#evictPoint(kept, largest);
    return true;
  }

  #evictOldestBoard(): void {
    const oldest = this.#boards.values().next().value;
    if (!oldest) return;
    this.#boards.delete(oldest.name);
    this.#bytes -= oldest.bytes;
    this.counts.evictedBoards++;
  }

  #charge(kept: Kept, bytes: number): void {
    kept.bytes += bytes;
    this.#bytes += bytes;
  }
}

const unitOf = ({ unit }: History) => (unit === undefined ? {} : { unit });

const all = (from: number, to: number): PointRange => ({
  from,
  to,
  limit: Number.POSITIVE_INFINITY,
  keep: 'newest',
  skip: 0,
});
