import type { DatabaseSync } from 'node:sqlite';
import type { Value } from '../../wire/index.ts';
import { type Catalog, countRows } from './catalog.ts';
import { transaction } from './database.ts';
import type { Directory } from './directory.ts';
import type { ChunkRow, SeriesRow } from './rows.ts';
import type { Series } from './series.ts';
import type { Tables } from './tables.ts';

/**
 * Brings the database up to a commit: everything that is in memory only, and the number of the commit, in one
 * transaction. What is in memory is marked as stored once that is on disk, and not touched when it fails.
 * @returns how many texts had to go, of boards that have as many as they may
 */
export function checkpoint(
  db: DatabaseSync,
  tables: Tables,
  catalog: Catalog,
  directory: Directory,
  { commit, textsPerBoard }: { commit: number; textsPerBoard: number },
): number {
  const boards = [...catalog.boards.values()].filter((board) => board.changed);
  const series = boards.flatMap((board) => [...board.series.values()].filter((one) => one.changed));
  const stored = new Map<Series, { rows: ChunkRow[]; count: number }>();
  let trimmed = 0;
  transaction(db, () => {
    for (const board of boards) {
      tables.putBoard(board);
      if (board.acksChanged) tables.putAcks(board.id, [...board.acks.values()]);
      for (const text of board.texts) tables.addText({ ...text, board: board.id });
      if (board.texts.length > 0) trimmed += tables.trimTexts(board.id, textsPerBoard);
    }
    for (const one of series) {
      const chunks = one.open ? [...one.sealed, one.chunkOf(one.open)] : one.sealed;
      const rows = chunks.map((chunk) => tables.putChunk(one.id, chunk));
      const count = one.chunks + chunks.filter(({ replaces }) => !replaces).length;
      stored.set(one, { rows, count });
      tables.putSeries({ ...rowOf(one), tail: one.open !== undefined || one.tailStored, chunks: count });
    }
    const added = boards.reduce((sum, { texts }) => sum + texts.length, 0);
    const texts = tables.state().texts + added - trimmed;
    const rows = countRows(catalog, (one) => stored.get(one)?.count ?? one.chunks);
    tables.putState({ commit, ...rows, texts });
  });
  for (const board of boards) {
    board.changed = false;
    board.acksChanged = false;
    board.texts = [];
  }
  for (const [one, { rows, count }] of stored) {
    one.changed = false;
    one.tailStored ||= one.open !== undefined;
    one.sealed = [];
    one.chunks = count;
    directory.stored(one, rows);
  }
  return trimmed;
}

export function rowOf(series: Series): SeriesRow {
  const { id, metric, unit, points, firstAt, lastAt, latest, nextNo, tailStored, chunks } = series;
  return {
    id,
    board: series.board.id,
    metric,
    unit: unit ?? null,
    points,
    firstAt,
    lastAt,
    latest: latestText(latest),
    nextNo,
    tail: tailStored,
    chunks,
  };
}

/** A value as the series' row has it: JSON, with the zero that JSON.stringify does not write. */
export const latestText = (value: Value): string => (Object.is(value, -0) ? '-0' : JSON.stringify(value));
