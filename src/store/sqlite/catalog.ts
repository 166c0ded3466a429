import type { Value } from '../../wire/index.ts';
import { Layout } from '../packed.ts';
import { type Ack, BOOTS_PER_BOARD } from '../store.ts';
import type { SeriesRow } from './rows.ts';
import { type Board, Series } from './series.ts';
import type { Tables } from './tables.ts';

export interface CatalogLimits {
  boards: number;
  seriesPerBoard: number;
  /** Of all boards together. */
  series: number;
}

/** A layout, and the series that its values belong to; undefined in place of one that the store does not take. */
export class BoundLayout extends Layout {
  owner: Board | undefined;
  series: (Series | undefined)[] = [];
}

/** About how many bytes the layouts cost that are remembered with their series. 32 MiB: 20,000 boards of 20 metrics. */
const MAX_BOUND_BYTES = 32 * 1024 * 1024;
/** Of a layout, and of each metric of it, beside its names. */
const BOUND_BYTES = 512;
const METRIC_BYTES = 24;

/**
 * How many rows the tables have once all of it is stored.
 * @param chunksOf may know better than the series
 * @param gone boards that are not stored any more
 */
export function countRows(
  { boards, byId }: Catalog,
  chunksOf = (series: Series): number => series.chunks,
  gone: readonly Board[] = [],
): { boards: number; series: number; acks: number } {
  let series = 0;
  let acks = 0;
  for (const one of byId.values()) if (chunksOf(one) > 0) series++;
  for (const board of boards.values()) acks += board.acks.size;
  for (const board of gone) acks -= board.acks.size;
  return { boards: boards.size - gone.length, series, acks };
}

/** The boards and series that the store knows, and where a layout's values go. */
export class Catalog {
  readonly boards = new Map<string, Board>(); // the one that was silent longest first
  readonly byId = new Map<number, Series>();
  readonly #limits: CatalogLimits;
  #bound = new Map<string, BoundLayout>();
  #boundBytes = 0;
  #highestBoard: number;
  #highestSeries: number;
  #place = 0; // of the newest change of an ack

  /** Reads what the database knows. @param orphan is told of rows that belong to nothing known */
  constructor(tables: Tables, limits: CatalogLimits, orphan: (what: string) => void) {
    this.#limits = limits;
    const { board, series } = tables.highest();
    this.#highestBoard = board;
    this.#highestSeries = series;
    const owners = new Map<number, Board>();
    for (const row of tables.boards()) owners.set(row.id, this.#addBoard(row.id, row.name, row.lastAt));
    for (const row of tables.series()) {
      const owner = owners.get(row.board);
      if (owner) this.#load(owner, row);
      else orphan(`series ${row.id}`);
    }
    for (const row of tables.acks()) {
      const owner = owners.get(row.board);
      if (owner) owner.acks.set(row.boot, row);
      else orphan(`acks of board ${row.board}`);
      this.#place = row.place;
    }
  }

  get seriesCount(): number {
    return this.byId.size;
  }

  find(board: string, metric: string): Series | undefined {
    return this.boards.get(board.toWellFormed())?.series.get(metric.toWellFormed());
  }

  board(name: string): Board | undefined {
    return this.boards.get(name.toWellFormed());
  }

  /** The board of this name, which is now the one heard of last; undefined when there are too many. */
  touch(name: string, at: number): Board | undefined {
    const wellFormed = name.toWellFormed();
    const known = this.boards.get(wellFormed);
    if (!known) {
      if (this.boards.size < this.#limits.boards)
        return this.#addBoard(++this.#highestBoard, wellFormed, at, true);
      return undefined;
    }
    this.boards.delete(wellFormed);
    this.boards.set(wellFormed, known);
    if (at > known.lastAt) known.lastAt = at;
    known.changed = true;
    return known;
  }

  /** Raises the board's number of a boot id. */
  raise(owner: Board, ack: Ack): void {
    const { seq } = ack;
    const boot = ack.boot.toWellFormed();
    const known = owner.acks.get(boot);
    const highest = Math.max(seq, known?.seq ?? 0);
    owner.acks.delete(boot);
    owner.acks.set(boot, { board: owner.id, boot, seq: highest, place: ++this.#place });
    const [oldest] = owner.acks.keys();
    if (owner.acks.size > BOOTS_PER_BOARD && oldest !== undefined) owner.acks.delete(oldest);
    owner.acksChanged = true;
    owner.changed = true;
  }

  /** Where the values of a layout go. */
  bind(key: string): BoundLayout {
    const bound = this.#bound.get(key) ?? this.#bindNew(key);
    if (bound.owner) this.touch(bound.board, Number.NEGATIVE_INFINITY);
    bound.metrics.forEach((metric, i) => {
      const unit = bound.units?.get(metric);
      const series = bound.series[i];
      if (unit !== undefined && series) series.unit = unit.toWellFormed();
    });
    return bound;
  }

  #bindNew(key: string): BoundLayout {
    const { board, metrics, units } = Layout.fromKey(key);
    const bound = new BoundLayout(board, metrics, units);
    const owner = this.touch(board, Number.NEGATIVE_INFINITY);
    bound.owner = owner;
    bound.series = metrics.map((metric) => owner && this.#seriesOf(owner, metric.toWellFormed()));
    // What was refused is not remembered: there may be room the next time.
    if (bound.series.some((series) => series === undefined)) return bound;
    const bytes = BOUND_BYTES + METRIC_BYTES * metrics.length + bound.bytes;
    if (this.#boundBytes + bytes > MAX_BOUND_BYTES) this.#forgetBound();
    this.#bound.set(key, bound);
    this.#boundBytes += bytes;
    return bound;
  }

  #forgetBound(): void {
    this.#bound.clear();
    this.#boundBytes = 0;
  }

  #seriesOf(owner: Board, metric: string): Series | undefined {
    const known = owner.series.get(metric);
    if (known) return known;
    if (owner.series.size >= this.#limits.seriesPerBoard || this.byId.size >= this.#limits.series)
      return undefined;
    const series = new Series(++this.#highestSeries, owner, metric);
    this.#addSeries(owner, series);
    return series;
  }

  /** Forgets a series of which nothing is left. */
  drop(series: Series): void {
    this.byId.delete(series.id);
    series.board.series.delete(series.metric);
    series.chunks = 0; // for whoever is still reading it
    this.#forgetBound();
  }

  /** Forgets a board of which nothing is left. */
  dropBoard(board: Board): void {
    this.boards.delete(board.name);
    this.#forgetBound();
  }

  #addBoard(id: number, name: string, lastAt: number, changed = false): Board {
    const board: Board = {
      id,
      name,
      lastAt,
      changed,
      series: new Map(),
      acks: new Map(),
      acksChanged: false,
      texts: [],
    };
    this.boards.set(name, board);
    return board;
  }

  #addSeries(owner: Board, series: Series): void {
    owner.series.set(series.metric, series);
    this.byId.set(series.id, series);
  }

  #load(owner: Board, row: SeriesRow): void {
    const series = new Series(row.id, owner, row.metric);
    series.unit = row.unit ?? undefined;
    series.points = row.points;
    series.firstAt = row.firstAt;
    series.lastAt = row.lastAt;
    series.latest = JSON.parse(row.latest) as Value;
    series.nextNo = row.nextNo;
    series.chunks = row.chunks;
    series.tailStored = row.tail;
    this.#addSeries(owner, series);
  }
}
