import type { PointColumns } from '../chunk/index.ts';
import type { ChunkInfo } from './series.ts';

/** A chunk, wherever it is kept. */
export interface Source {
  info: Pick<ChunkInfo, 'no' | 'firstAt' | 'lastAt'>;
  /** By time; undefined when they are damaged. */
  points(): PointColumns | undefined;
}

/** Some points of a chunk, `from` included and `to` not. */
export interface Piece {
  points: PointColumns;
  from: number;
  to: number;
}

/** A chunk being read: what of it has not been given yet. */
interface Cursor extends Piece {
  no: number;
}

export const FORWARD = 1;
export const BACKWARD = -1;
type Direction = typeof FORWARD | typeof BACKWARD;

/**
 * The points of some chunks that are in a range of time, piece by piece in the order of time, or against it; within
 * a piece they are by time. Points of one millisecond are in the order of their chunks' numbers, which is the order in
 * which they came. Chunks may overlap, as they do where samples came late; each is opened when its time has come, so
 * that one with a single very old point costs no more than others.
 */
export function* piecesOf(
  sources: Source[],
  from: number,
  to: number,
  direction: Direction,
): Generator<Piece, void> {
  const headOf = ({ info }: Source) => (direction === FORWARD ? info.firstAt : info.lastAt);
  const rest = sources.toSorted(
    (a, b) => direction * (headOf(a) - headOf(b)) || direction * (a.info.no - b.info.no),
  );
  const active: Cursor[] = [];
  let opened = 0;
  for (;;) {
    const [best, other] = firstTwo(active, direction);
    const next = rest[opened];
    const nextHead = next && { time: headOf(next), no: next.info.no };
    if (next && nextHead && (!best || isBefore(nextHead, headOfCursor(best, direction), direction))) {
      opened++;
      const points = next.points();
      const cursor = points && { no: next.info.no, points, ...placesOf(points, from, to) };
      if (cursor && cursor.from < cursor.to) active.push(cursor);
      continue;
    }
    if (!best) return;
    let until = other && headOfCursor(other, direction);
    if (nextHead && (!until || isBefore(nextHead, until, direction))) until = nextHead;
    yield until ? takeUntil(best, until, direction) : { ...best };
    if (!until || best.from >= best.to) active.splice(active.indexOf(best), 1);
  }
}

interface Head {
  time: number;
  no: number;
}

function headOfCursor({ points, from, to, no }: Cursor, direction: Direction): Head {
  return { time: points.times[direction === FORWARD ? from : to - 1] as number, no };
}

const isBefore = (a: Head, b: Head, direction: Direction): boolean =>
  direction * (a.time - b.time) < 0 || (a.time === b.time && direction * (a.no - b.no) < 0);

function firstTwo(active: Cursor[], direction: Direction): [Cursor | undefined, Cursor | undefined] {
  let first: Cursor | undefined;
  let second: Cursor | undefined;
  for (const cursor of active) {
    const head = headOfCursor(cursor, direction);
    if (!first || isBefore(head, headOfCursor(first, direction), direction)) {
      second = first;
      first = cursor;
    } else if (!second || isBefore(head, headOfCursor(second, direction), direction)) {
      second = cursor;
    }
  }
  return [first, second];
}

/** Takes from a cursor what comes before `until`: at least one point. */
function takeUntil(cursor: Cursor, until: Head, direction: Direction): Piece {
  const { points, from, to, no } = cursor;
  const { times } = points;
  if (direction === FORWARD) {
    // Of the other's millisecond too, if they came before it.
    cursor.from = firstAtOrAfter(times, from, to, no < until.no ? until.time + 1 : until.time);
    return { points, from, to: cursor.from };
  }
  cursor.to = firstAtOrAfter(times, from, to, no > until.no ? until.time : until.time + 1);
  return { points, from: cursor.to, to };
}

/** The points with `from <= time < to`. */
export function placesOf(
  { times, length }: PointColumns,
  from: number,
  to: number,
): { from: number; to: number } {
  return { from: firstAtOrAfter(times, 0, length, from), to: firstAtOrAfter(times, 0, length, to) };
}

function firstAtOrAfter(times: Float64Array, from: number, to: number, at: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}
