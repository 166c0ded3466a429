import type { DatabaseSync } from 'node:sqlite';
import { countRows } from './catalog.ts';
import { rowOf } from './checkpoint.ts';
import { DamagedDatabase, transaction } from './database.ts';
import type { Opened } from './opening.ts';
import type { ChunkRow, SeriesRow } from './rows.ts';
import type { Board, Series } from './series.ts';
import type { Tables } from './tables.ts';

/** Chunks that are given up in one transaction: some tens of milliseconds, in which nothing is appended. */
const ROUND = 500;
/** Texts that are given up for their age in one transaction: as long. */
const TEXT_ROUND = 5_000;
/** Rows that are asked for at a time. */
const STEP = 64;

export interface Bounds {
  /** Milliseconds since 1970: what ended before it goes. */
  before: number | undefined;
  /** Bytes that the database may need; what is the oldest goes, but never the newest chunk. */
  room: number | undefined;
  /** Bytes that are made free beyond that, so that the next time is not at once. */
  spare: number;
  /** Whether a board goes with the last of its samples and texts, however new its acks are: places are scarce. */
  isCrowded: boolean;
}

/** What has gone in one transaction. */
interface Gone {
  chunks: Map<Series, ChunkRow[]>;
  /** Those of which a chunk was damaged: how many points that had is not known. */
  damaged: Set<Series>;
  /** Points and texts. */
  lost: number;
  /** Texts alone. */
  texts: number;
  /** Chunks and texts that may still go in this transaction. */
  left: number;
}

/**
 * Gives up whole chunks and texts, the oldest first. Everything must be in the database (after a checkpoint).
 * @returns points and texts given up, and whether there may be more to give up
 */
export function retain(
  { db, tables, catalog, directory }: Pick<Opened, 'db' | 'tables' | 'catalog' | 'directory'>,
  bounds: Bounds,
): { lost: number; isMore: boolean } {
  const gone: Gone = { chunks: new Map(), damaged: new Set(), lost: 0, texts: 0, left: ROUND };
  const rest = new Map<Series, SeriesRow | undefined>();
  let empty: Board[] = [];
  transaction(db, () => {
    if (bounds.before !== undefined) {
      for (const chunk of oldestChunks(tables, bounds.before, gone)) drop(chunk);
      const texts = tables.dropTextsBefore(bounds.before, TEXT_ROUND);
      gone.texts += texts;
      if (texts === TEXT_ROUND) gone.left = 0;
    }
    if (bounds.room !== undefined && usedBytes(db) > bounds.room) makeRoom(bounds.room - bounds.spare);
    for (const [series, rows] of gone.chunks) {
      const row =
        rows.length < series.chunks
          ? { ...rowOf(series), ...without(tables, series, rows, gone.damaged.has(series)) }
          : undefined;
      rest.set(series, row);
      if (row) tables.putSeries(row);
      else tables.dropSeries(series.id);
    }
    const isGone = (series: Series) => rest.has(series) && rest.get(series) === undefined;
    empty = [...catalog.boards.values()].filter(
      (board) =>
        [...board.series.values()].every(isGone) && !tables.hasTexts(board.id) && !isAwaited(board, bounds),
    );
    for (const board of empty) tables.dropBoard(board.id);
    const state = tables.state();
    const rows = countRows(
      catalog,
      (one) => (rest.has(one) ? (rest.get(one)?.chunks ?? 0) : one.chunks),
      empty,
    );
    tables.putState({ ...state, ...rows, texts: state.texts - gone.texts });
  });
  for (const [series, row] of rest) {
    directory.forget(series);
    if (row) take(series, row);
    else catalog.drop(series);
  }
  for (const board of empty) catalog.dropBoard(board);
  return { lost: gone.lost + gone.texts, isMore: gone.left <= 0 };

  function drop({ row, isWhole }: { row: ChunkRow; isWhole: boolean }): void {
    if (isWhole) {
      tables.dropData(row);
      gone.lost += row.count;
    }
    // It would be named again for ever.
    if (tables.dropChunk(row) === 0) throw new DamagedDatabase('a chunk is not found by its own key');
    gone.left--;
    const series = catalog.byId.get(row.series);
    const rows = series && gone.chunks.get(series);
    if (series && !isWhole) gone.damaged.add(series);
    if (rows) rows.push(row);
    else if (series) gone.chunks.set(series, [row]);
  }

  /** Chunks and texts in one row by their age. */
  function makeRoom(room: number): void {
    const used = db.prepare(USED);
    const newest = tables.newestChunk();
    const isNewest = ({ series, no }: ChunkRow) => series === newest?.series && no === newest.no;
    const chunks = oldestChunks(tables, Number.POSITIVE_INFINITY, gone);
    const next = () => {
      const { value } = chunks.next();
      return value && !isNewest(value.row) ? value : undefined;
    };
    const texts = oldestTexts(tables);
    let chunk = next();
    let text = texts.next().value;
    while (Number(used.get()?.bytes) > room && gone.left > 0 && (chunk || text)) {
      if (chunk && (!text || chunk.row.lastAt <= text.at)) {
        drop(chunk);
        chunk = next();
      } else if (text) {
        if (tables.dropText(text.id) === 0)
          throw new DamagedDatabase('a text is not found by its own number');
        gone.texts++;
        gone.left--;
        text = texts.next().value;
      }
    }
  }
}

/** Whether a board may still send again what its acks say is stored. */
function isAwaited(
  { acks, lastAt }: Board,
  { before = Number.NEGATIVE_INFINITY, isCrowded }: Bounds,
): boolean {
  const isOld = lastAt < before && lastAt !== Number.NEGATIVE_INFINITY;
  return acks.size > 0 && !isOld && !isCrowded;
}

/** Each must be dropped before the next is asked for. */
function* oldestChunks(tables: Tables, before: number, gone: Gone) {
  while (gone.left > 0) {
    const rows = tables.oldestChunks(STEP, before);
    for (const row of rows) {
      if (gone.left <= 0) return;
      yield row;
    }
    if (rows.length < STEP) return;
  }
}

/** In the order in which they came, which costs no sorting of all. Each must be dropped before the next is asked for. */
function* oldestTexts(tables: Tables) {
  for (let rows = tables.oldestTexts(STEP); rows.length > 0; rows = tables.oldestTexts(STEP)) yield* rows;
}

const USED =
  'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size';

/** Bytes of the pages that hold something. */
export const usedBytes = (db: DatabaseSync): number => Number(db.prepare(USED).get()?.bytes);

/** A series without some of its chunks, which are not in the database any more. */
function without(tables: Tables, series: Series, rows: readonly ChunkRow[], areDamaged: boolean) {
  const countOf = (chunks: readonly ChunkRow[]) => chunks.reduce((sum, { count }) => sum + count, 0);
  const tailDropped = series.tailStored && rows.some(({ no }) => no === series.nextNo);
  return {
    points: areDamaged ? countOf(tables.chunksOf(series.id)) : series.points - countOf(rows),
    chunks: series.chunks - rows.length,
    firstAt: tables.firstAt(series.id) ?? series.firstAt,
    tail: series.tailStored && !tailDropped,
    nextNo: series.nextNo + (tailDropped ? 1 : 0),
  };
}

function take(series: Series, { points, chunks, firstAt, tail, nextNo }: SeriesRow): void {
  if (series.tailStored && !tail) series.open = undefined;
  series.tailStored = tail;
  series.points = points;
  series.chunks = chunks;
  series.firstAt = firstAt;
  series.nextNo = nextNo;
}
