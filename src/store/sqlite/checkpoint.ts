import type { DatabaseSync } from 'node:sqlite';
import type { Catalog } from './catalog.ts';
import { transaction } from './database.ts';
import type { Directory } from './directory.ts';
import { chunkOf, type Series } from './series.ts';
import type { ChunkRow, SeriesRow, Tables } from './tables.ts';

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
      const rows = putChunks(tables, one);
      const count = one.chunks + rows.length - (one.tailStored && rows.length > 0 ? 1 : 0);
      stored.set(one, { rows, count });
      tables.putSeries({
        ...rowOf(one),
        tail: one.open !== undefined || (one.tailStored && rows.length === 0),
        chunks: count,
      });
    }
    tables.putLastCommit(commit);
  });
  for (const board of boards) {
    board.changed = false;
    board.acksChanged = false;
    board.texts = [];
  }
  for (const [one, { rows, count }] of stored) {
    one.changed = false;
    if (rows.length > 0) one.tailStored = one.open !== undefined;
    one.sealed = [];
    one.chunks = count;
    directory.stored(one, rows);
  }
  return trimmed;
}

/** The chunks of a series that the database does not have, or only the beginning of. */
function putChunks(tables: Tables, series: Series): ChunkRow[] {
  const chunks = [...series.sealed];
  if (series.open) chunks.push(chunkOf(series.open, series.nextNo));
  return chunks.map((chunk, i) => {
    const replaced = i === 0 && series.tailStored ? tables.chunk(series.id, chunk.no) : undefined;
    return tables.putChunk(series.id, chunk, replaced);
  });
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
    latest: JSON.stringify(latest),
    nextNo,
    tail: tailStored,
    chunks,
  };
}
