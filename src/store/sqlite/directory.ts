import { say } from '../../language.ts';
import { decodeChunk, type PointColumns } from '../chunk/index.ts';
import { checksumOfBlob } from './checksum.ts';
import type { ChunkRow } from './rows.ts';
import type { Series } from './series.ts';
import type { Tables } from './tables.ts';

/** Rows that are kept in memory, of all series: about 40 MB. */
const MAX_ROWS = 200_000;

/** The chunks that the database has of each series. What is damaged is told and left out. */
export class Directory {
  readonly #tables: Tables;
  readonly #damaged: (sentence: string) => void;
  #known = new Map<number, ChunkRow[]>(); // by series, the one that was asked for last at the end
  #rows = 0;

  constructor(tables: Tables, damaged: (sentence: string) => void) {
    this.#tables = tables;
    this.#damaged = damaged;
  }

  /** The stored chunks of a series that are not older than what is in memory, by number. */
  chunksOf(series: Series): readonly ChunkRow[] {
    const rows = this.#known.get(series.id) ?? this.#read(series);
    if (!rows) return []; // the next who asks reads it again
    this.#known.delete(series.id);
    this.#known.set(series.id, rows);
    const unstored = series.firstUnstored;
    return (rows.at(-1)?.no ?? -1) < unstored ? rows : rows.filter(({ no }) => no < unstored);
  }

  /** The points of a chunk; undefined when they are damaged. */
  open(series: Series, row: ChunkRow): PointColumns | undefined {
    try {
      const data = this.#tables.data(row.data);
      if (!data) throw new Error('its row is missing');
      if (checksumOfBlob(data) !== row.dataCrc) throw new Error('it is another one');
      const points = decodeChunk(data);
      if (points.length !== row.count) throw new Error(`it has ${points.length} points and not ${row.count}`);
      return points;
    } catch (error) {
      if (this.#tables.isOpen) this.#damaged(chunkSentence(series, row, error));
      return undefined;
    }
  }

  /** What is known of a series is out of date. */
  forget(series: Series): void {
    this.#rows -= this.#known.get(series.id)?.length ?? 0;
    this.#known.delete(series.id);
  }

  /** A series has these rows now, in place of those with the same numbers. */
  stored(series: Series, rows: readonly ChunkRow[]): void {
    const known = this.#known.get(series.id);
    const first = rows[0]?.no;
    if (!known || first === undefined) return;
    this.#rows -= known.length;
    while ((known.at(-1)?.no ?? -1) >= first) known.pop();
    known.push(...rows);
    this.#rows += known.length;
    this.#forgetMost();
  }

  #read(series: Series): ChunkRow[] | undefined {
    const rows: ChunkRow[] = [];
    try {
      // A damaged list may lead to the same rows twice.
      for (const row of this.#tables.chunksOf(series.id))
        if (row.no > (rows.at(-1)?.no ?? -1)) rows.push(row);
    } catch (error) {
      if (this.#tables.isOpen) this.#damaged(listSentence(series, error));
      return undefined;
    }
    // Rows that a damaged page has swallowed are missed nowhere else.
    if (rows.length !== series.chunks) this.#damaged(missingSentence(series, rows.length));
    this.#rows += rows.length;
    this.#forgetMost();
    return rows;
  }

  /** Those that nobody has asked for longest, where there are too many. */
  #forgetMost(): void {
    for (const [id, rows] of this.#known) {
      if (this.#rows <= MAX_ROWS) return;
      this.#known.delete(id);
      this.#rows -= rows.length;
    }
  }
}

const nameOf = ({ board, metric }: Series): string => `${board.name} ${metric}`;
const timeOf = (at: number): string => new Date(at).toISOString();

function chunkSentence(series: Series, row: ChunkRow, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  const from = timeOf(row.firstAt);
  const to = timeOf(row.lastAt);
  return say(
    `${nameOf(series)}: ${row.count} points between ${from} and ${to} are damaged and left out (${why}).`,
    `${nameOf(series)}：${from} 到 ${to} 之间的 ${row.count} 个数据点已损坏，被跳过（${why}）。`,
  );
}

function listSentence(series: Series, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return say(
    `${nameOf(series)}: the list of its chunks is damaged, part of its history is left out (${why}).`,
    `${nameOf(series)}：数据块列表已损坏，部分历史被跳过（${why}）。`,
  );
}

function missingSentence(series: Series, found: number): string {
  return say(
    `${nameOf(series)}: ${found} of its ${series.chunks} chunks are whole, the others are left out.`,
    `${nameOf(series)}：${series.chunks} 个数据块中有 ${found} 个完好，其余被跳过。`,
  );
}
