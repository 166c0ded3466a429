import { clearance, type Edge, halfCells } from './clearance.ts';
import { BLOCKED, Grid, LAND, type Terrain } from './grid.ts';

/**
 * A map for the middle of a round robot: a cell is free where the whole robot is off every obstacle. Cells that change in the
 * map of obstacles change this one around them, and only there.
 */
export class Inflation {
  /** Where things are: obstacles are all cells but `LAND`. Changed by `set`. */
  readonly obstacles: Grid;
  /** Where the robot's middle may be: `LAND`, or `BLOCKED`. */
  readonly grid: Grid;
  readonly #edge: Edge;
  /** The cells whose square is nearer to the middle of one than the radius: x and y from it by turns. */
  readonly #disc: Int32Array;

  /**
   * @param obstacles taken over, not copied
   * @param radius of the robot, in cells: metres divided by a cell's. Half a cell's diagonal more where it will also leave the
   *   middles of cells, as smoothed paths do.
   * @param edge whether the map ends at a wall
   * @throws RangeError when the radius is negative or not a number
   */
  constructor(obstacles: Grid, radius: number, edge: Edge = 'blocked') {
    if (!(radius >= 0 && radius < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`A radius of ${radius} cells: it must be 0 or more.`);
    }
    this.obstacles = obstacles;
    this.#edge = edge;
    this.#disc = discOf(radius);
    this.grid = new Grid(obstacles.width, obstacles.height);
    const distances = clearance(obstacles, LAND, edge);
    for (let cell = 0; cell < distances.length; cell++) {
      const distance = distances[cell] as number;
      if (distance > 0 && distance >= radius) this.grid.cells[cell] = LAND;
    }
  }

  /**
   * Changes a cell of the obstacles.
   * @param onChange called for each cell of `grid` that changes by it; it is changed already
   * @throws RangeError outside the map
   */
  set(
    x: number,
    y: number,
    terrain: Terrain,
    onChange: (x: number, y: number, terrain: Terrain) => void,
  ): void {
    const wasFree = this.obstacles.at(x, y) === LAND;
    this.obstacles.set(x, y, terrain);
    const isFree = terrain === LAND;
    if (isFree === wasFree) return;
    const { grid } = this;
    for (let i = 0; i < this.#disc.length; i += 2) {
      const nearX = x + (this.#disc[i] as number);
      const nearY = y + (this.#disc[i + 1] as number);
      if (!grid.contains(nearX, nearY)) continue;
      const terrainNow = isFree && this.#isClear(nearX, nearY) ? LAND : BLOCKED;
      if (grid.at(nearX, nearY) === terrainNow) continue;
      grid.set(nearX, nearY, terrainNow);
      onChange(nearX, nearY, terrainNow);
    }
  }

  #isClear(x: number, y: number): boolean {
    for (let i = 0; i < this.#disc.length; i += 2) {
      const nearX = x + (this.#disc[i] as number);
      const nearY = y + (this.#disc[i + 1] as number);
      if (this.obstacles.at(nearX, nearY) === LAND) continue;
      if (this.#edge === 'blocked' || this.obstacles.contains(nearX, nearY)) return false;
    }
    return true;
  }
}

/** As `clearance` measures; the middle cell is in it whatever the radius. */
function discOf(radius: number): Int32Array {
  const reach = Math.ceil(radius);
  const offsets: number[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const distance = Math.sqrt(halfCells(Math.abs(dx)) + halfCells(Math.abs(dy))) / 2;
      // Rounded as the clearance is, so that both say the same of every cell.
      if (Math.fround(distance) < radius || (dx === 0 && dy === 0)) offsets.push(dx, dy);
    }
  }
  return Int32Array.from(offsets);
}
