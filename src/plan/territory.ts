import { type Costs, UNREACHED } from './costs.ts';
import type { Grid, Terrain } from './grid.ts';
import type { Guide } from './guide.ts';
import { Layer } from './layer.ts';
import type { Path } from './path.ts';
import { Regions } from './regions.ts';
import { type Search, type SearchMaker, STOPPED } from './search.ts';

/** How the search for a way ended; all but `found` leave the path empty. */
export type Outcome =
  /** The path is the shortest there is. */
  | 'found'
  /** Nothing stands or swims at the start: it is blocked. */
  | 'start-blocked'
  /** The goal is blocked. */
  | 'goal-blocked'
  /** There is no way, or one of the two is on land and the other on water. */
  | 'unreachable'
  /** It was told to stop. */
  | 'stopped';

/** Everything that is known of one kind of terrain. */
export class Territory {
  readonly layer: Layer;
  readonly search: Search;
  readonly #regions: Regions;

  constructor(grid: Grid, terrain: Terrain, costs: Costs, Maker: SearchMaker) {
    this.layer = new Layer(grid, terrain);
    this.#regions = new Regions(this.layer);
    this.search = new Maker(this.layer, costs);
  }

  /** Takes over a cell that is of this terrain now, or no more. @returns whether that is news */
  update(x: number, y: number, isFree: boolean): boolean {
    const node = this.layer.node(x, y);
    if (this.layer.isFree(node) === isFree) return false;
    this.layer.update(x, y, isFree);
    if (isFree) this.#regions.free(node);
    else this.#regions.block(node);
    return true;
  }

  /** The shortest way between two free nodes, into `path`. */
  find(
    start: number,
    goal: number,
    path: Path,
    shouldStop: (() => boolean) | undefined,
    guide: Guide | undefined,
  ): Outcome {
    path.clear();
    if (!this.#regions.mayConnect(start, goal)) return 'unreachable';
    const cost = this.search.find(start, goal, shouldStop, guide);
    if (cost === STOPPED) return 'stopped';
    if (cost === UNREACHED) {
      // The next question of this kind is answered without looking everywhere.
      if (!this.#regions.isExact) this.#regions.count();
      return 'unreachable';
    }
    this.#trace(start, goal, path);
    return 'found';
  }

  /** From each node to its parent a run is diagonal first, then straight: seen from the goal, straight first. */
  #trace(start: number, goal: number, path: Path): void {
    const { stride } = this.layer;
    const { parent } = this.search;
    let node = goal;
    let y = Math.floor(node / stride);
    let x = node - y * stride;
    path.add(x - 1, y - 1);
    while (node !== start) {
      node = parent[node] as number;
      const parentY = Math.floor(node / stride);
      const parentX = node - parentY * stride;
      const columns = Math.abs(x - parentX);
      const rows = Math.abs(y - parentY);
      const diagonal = Math.min(columns, rows);
      path.add(
        parentX + diagonal * Math.sign(x - parentX) - 1,
        parentY + diagonal * Math.sign(y - parentY) - 1,
      );
      path.add(parentX - 1, parentY - 1);
      x = parentX;
      y = parentY;
    }
    path.reverse();
  }
}
