import { type Grid, LAND, type Terrain } from './grid.ts';

/** What is beyond the edge of a map: a wall, or nothing that a robot could hit. */
export type Edge = 'blocked' | 'open';

const NONE = Number.POSITIVE_INFINITY;

/**
 * How far it is from the middle of each cell to the nearest obstacle, that is, to the square of the nearest cell which is not
 * of the terrain: 0 in an obstacle, 0.5 beside one. Exact, in time linear in the cells (Felzenszwalb & Huttenlocher, "Distance
 * Transforms of Sampled Functions", Theory of Computing 8, 2012), here for squares instead of points.
 * @param edge whether the map ends at a wall
 * @returns distances in cells, row by row as the grid's cells; Infinity where there is no obstacle at all
 */
export function clearance(grid: Grid, terrain: Terrain = LAND, edge: Edge = 'blocked'): Float32Array {
  const { width, height } = grid;
  const squared = rowsApart(grid, terrain, edge);
  const envelope = new Envelope(width + 1);
  const corners = new Float64Array(width + 1);
  const outside = edge === 'blocked' ? 0 : NONE;
  const distances = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = squared.subarray(y * width, (y + 1) * width);
    // The squares of a column's obstacles begin and end at its two borders; border k is between columns k − 1 and k.
    for (let k = 0; k <= width; k++) corners[k] = Math.min(row[k - 1] ?? outside, row[k] ?? outside);
    envelope.set(corners);
    for (let x = 0; x < width; x++) {
      distances[y * width + x] = Math.sqrt(Math.min(row[x] as number, envelope.at(x))) / 2;
    }
  }
  return distances;
}

/** For each cell how far the nearest obstacle of its column is above or below, in half cells, squared. */
function rowsApart(grid: Grid, terrain: Terrain, edge: Edge): Float64Array {
  const { width, height, cells } = grid;
  const squared = new Float64Array(width * height);
  for (let x = 0; x < width; x++) {
    let last = edge === 'blocked' ? -1 : -NONE;
    for (let y = 0; y < height; y++) {
      if (cells[y * width + x] !== terrain) last = y;
      squared[y * width + x] = halfCells(y - last);
    }
    last = edge === 'blocked' ? height : NONE;
    for (let y = height - 1; y >= 0; y--) {
      if (cells[y * width + x] !== terrain) last = y;
      squared[y * width + x] = Math.min(squared[y * width + x] as number, halfCells(last - y));
    }
  }
  return squared;
}

/** From the middle of a cell to the border of one so many further on, in half cells, squared. */
export const halfCells = (cellsApart: number): number => Math.max(0, 2 * cellsApart - 1) ** 2;

/** The least of parabolas (q − root)² + base whose roots are the borders of columns, at −1, 1, 3, … half cells. */
class Envelope {
  readonly #root: Int32Array;
  readonly #base: Float64Array;
  /** From where on, in half cells, each parabola is the least. */
  readonly #from: Float64Array;
  #count = 0;
  #current = 0;

  constructor(roots: number) {
    this.#root = new Int32Array(roots);
    this.#base = new Float64Array(roots);
    this.#from = new Float64Array(roots);
  }

  set(bases: Float64Array): void {
    this.#count = 0;
    this.#current = 0;
    for (let k = 0; k < bases.length; k++) {
      const base = bases[k] as number;
      if (base === NONE) continue;
      const root = 2 * k - 1;
      let from = -NONE;
      while (this.#count > 0) {
        const i = this.#count - 1;
        const before = this.#root[i] as number;
        from = (base + root * root - (this.#base[i] as number) - before * before) / (2 * (root - before));
        if (from > (this.#from[i] as number)) break;
        // The one before is nowhere the least.
        this.#count--;
        from = -NONE;
      }
      this.#root[this.#count] = root;
      this.#base[this.#count] = base;
      this.#from[this.#count] = from;
      this.#count++;
    }
  }

  /** At the middle of a column; columns are asked for in rising order. */
  at(column: number): number {
    if (this.#count === 0) return NONE;
    const q = 2 * column;
    while (this.#current + 1 < this.#count && (this.#from[this.#current + 1] as number) <= q) this.#current++;
    return (q - (this.#root[this.#current] as number)) ** 2 + (this.#base[this.#current] as number);
  }
}
