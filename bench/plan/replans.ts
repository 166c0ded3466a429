/**
 * A robot on its way, while cells change: a route's plan against a new search by the same planner's best and by its A*. All
 * three see the same robot, the same changes and find ways of the same length. Told what to do once.
 */
import { Dice } from '../../src/lab/dice.ts';
import {
  AStarSearch,
  BLOCKED,
  everyCell,
  type Grid,
  LAND,
  PathFinder,
  type Point,
  type Terrain,
} from '../../src/plan/index.ts';
import { median } from '../figures.ts';
import { load, type MapSpec } from './maps.ts';

export interface ReplanQuestion {
  readonly spec: MapSpec;
  readonly ways: number;
  readonly steps: number;
  readonly rounds: number;
}

/** Where up to ten cells change before each plan. */
export const PLACES = ['ahead', 'on the way', 'anywhere'] as const;
export type Place = (typeof PLACES)[number];

export interface ReplanFigures {
  readonly place: Place;
  readonly plans: number;
  /** Mean of all plans, the median of the rounds, ms. */
  readonly routeMs: number;
  readonly searchMs: number;
  readonly aStarMs: number;
  /** How often a route computed its distances during the plans, beyond once at its beginning. */
  readonly fields: number;
  /** Mean of the first plan, which computes them. */
  readonly firstMs: number;
}

const CHANGES = 10;

/** Cells from the robot that its range finder sees, and by which a cluster of changes is spread. */
const SIGHT = 15;
const SPREAD = 3;

/** So many cells the robot drives between two plans. */
const DRIVE = 4;

interface Step {
  readonly start: Point;
  readonly changes: readonly (readonly [number, number, Terrain])[];
}
interface Drive {
  readonly first: Point;
  readonly goal: Point;
  readonly steps: readonly Step[];
}

type Plan = (start: Point) => number;

process.once('message', ({ spec, ways: count, steps, rounds }: ReplanQuestion) => {
  const { grid, ways } = load(spec, count);
  const dice = new Dice(1);
  const figures = PLACES.map((place): ReplanFigures => {
    const drives = ways.map(({ start, goal }) => driven(grid, start, goal, place, steps, dice));
    const ms: Record<'route' | 'search' | 'aStar' | 'first', number[]> = {
      route: [],
      search: [],
      aStar: [],
      first: [],
    };
    let fields = 0;
    for (let round = 0; round <= rounds; round++) {
      fields = 0;
      const lengths: number[][] = [];
      const route = replay(grid, drives, lengths, (finder, goal) => {
        const own = finder.route(goal);
        return {
          plan: (start) => (own.plan(start) === 'found' ? finder.path.length : Number.NaN),
          close: () => {
            fields += own.fields - 1;
            own.close();
          },
        };
      });
      const search = replay(grid, drives, lengths, plainly);
      const aStar = replay(grid, drives, lengths, plainly, true);
      if (
        JSON.stringify(lengths[0]) !== JSON.stringify(lengths[1]) ||
        JSON.stringify(lengths[1]) !== JSON.stringify(lengths[2])
      ) {
        throw new Error(`${spec.name}, ${place}: lengths differ`);
      }
      // One round to warm up.
      if (round === 0) continue;
      ms.route.push(route.ms);
      ms.first.push(route.firstMs);
      ms.search.push(search.ms);
      ms.aStar.push(aStar.ms);
    }
    return {
      place,
      plans: drives.reduce((sum, drive) => sum + drive.steps.length, 0),
      routeMs: median(ms.route),
      searchMs: median(ms.search),
      aStarMs: median(ms.aStar),
      firstMs: median(ms.first),
      fields,
    };
  });
  process.send?.(figures, () => process.exit());
});

const plainly = (finder: PathFinder, goal: Point): { plan: Plan; close: () => void } => ({
  plan: (start) => (finder.plan(start, goal) === 'found' ? finder.path.length : Number.NaN),
  close: () => {},
});

/** Drives all of them with one way to plan; the grid is as before afterwards. @returns means, ms */
function replay(
  grid: Grid,
  drives: readonly Drive[],
  lengths: number[][],
  begin: (finder: PathFinder, goal: Point) => { plan: Plan; close: () => void },
  isAStar = false,
): { ms: number; firstMs: number } {
  const copy = copyOf(grid);
  const finder = isAStar ? new PathFinder(copy, AStarSearch) : new PathFinder(copy);
  const own: number[] = [];
  let ms = 0;
  let firstMs = 0;
  for (const { first, goal, steps } of drives) {
    const { plan, close } = begin(finder, goal);
    const began = performance.now();
    plan(first);
    firstMs += performance.now() - began;
    for (const { start, changes } of steps) {
      for (const change of changes) finder.set(...change);
      const from = performance.now();
      const length = plan(start);
      ms += performance.now() - from;
      own.push(Math.round(length * 1e6));
    }
    close();
    for (const { changes } of steps) for (const [x, y] of changes) finder.set(x, y, grid.at(x, y));
  }
  lengths.push(own);
  return { ms: ms / own.length, firstMs: firstMs / drives.length };
}

/** Where the robot goes and what changes before each of its plans; planned with new searches. */
function driven(grid: Grid, start: Point, goal: Point, place: Place, count: number, dice: Dice): Drive {
  const finder = new PathFinder(copyOf(grid));
  const steps: Step[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    finder.plan(at, goal);
    const cells = everyCell(finder.path.toPoints());
    const next = cells[Math.min(DRIVE, cells.length - 1)] as Point;
    if (next[0] === goal[0] && next[1] === goal[1]) break;
    const changes = changesFor(finder.grid, cells.slice(DRIVE), place, dice).filter(
      ([x, y]) => !(x === next[0] && y === next[1]) && !(x === goal[0] && y === goal[1]),
    );
    for (const change of changes) finder.set(...change);
    if (finder.plan(next, goal) !== 'found') break;
    steps.push({ start: next, changes });
    at = next;
  }
  return { first: start, goal, steps };
}

/** Each changed cell becomes the other of the two. */
function changesFor(
  grid: Grid,
  ahead: readonly Point[],
  place: Place,
  dice: Dice,
): [number, number, Terrain][] {
  const count = dice.between(1, CHANGES);
  const reach = place === 'ahead' ? Math.min(SIGHT, ahead.length) : ahead.length;
  const [middleX, middleY] = ahead[dice.between(1, reach - 1)] ?? (ahead[0] as Point);
  const near = () => Math.round((dice.next() * 2 - 1) * SPREAD);
  const changes = new Map<number, [number, number, Terrain]>();
  for (let i = 0; i < count; i++) {
    const [x, y] =
      place === 'anywhere'
        ? [dice.between(0, grid.width - 1), dice.between(0, grid.height - 1)]
        : // The first of them is on the way itself.
          [middleX + (i === 0 ? 0 : near()), middleY + (i === 0 ? 0 : near())];
    if (grid.contains(x, y))
      changes.set(y * grid.width + x, [x, y, grid.at(x, y) === BLOCKED ? LAND : BLOCKED]);
  }
  return [...changes.values()];
}

function copyOf(grid: Grid): Grid {
  return new (grid.constructor as typeof Grid)(grid.width, grid.height, grid.cells.slice());
}
