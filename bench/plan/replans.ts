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
  /** For the changes and the plan, ms: the mean over all plans of the median of the rounds. */
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

process.once('message', ({ spec, ways: wayCount, steps, rounds: roundCount }: ReplanQuestion) => {
  const { grid, ways } = load(spec, wayCount);
  const dice = new Dice(1);
  const figures = PLACES.map((place): ReplanFigures => {
    const drives = ways.map(({ start, goal }) => driven(grid, start, goal, place, steps, dice));
    const rounds: Record<'route' | 'search' | 'aStar', Times[]> = { route: [], search: [], aStar: [] };
    let fields = 0;
    for (let round = 0; round <= roundCount; round++) {
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
      rounds.route.push(route);
      rounds.search.push(search);
      rounds.aStar.push(aStar);
    }
    return {
      place,
      plans: drives.reduce((sum, drive) => sum + drive.steps.length, 0),
      routeMs: typical(rounds.route, 'plans'),
      searchMs: typical(rounds.search, 'plans'),
      aStarMs: typical(rounds.aStar, 'plans'),
      firstMs: typical(rounds.route, 'first'),
      fields,
    };
  });
  process.send?.(figures, () => process.exit());
});

const plainly = (finder: PathFinder, goal: Point): { plan: Plan; close: () => void } => ({
  plan: (start) => (finder.plan(start, goal) === 'found' ? finder.path.length : Number.NaN),
  close: () => {},
});

/** Of one round, ms: each plan with the changes before it, and the first plan of each drive. */
interface Times {
  readonly plans: number[];
  readonly first: number[];
}

/** The mean of what each took in the median of the rounds: a busy machine holds up other plans in every round. */
function typical(rounds: readonly Times[], which: keyof Times): number {
  const medians =
    rounds[0]?.[which].map((_, i) => median(rounds.map((round) => round[which][i] as number))) ?? [];
  return medians.reduce((sum, ms) => sum + ms, 0) / medians.length;
}

/** Drives all of them with one way to plan; the grid is as before afterwards. */
function replay(
  grid: Grid,
  drives: readonly Drive[],
  lengths: number[][],
  begin: (finder: PathFinder, goal: Point) => { plan: Plan; close: () => void },
  isAStar = false,
): Times {
  const copy = copyOf(grid);
  const finder = isAStar ? new PathFinder(copy, AStarSearch) : new PathFinder(copy);
  const own: number[] = [];
  const times: Times = { plans: [], first: [] };
  for (const { first, goal, steps } of drives) {
    const { plan, close } = begin(finder, goal);
    const began = performance.now();
    plan(first);
    times.first.push(performance.now() - began);
    for (const { start, changes } of steps) {
      const from = performance.now();
      for (const change of changes) finder.set(...change);
      const length = plan(start);
      times.plans.push(performance.now() - from);
      own.push(Math.round(length * 1e6));
    }
    close();
    for (const { changes } of steps) for (const [x, y] of changes) finder.set(x, y, grid.at(x, y));
  }
  lengths.push(own);
  return times;
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
