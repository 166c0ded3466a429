import type { DatabaseSync } from 'node:sqlite';
import type { Catalog } from './catalog.ts';
import { rowOf } from './checkpoint.ts';
import { transaction } from './database.ts';
import type { Directory } from './directory.ts';
import type { ChunkRow } from './rows.ts';
import type { Board, Series } from './series.ts';
import type { Tables } from './tables.ts';

/** Chunks and texts that are given up at a time. */
const STEP = 64;
/** What is over the limit is brought so far below it that the next time is not at once. */
const LOW_WATER = 0.95;

/**
 * Gives up whole chunks, the oldest first: those that ended before `before`, and then as many as it takes for the database
 * to need less than `maxBytes`. Everything must be in the database (after a checkpoint).
 * @returns points and texts given up
 */
export function retain(
  db: DatabaseSync,
  tables: Tables,
  catalog: Catalog,
  directory: Directory,
  { before, maxBytes }: { before: number | undefined; maxBytes: number | undefined },
): number {
  const dropped = new Map<Series, ChunkRow[]>();
  let lost = 0;
  transaction(db, () => {
    const drop = (rows: readonly ChunkRow[]) => {
      for (const row of rows) {
        tables.dropChunk(row);
        lost += row.count;
        const series = catalog.byId.get(row.series);
        if (series) dropped.set(series, [...(dropped.get(series) ?? []), row]);
      }
      return rows.length;
    };
    if (before !== undefined) {
      while (drop(tables.oldestChunks(STEP, before)) > 0);
      lost += tables.dropTextsBefore(before);
    }
    if (maxBytes !== undefined && usedBytes(db) > maxBytes) {
      const enough = () => usedBytes(db) <= maxBytes * LOW_WATER;
      while (!enough() && drop(tables.oldestChunks(STEP)) > 0);
      for (let count = STEP; count > 0 && !enough(); lost += count) count = tables.dropOldestTexts(STEP);
    }
    for (const [series, rows] of dropped) {
      if (rows.length >= series.chunks) tables.dropSeries(series.id);
      else tables.putSeries({ ...rowOf(series), ...without(tables, series, rows) });
    }
    for (const board of catalog.boards.values())
      if (isLeft(tables, board, dropped)) tables.dropBoard(board.id);
  });
  for (const [series, rows] of dropped) {
    directory.forget(series);
    if (rows.length >= series.chunks) {
      catalog.drop(series);
      continue;
    }
    const rest = without(tables, series, rows);
    if (series.tailStored && !rest.tail) series.open = undefined;
    series.tailStored = rest.tail;
    Object.assign(series, {
      points: rest.points,
      chunks: rest.chunks,
      firstAt: rest.firstAt,
      nextNo: rest.nextNo,
    });
  }
  for (const board of catalog.boards.values()) if (isLeft(tables, board, new Map())) catalog.dropBoard(board);
  return lost;
}

/** Bytes of the pages that hold something. */
export function usedBytes(db: DatabaseSync): number {
  const pragma = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}

/** A series without some of its chunks, which are not in the database any more. */
function without(tables: Tables, series: Series, rows: readonly ChunkRow[]) {
  const tailDropped = series.tailStored && rows.some(({ no }) => no === series.nextNo);
  return {
    points: series.points - rows.reduce((sum, { count }) => sum + count, 0),
    chunks: series.chunks - rows.length,
    firstAt: tables.firstAt(series.id) ?? series.firstAt,
    tail: series.tailStored && !tailDropped,
    nextNo: series.nextNo + (tailDropped ? 1 : 0),
  };
}

/** Whether nothing of a board is stored any more. */
const isLeft = (tables: Tables, board: Board, dropped: ReadonlyMap<Series, readonly ChunkRow[]>): boolean =>
  [...board.series.values()].every((series) => (dropped.get(series)?.length ?? -1) >= series.chunks) &&
  tables.texts(board.id, 1).length === 0;
