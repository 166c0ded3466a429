import { type Costs, costsFor } from './costs.ts';
import { BLOCKED, type Grid, type Terrain } from './grid.ts';
import { JumpPointSearch } from './jump-points.ts';
import { Path, type Point } from './path.ts';
import { Route } from './route.ts';
import type { SearchMaker } from './search.ts';
import { type Outcome, Territory } from './territory.ts';

/**
 * Shortest ways through a grid, one at a time, on the caller's thread.
 *
 * ```ts
 * const finder = new PathFinder(grid);
 * if (finder.plan([2, 3], [40, 7]) === 'found') drive(finder.path.toPoints());
 * finder.set(20, 5, BLOCKED);
 * ```
 */
export class PathFinder {
  readonly grid: Grid;
  /** The last way found; the next plan writes over it. */
  readonly path = new Path();
  readonly #costs: Costs;
  readonly #Maker: SearchMaker;
  /** By terrain, made when one is asked for. */
  readonly #territories: (Territory | undefined)[] = [];
  readonly #routes = new Set<Route>();

  /** @param Maker the search to use; jump-point search unless told */
  constructor(grid: Grid, Maker: SearchMaker = JumpPointSearch) {
    this.grid = grid;
    this.#costs = costsFor(grid.width * grid.height);
    this.#Maker = Maker;
  }

  /**
   * The shortest way of straight and diagonal steps, into `path`.
   * @param shouldStop asked every 50 µs or so
   * @throws RangeError when a point is outside the grid
   */
  plan(start: Point, goal: Point, shouldStop?: () => boolean): Outcome {
    const territory = this.between(start, goal);
    if (typeof territory === 'string') return territory;
    const { layer } = territory;
    return territory.find(layer.node(...start), layer.node(...goal), this.path, shouldStop);
  }

  /** A goal to be planned for again and again while cells change. @throws RangeError outside the grid */
  route(goal: Point): Route {
    this.grid.mustContain(...goal);
    const route = new Route(this, goal, this.#costs, () => this.#routes.delete(route));
    this.#routes.add(route);
    return route;
  }

  /** Changes a cell, in the grid and in all that is known about it. @throws RangeError outside the grid */
  set(x: number, y: number, terrain: Terrain): void {
    this.grid.set(x, y, terrain);
    for (const territory of this.#territories) {
      if (!territory) continue;
      const isFree = terrain === territory.layer.terrain;
      if (!territory.update(x, y, isFree)) continue;
      for (const route of this.#routes) route.change(territory, territory.layer.node(x, y), isFree);
    }
  }

  /** Lays out now what the first plan on this terrain would: some ms for 512 × 512 cells. */
  territory(terrain: Terrain): Territory {
    this.#territories[terrain] ??= new Territory(this.grid, terrain, this.#costs, this.#Maker);
    return this.#territories[terrain];
  }

  /**
   * Clears the path, and tells where ways between the two are to be looked for.
   * @returns the outcome where that is known without a search
   * @throws RangeError when a point is outside the grid
   */
  between(start: Point, goal: Point): Territory | Outcome {
    this.grid.mustContain(...start);
    this.grid.mustContain(...goal);
    this.path.clear();
    const terrain = this.grid.at(...start);
    const goalTerrain = this.grid.at(...goal);
    if (terrain === BLOCKED) return 'start-blocked';
    if (goalTerrain === BLOCKED) return 'goal-blocked';
    return terrain === goalTerrain ? this.territory(terrain) : 'unreachable';
  }
}
