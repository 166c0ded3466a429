import type { DatabaseSync } from 'node:sqlite';
import { decodeChunk, type PointColumns, summarize } from '../chunk/index.ts';
import { BOOTS_PER_BOARD } from '../store.ts';
import { latestText } from './checkpoint.ts';
import { checksumOf, checksumOfBlob } from './checksum.ts';
import { transaction } from './database.ts';
import { pointValue } from './open-chunk.ts';
import { type PageRow, rowsOnPages } from './pages.ts';
import {
  type AckRow,
  type BoardRow,
  type Read,
  readAck,
  readBoard,
  readSeries,
  readState,
  readText,
  type SeriesRow,
  type Sql,
  type TextRow,
  textChecksum,
} from './rows.ts';
import type { Tables } from './tables.ts';

/** What could be read of a damaged database. */
export interface Salvaged {
  points: number;
  texts: number;
  series: number;
}

/** Rows that are written together. */
const STEP = 500;

/** What is known of a chunk that has been found. */
interface Found {
  count: number;
  firstAt: number;
  lastAt: number;
}

/**
 * Brings every whole row that stands on the pages of a damaged database into a new one. Each has its checksum; rows that were
 * deleted or replaced and still stand there are older versions: of a chunk, a board or a series the one is taken that goes
 * furthest. Of two boards of one name, or series of one metric, the later one: the other was given up before.
 * @param commit up to which the damaged database goes if it does not say so itself any more
 * @throws the system's error, SQLite's of the new database
 */
export function salvage(path: string, db: DatabaseSync, tables: Tables, commit: number): Salvaged {
  const found = new Salvage(tables);
  let rows: PageRow[] = [];
  const flush = () => {
    transaction(db, () => {
      for (const row of rows) found.take(row);
    });
    rows = [];
  };
  for (const row of rowsOnPages(path)) {
    if (rows.push(row) === STEP) flush();
  }
  flush();
  return transaction(db, () => found.finish(commit));
}

