import { octileLength } from './costs.ts';
import type { Grid } from './grid.ts';

/** A cell: its column and its row, from 0. */
export type Point = readonly [x: number, y: number];

/**
 * A way through a grid as its corner points, laid out once and used again: x and y of each by turns in `points`, start first.
 * Between two of them it runs straight or diagonally, so no three are in one line.
 */
export class Path {
  /** The first `2 * count` numbers are the path. */
  points = new Int32Array(128);
  /** How many points. */
  count = 0;

  /** In cells: 1 a straight step, √2 a diagonal one. */
  get length(): number {
    let straight = 0;
    let diagonal = 0;
    for (let i = 2; i < 2 * this.count; i += 2) {
      const dx = Math.abs((this.points[i] as number) - (this.points[i - 2] as number));
      const dy = Math.abs((this.points[i + 1] as number) - (this.points[i - 1] as number));
      diagonal += Math.min(dx, dy);
      straight += Math.abs(dx - dy);
    }
    return octileLength(straight, diagonal);
  }

  clear(): void {
    this.count = 0;
  }

  /** Adds a point; one that the last run passes on its way is replaced. */
  add(x: number, y: number): void {
    const { points } = this;
    const end = 2 * this.count;
    if (end >= 2) {
      const dx = x - (points[end - 2] as number);
      const dy = y - (points[end - 1] as number);
      if (dx === 0 && dy === 0) return;
      if (end >= 4) {
        const beforeX = (points[end - 2] as number) - (points[end - 4] as number);
        const beforeY = (points[end - 1] as number) - (points[end - 3] as number);
        if (
          Math.sign(dx) === Math.sign(beforeX) &&
          Math.sign(dy) === Math.sign(beforeY) &&
          dx * beforeY === dy * beforeX
        ) {
          points[end - 2] = x;
          points[end - 1] = y;
          return;
        }
      }
    }
    if (end + 2 > points.length) {
      this.points = new Int32Array(2 * points.length);
      this.points.set(points);
    }
    this.points[end] = x;
    this.points[end + 1] = y;
    this.count++;
  }

  /** Last point first. */
  reverse(): void {
    const { points } = this;
    for (let i = 0, j = 2 * this.count - 2; i < j; i += 2, j -= 2) {
      for (let k = 0; k < 2; k++) {
        const swapped = points[i + k] as number;
        points[i + k] = points[j + k] as number;
        points[j + k] = swapped;
      }
    }
  }

  toPoints(): Point[] {
    return Array.from(
      { length: this.count },
      (_, i): Point => [this.points[2 * i] as number, this.points[2 * i + 1] as number],
    );
  }
}

/** Every cell of a way that is given by its corner points, each a straight or diagonal run from the one before. */
export function everyCell(points: readonly Point[]): Point[] {
  const [first] = points;
  if (!first) return [];
  const cells: Point[] = [first];
  let [x, y] = first;
  for (const [toX, toY] of points) {
    while (x !== toX || y !== toY) {
      x += Math.sign(toX - x);
      y += Math.sign(toY - y);
      cells.push([x, y]);
    }
  }
  return cells;
}

/**
 * Whether a robot may go a way of straight and diagonal runs: all cells are of one terrain that is not blocked, and so are, at
 * each diagonal step, the two cells beside it.
 */
export function isLegal(grid: Grid, points: readonly Point[]): boolean {
  const [first] = points;
  if (!first) return false;
  const terrain = grid.at(...first);
  if (terrain === 0) return false;
  let [x, y] = first;
  for (const [toX, toY] of points) {
    const columns = Math.abs(toX - x);
    const rows = Math.abs(toY - y);
    if (columns !== 0 && rows !== 0 && columns !== rows) return false;
    const dx = Math.sign(toX - x);
    const dy = Math.sign(toY - y);
    for (let step = Math.max(columns, rows); step > 0; step--) {
      if (grid.at(x + dx, y) !== terrain || grid.at(x, y + dy) !== terrain) return false;
      x += dx;
      y += dy;
      if (grid.at(x, y) !== terrain) return false;
    }
    // With a corner point between cells no step ends there.
    if (x !== toX || y !== toY) return false;
  }
  return true;
}

/** The length of a way in cells, as a robot drives it from point to point: Euclidean. */
export function wayLength(points: readonly Point[]): number {
  let length = 0;
  for (let i = 1; i < points.length; i++) {
    const [x, y] = points[i] as Point;
    const [fromX, fromY] = points[i - 1] as Point;
    length += Math.hypot(x - fromX, y - fromY);
  }
  return length;
}
