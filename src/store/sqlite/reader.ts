import { type Bucket, BucketRow } from '../buckets.ts';
import { decodeChunk, KIND, type PointColumns, type Summary } from '../chunk/index.ts';
import type { PointRange } from '../store.ts';
import type { Directory } from './directory.ts';
import { BACKWARD, FORWARD, type Piece, piecesOf, placesOf, type Source } from './merge.ts';
import type { ChunkInfo, Series } from './series.ts';

/** A chunk, and what its points come to where that is known without opening it. */
interface SummedSource extends Source {
  summary?: Summary;
}

/** Answers questions about a series from the chunks in the database, the sealed ones and the open one. */
export class Reader {
  readonly #directory: Directory;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** The points of a range, by time; those of the same millisecond in the order in which they came. */
  query(series: Series, { from, to, limit, keep, skip }: PointRange): Piece[] {
    const sources = this.#sources(series, from, to);
    const pieces: Piece[] = [];
    let rest = limit;
    if (keep === 'newest') {
      for (const piece of piecesOf(sources, from, to, BACKWARD)) {
        piece.from = Math.max(piece.from, piece.to - rest);
        rest -= piece.to - piece.from;
        pieces.push(piece);
        if (rest === 0) break;
      }
      return pieces.reverse();
    }
    let left = skip;
    for (const piece of piecesOf(sources, from, to, FORWARD)) {
      const atFrom = placesOf(piece.points, from, from + 1);
      const skipped = Math.max(0, Math.min(left, piece.to - piece.from, atFrom.to - piece.from));
      left -= skipped;
      piece.from += skipped;
      piece.to = Math.min(piece.to, piece.from + rest);
      rest -= piece.to - piece.from;
      if (piece.to > piece.from) pieces.push(piece);
      if (rest === 0) break;
    }
    return pieces;
  }

  /** @param since points before it are left out, wherever the first bucket begins */
  buckets(series: Series, begin: number, to: number, count: number, since: number): Bucket[] {
    const row = new BucketRow(begin, to, count);
    const from = Math.max(begin, since);
    for (const { info, summary, points } of this.#sources(series, from, to)) {
      const place = row.place(info.firstAt);
      const whole = info.firstAt >= from && info.lastAt < to && place === row.place(info.lastAt);
      if (whole && summary) row.addSummary(place, summary);
      else addPoints(row, points(), from, to);
    }
    return row.buckets;
  }

  /** Every chunk that may have points of the range. */
  #sources(series: Series, from: number, to: number): SummedSource[] {
    const isIn = ({ firstAt, lastAt }: Source['info']) => lastAt >= from && firstAt < to;
    const sources: SummedSource[] = [];
    const add = (chunk: ChunkInfo, points: () => PointColumns | undefined) => {
      if (isIn(chunk)) sources.push({ info: chunk, summary: chunk, points });
    };
    for (const row of this.#directory.chunksOf(series)) add(row, () => this.#directory.open(series, row));
    for (const chunk of series.sealed) add(chunk, () => decodeChunk(chunk.blob));
    const points = series.open?.points;
    if (points && points.length > 0) {
      const firstAt = points.times[0] as number;
      const lastAt = points.times[points.length - 1] as number;
      const info = { no: series.nextNo, firstAt, lastAt };
      if (isIn(info)) sources.push({ info, points: () => points });
    }
    return sources;
  }
}

function addPoints(row: BucketRow, points: PointColumns | undefined, from: number, to: number): void {
  if (!points) return;
  const { times, numbers, kinds } = points;
  const places = placesOf(points, from, to);
  if (!kinds) {
    row.addNumbers(times, numbers, places.from, places.to);
    return;
  }
  for (let i = places.from; i < places.to; i++) {
    row.add(times[i] as number, kinds[i] === KIND.STRING ? undefined : (numbers[i] as number));
  }
}
