import type { Grid } from './grid.ts';
import { LAND } from './grid.ts';
import { OpenList } from './open-list.ts';
import type { Point } from './path.ts';

/** Costs of steps. Where nothing is known a way is a little dearer, so that a known one of the same length is preferred. */
const STRAIGHT = 20;
const DIAGONAL = 28;
const UNKNOWN_STRAIGHT = 24;
const UNKNOWN_DIAGONAL = 34;
/** Of a cell that is occupied for sure; what may be occupied costs its share. A metre of 4 cm cells is 500. */
const OCCUPIED_COST = 1_000;

const UNREACHED = 0x7fffffff;

/** What a way into the unknown is planned with, all of one size. */
export interface ExplorerMaps {
  /** Where the robot may be for sure: all of it is known to be free. */
  readonly known: Grid;
  /** Where it may be as far as is known: nothing is there for sure. */
  readonly hoped: Grid;
  /** How likely each cell is occupied, 0 to 1. */
  readonly risk: (index: number) => number;
}

/**
 * Where a robot that sees only what is near should drive next, to come to a goal that it knows no way to: along the known part
 * of the way which would be the shortest if what is unknown were free, as far as that part goes. There it looks around, and
 * asks again (the free-space assumption of Koenig & Smirnov, "Sensor-Based Planning with the Freespace Assumption", ICRA 1997).
 *
 * One A* over two floors: below are the cells that are known, above those that are hoped for, and from below one may climb up
 * wherever looking around has not been tried in vain.
 */
export class Explorer {
  readonly #maps: ExplorerMaps;
  readonly #cells: number;
  readonly #cost: Int32Array;
  readonly #parent: Int32Array;
  readonly #open = new OpenList(4, 16_384);

  /** @param maps looked at anew by each search */
  constructor(maps: ExplorerMaps) {
    this.#maps = maps;
    this.#cells = maps.known.width * maps.known.height;
    this.#cost = new Int32Array(2 * this.#cells);
    this.#parent = new Int32Array(2 * this.#cells);
  }

  /**
   * @param start a known cell
   * @param isTried cells from which looking around again would show nothing new
   * @returns the last known cell on the way: the goal itself where all of it is known; undefined when there is no way
   */
  find(start: Point, goal: Point, isTried: (x: number, y: number) => boolean): Point | undefined {
    const { known, hoped } = this.#maps;
    const { width } = known;
    const target = goal[1] * width + goal[0];
    const isBelow = known.at(start[0], start[1]) === LAND;
    this.#cost.fill(UNREACHED);
    this.#open.clear();
    const first = start[1] * width + start[0] + (isBelow ? 0 : this.#cells);
    this.#cost[first] = 0;
    this.#parent[first] = first;
    this.#open.push(first, this.#left(first, goal));
    let best = UNREACHED;
    let end = -1;
    for (let node = this.#open.pop(best); node >= 0; node = this.#open.pop(best)) {
      const isUp = node >= this.#cells;
      const cell = isUp ? node - this.#cells : node;
      const cost = this.#cost[node] as number;
      if (cell === target && cost < best) {
        best = cost;
        end = node;
        continue;
      }
      const x = cell % width;
      const y = (cell - x) / width;
      if (!isUp && !isTried(x, y)) this.#reach(node + this.#cells, cost, node, goal);
      this.#expand(node, x, y, isUp ? hoped : known, isUp, goal);
    }
    return end < 0 ? undefined : this.#lastKnown(end, start);
  }

  #expand(node: number, x: number, y: number, grid: Grid, isUp: boolean, goal: Point): void {
    const { width } = grid;
    const cost = this.#cost[node] as number;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        if ((dx === 0 && dy === 0) || grid.at(x + dx, y + dy) !== LAND) continue;
        const isDiagonal = dx !== 0 && dy !== 0;
        if (isDiagonal && (grid.at(x + dx, y) !== LAND || grid.at(x, y + dy) !== LAND)) continue;
        const next = node + dy * width + dx;
        let step = isDiagonal ? DIAGONAL : STRAIGHT;
        if (isUp) {
          const risk = this.#maps.risk(next - this.#cells);
          step = (isDiagonal ? UNKNOWN_DIAGONAL : UNKNOWN_STRAIGHT) + Math.round(OCCUPIED_COST * risk);
        }
        this.#reach(next, cost + step, node, goal);
      }
    }
  }

  #reach(node: number, cost: number, parent: number, goal: Point): void {
    if (cost >= (this.#cost[node] as number)) return;
    this.#cost[node] = cost;
    this.#parent[node] = parent;
    this.#open.push(node, cost + this.#left(node, goal));
  }

  /** The least that the rest of the way can cost. */
  #left(node: number, [goalX, goalY]: Point): number {
    const { width } = this.#maps.known;
    const cell = node % this.#cells;
    const x = cell % width;
    const columns = Math.abs(x - goalX);
    const rows = Math.abs((cell - x) / width - goalY);
    return STRAIGHT * Math.max(columns, rows) + (DIAGONAL - STRAIGHT) * Math.min(columns, rows);
  }

  #lastKnown(end: number, start: Point): Point {
    const { width } = this.#maps.known;
    let node = end;
    while (node >= this.#cells) {
      const parent = this.#parent[node] as number;
      if (parent === node) return start;
      node = parent;
    }
    return [node % width, Math.floor(node / width)];
  }
}