class Salvage {
  readonly #tables: Tables;
  readonly #boards = new Map<number, BoardRow>();
  readonly #series = new Map<number, SeriesRow>();
  readonly #acks = new Map<string, AckRow>();
  readonly #chunks = new Map<number, Map<number, Found>>();
  readonly #texts = new Set<string>(); // row id and checksum: a number that was free is given again
  #commit = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Takes a row if it is whole, and of one of our tables, which are told apart by their columns. */
  take({ id, columns }: PageRow): void {
    const [a, b, c, d, e, f, g, h, i, j, k, l] = columns;
    const sql = (row: Record<string, unknown>) => row as unknown as Sql;
    if (id === undefined) {
      if (columns.length !== 5) return;
      const ack = whole(readAck, sql({ board: a, boot: b, seq: c, place: d, crc: e }));
      if (ack) this.#takeAck(ack);
    } else if (columns.length === 4) {
      const board = whole(readBoard, sql({ id, name: b, last_at: c, crc: d }));
      if (board && board.lastAt >= (this.#boards.get(id)?.lastAt ?? -Infinity)) this.#boards.set(id, board);
    } else if (columns.length === 7) {
      const columnsOfState = { last_commit: b, boards: c, series: d, acks: e, texts: f, crc: g };
      const state = whole(readState, sql(columnsOfState));
      if (state) this.#commit = Math.max(this.#commit, state.commit);
    } else if (columns.length === 12) {
      const times = { first_at: f, last_at: g, latest: h };
      const rest = { next_no: i, tail: j, chunks: k, crc: l };
      const series = whole(
        readSeries,
        sql({ id, board: b, metric: c, unit: d, points: e, ...times, ...rest }),
      );
      if (series && isFurther(series, this.#series.get(id))) this.#series.set(id, series);
    } else if (columns.length === 5 && d instanceof Uint8Array) {
      this.#takeChunk(Number(b), Number(c), d, Number(e));
    } else if (columns.length === 5) {
      const text = whole(readText, sql({ id, board: b, at: c, text: d, crc: e }));
      if (text) this.#takeText(text);
    }
  }

  /** Writes what belongs together: of what has no board or series any more nothing is left. */
  finish(commit: number): Salvaged {
    const salvaged = { points: 0, texts: this.#texts.size, series: 0 };
    const boards = new Set<number>();
    for (const board of latestOf(this.#boards.values(), ({ name }) => name)) {
      this.#tables.putBoard(board);
      boards.add(board.id);
    }
    salvaged.texts -= this.#tables.dropStrayTexts();
    const named = [...this.#series.values()].filter(
      ({ id, board }) => boards.has(board) && this.#chunks.has(id),
    );
    const series = new Map<number, SeriesRow>();
    for (const one of latestOf(named, ({ board, metric }) => `${board} ${metric}`)) series.set(one.id, one);
    for (const [id, chunks] of this.#chunks) {
      const one = series.get(id);
      for (const [no, { firstAt }] of chunks) {
        if (one && firstAt >= one.firstAt) continue;
        this.#drop(id, no); // given up before, perhaps of another series that had this number
        chunks.delete(no);
      }
      if (!one || chunks.size === 0) continue;
      const row = this.#seriesRow(one, chunks);
      this.#tables.putSeries(row);
      salvaged.points += row.points;
      salvaged.series++;
    }
    let acks = 0;
    for (const board of boards) {
      const own = [...this.#acks.values()].filter((ack) => ack.board === board);
      const newest = own.sort((a, b) => a.place - b.place).slice(-BOOTS_PER_BOARD);
      if (newest.length > 0) this.#tables.putAcks(board, newest);
      acks += newest.length;
    }
    this.#tables.putState({
      commit: this.#commit || commit,
      boards: boards.size,
      series: salvaged.series,
      acks,
      texts: salvaged.texts,
    });
    return salvaged;
  }

  #takeAck(ack: AckRow): void {
    const key = `${ack.board} ${ack.boot}`;
    if (ack.seq >= (this.#acks.get(key)?.seq ?? -1)) this.#acks.set(key, ack);
  }

  #takeText(text: TextRow): void {
    const key = `${text.id} ${textChecksum(text)}`;
    if (this.#texts.has(key)) return;
    this.#texts.add(key);
    this.#tables.addText(text);
  }

  #takeChunk(series: number, no: number, blob: Uint8Array, crc: number): void {
    if (checksumOf(series, no, checksumOfBlob(blob)) !== crc) return;
    const chunks = this.#chunks.get(series) ?? new Map<number, Found>();
    const known = chunks.get(no);
    const points = opened(blob);
    if (!points || points.length === 0) return;
    const firstAt = points.times[0] as number;
    const lastAt = points.times[points.length - 1] as number;
    // A tail that grew ends where it did or later.
    if (known && (lastAt < known.lastAt || (lastAt === known.lastAt && points.length <= known.count))) return;
    const info = { no, firstAt, lastAt, ...summarize(points, 0, points.length) };
    this.#tables.putChunk(series, { ...info, blob, replaces: known !== undefined });
    chunks.set(no, { count: points.length, firstAt, lastAt });
    this.#chunks.set(series, chunks);
  }

  #drop(series: number, no: number): void {
    const row = this.#tables.chunk(series, no);
    if (!row) return;
    this.#tables.dropData(row);
    this.#tables.dropChunk(row);
  }

  /** A series with the chunks that were found; the next points begin a new one. */
  #seriesRow(series: SeriesRow, chunks: ReadonlyMap<number, Found>): SeriesRow {
    const row = {
      ...series,
      points: 0,
      firstAt: Infinity,
      lastAt: -Infinity,
      chunks: chunks.size,
      tail: false,
    };
    let newest = -1;
    for (const [no, { count, firstAt, lastAt }] of chunks) {
      row.points += count;
      row.firstAt = Math.min(row.firstAt, firstAt);
      if (lastAt > row.lastAt || (lastAt === row.lastAt && no > newest)) newest = no;
      row.lastAt = Math.max(row.lastAt, lastAt);
      row.nextNo = Math.max(row.nextNo, no + 1);
    }
    if (row.lastAt === series.lastAt) return row;
    const chunk = this.#tables.chunk(series.id, newest);
    const points = chunk && opened(this.#tables.data(chunk.data) ?? new Uint8Array(0));
    if (points) row.latest = latestText(pointValue(points, points.length - 1));
    return row;
  }
}

/** Whether a row of a series is a later one than another of the same number. */
const isFurther = (one: SeriesRow, other: SeriesRow | undefined): boolean =>
  !other || one.lastAt > other.lastAt || (one.lastAt === other.lastAt && one.nextNo >= other.nextNo);

/** Of rows that mean the same, those with the highest number. */
function latestOf<T extends { id: number }>(rows: Iterable<T>, keyOf: (row: T) => string): Iterable<T> {
  const latest = new Map<string, T>();
  for (const row of rows) if (row.id > (latest.get(keyOf(row))?.id ?? 0)) latest.set(keyOf(row), row);
  return latest.values();
}

function whole<T>(read: (sql: Sql) => Read<T>, sql: Sql): T | undefined {
  const { row, crc } = read(sql);
  return crc === Number(sql.crc) ? row : undefined;
}

function opened(blob: Uint8Array): PointColumns | undefined {
  try {
    return decodeChunk(blob);
  } catch {
    return undefined; // it only looks like a chunk
  }
}
