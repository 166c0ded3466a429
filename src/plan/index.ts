/**
 * Path planning on grids, for robots whose own chip is too small for it: shortest ways, replanning, smoothing, room for a robot's
 * body, and the files of the Moving AI Lab's benchmarks.
 *
 * ```ts
 * import { Grid, LAND, Planner } from 'kiteline/plan';
 *
 * const grid = new Grid(512, 512);
 * grid.cells.fill(LAND);
 * const planner = new Planner(grid);
 * const { outcome, path } = await planner.plan([10, 10], [500, 300], { signal: AbortSignal.timeout(50) });
 * ```
 */

export { AStarSearch } from './a-star.ts';
export { clearance, type Edge } from './clearance.ts';
export type { MapPlace, RangeReading } from './cone.ts';
export { Explorer, type ExplorerMaps } from './explorer.ts';
export { BLOCKED, Grid, LAND, MAX_SIDE, type Terrain, WATER } from './grid.ts';
export { Inflation } from './inflation.ts';
export { JumpPointSearch } from './jump-points.ts';
export {
  formatMap,
  gridOf,
  type MapProblem,
  type MapReading,
  type MovingAiMap,
  mapOf,
  parseMap,
  scaleMap,
} from './moving-ai-map.ts';
export {
  formatScenarios,
  parseScenarios,
  type Scenario,
  type ScenarioProblem,
  type ScenarioReading,
} from './moving-ai-scenarios.ts';
export { OccupancyMap } from './occupancy-map.ts';
export { everyCell, isLegal, Path, type Point, wayLength } from './path.ts';
export { PathFinder } from './path-finder.ts';
export { type Change, type Plan, Planner, type PlanOptions } from './planner.ts';
export type { Route } from './route.ts';
export type { Search, SearchMaker } from './search.ts';
export { canSee } from './sight.ts';
export { smooth } from './smooth.ts';
export type { Outcome } from './territory.ts';
