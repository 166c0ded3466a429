/** What a cell is. A robot drives on land, a boat on water; neither changes over, and nothing is on a blocked cell. */
export const BLOCKED = 0;
export const LAND = 1;
export const WATER = 2;
export type Terrain = typeof BLOCKED | typeof LAND | typeof WATER;

/** Of a side, in cells. A search on the largest square takes about 1 GB. */
export const MAX_SIDE = 8_192;

/** A map of square cells, one byte each, row by row from the upper left: cell (x, y) is `cells[y * width + x]`. */
export class Grid {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** One `Terrain` a cell, in shared memory, so that a planner's thread sees it without a copy. */
  readonly cells: Uint8Array;

  /**
   * All cells are blocked, or as given.
   * @param cells of an earlier grid of this size; not copied
   * @throws RangeError when a side is not a whole number from 1 to `MAX_SIDE`, or `cells` has another size
   */
  constructor(width: number, height: number, cells?: Uint8Array) {
    for (const side of [width, height]) {
      if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
        throw new RangeError(
          `A grid of ${width} × ${height}: each side must be a whole number from 1 to ${MAX_SIDE}.`,
        );
      }
    }
    if (cells && cells.length !== width * height) {
      throw new RangeError(
        `A grid of ${width} × ${height} has ${width * height} cells, not ${cells.length}.`,
      );
    }
    this.width = width;
    this.height = height;
    this.cells = cells ?? new Uint8Array(new SharedArrayBuffer(width * height));
  }

  contains(x: number, y: number): boolean {
    return (
      Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < this.width && y < this.height
    );
  }

  /** Outside the grid everything is blocked. */
  at(x: number, y: number): Terrain {
    return this.contains(x, y) ? (this.cells[y * this.width + x] as Terrain) : BLOCKED;
  }

  /** @throws RangeError outside the grid */
  mustContain(x: number, y: number): void {
    if (this.contains(x, y)) return;
    throw new RangeError(`(${x}, ${y}) is outside a grid of ${this.width} × ${this.height}.`);
  }

  /** @throws RangeError outside the grid, or for what is no terrain */
  set(x: number, y: number, terrain: Terrain): void {
    this.mustContain(x, y);
    mustBeTerrain(terrain);
    this.cells[y * this.width + x] = terrain;
  }
}

/** @throws RangeError */
export function mustBeTerrain(terrain: number): void {
  if (terrain === BLOCKED || terrain === LAND || terrain === WATER) return;
  throw new RangeError(`${terrain} is no terrain: BLOCKED is 0, LAND 1, WATER 2.`);
}
