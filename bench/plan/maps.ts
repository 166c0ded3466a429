/** Maps and the ways that are asked for on them: made from a seed, or read from files of the Moving AI Lab. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Dice } from '../../src/lab/dice.ts';
import {
  BLOCKED,
  Grid,
  gridOf,
  LAND,
  PathFinder,
  type Point,
  parseMap,
  parseScenarios,
} from '../../src/plan/index.ts';

/** What a child process needs to make the map for itself. */
export type MapSpec =
  | { readonly kind: 'rooms' | 'maze' | 'scattered' | 'boxes'; readonly name: string; readonly seed: number }
  | { readonly kind: 'file'; readonly name: string; readonly path: string };

export interface Way {
  readonly start: Point;
  readonly goal: Point;
  /** As published; undefined where nobody has. */
  readonly length: number | undefined;
}

const SIDE = 512;
const SEED = 20_260_731;

/** Made here, as there is no map to be had everywhere. */
export const MADE: readonly MapSpec[] = [
  { kind: 'rooms', name: 'rooms of 16', seed: SEED },
  { kind: 'maze', name: 'maze of 8', seed: SEED },
  { kind: 'scattered', name: 'scattered 35 %', seed: SEED },
  { kind: 'boxes', name: 'boxes', seed: SEED },
];

/** Every map of a folder that has its scenarios beside it. */
export function mapsIn(folder: string): MapSpec[] {
  const files = readdirSync(folder);
  return files
    .filter((file) => file.endsWith('.map') && files.includes(`${file}.scen`))
    .sort()
    .map((file): MapSpec => ({ kind: 'file', name: basename(file, '.map'), path: join(folder, file) }));
}

/**
 * The map, and about so many ways on it, spread over all lengths.
 * @throws Error for a file that is no map or no scenarios
 */
export function load(spec: MapSpec, count: number): { grid: Grid; ways: Way[] } {
  if (spec.kind !== 'file') {
    const dice = new Dice(spec.seed);
    const grid = MAKERS[spec.kind](dice);
    return { grid, ways: randomWays(grid, count, dice) };
  }
  const map = parseMap(readFileSync(spec.path, 'latin1'));
  const list = parseScenarios(readFileSync(`${spec.path}.scen`, 'latin1'));
  if (!map.ok) throw new Error(`${spec.path}, line ${map.line}: ${map.problem}`);
  if (!list.ok) throw new Error(`${spec.path}.scen, line ${list.line}: ${list.problem}`);
  const every = Math.max(1, Math.floor(list.scenarios.length / count));
  return { grid: gridOf(map.map), ways: list.scenarios.filter((_, row) => row % every === 0) };
}

/** From 0 to below the limit. */
const below = (dice: Dice, limit: number): number => dice.between(0, limit - 1);

function randomWays(grid: Grid, count: number, dice: Dice): Way[] {
  const finder = new PathFinder(grid);
  const ways: Way[] = [];
  while (ways.length < count) {
    const [start, goal] = [0, 1].map((): Point => [below(dice, SIDE), below(dice, SIDE)]) as [Point, Point];
    if (finder.plan(start, goal) === 'found') ways.push({ start, goal, length: undefined });
  }
  return ways;
}

const MAKERS = {
  /** Rooms of 16 × 16 in a square, walls of one cell, a door of one cell in most of them. */
  rooms(dice: Dice): Grid {
    const grid = open();
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) if (x % 17 === 16 || y % 17 === 16) grid.set(x, y, BLOCKED);
    }
    for (let y = 0; y < SIDE; y += 17) {
      for (let x = 0; x < SIDE; x += 17) {
        const east: Point = [x + 16, y + below(dice, 16)];
        const south: Point = [x + below(dice, 16), y + 16];
        for (const door of [east, south])
          if (dice.chance(0.85) && grid.contains(...door)) grid.set(...door, LAND);
      }
    }
    return grid;
  },

  /** A perfect maze with corridors of eight cells and walls of one, dug depth first. */
  maze(dice: Dice): Grid {
    const grid = new Grid(SIDE, SIDE);
    const cells = Math.floor(SIDE / 9);
    const visited = new Set<number>([0]);
    const stack = [0];
    dig(0, 0, 8, 8);
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      const [x, y] = [at % cells, Math.floor(at / cells)];
      const next = [
        [x + 1, y],
        [x - 1, y],
        [x, y + 1],
        [x, y - 1],
      ].filter(
        ([i = -1, j = -1]) => i >= 0 && j >= 0 && i < cells && j < cells && !visited.has(j * cells + i),
      );
      const [i, j] = next[below(dice, next.length)] ?? [];
      if (i === undefined || j === undefined) {
        stack.pop();
        continue;
      }
      dig(9 * Math.min(x, i), 9 * Math.min(y, j), i === x ? 8 : 17, j === y ? 8 : 17);
      visited.add(j * cells + i);
      stack.push(j * cells + i);
    }
    return grid;

    function dig(fromX: number, fromY: number, width: number, height: number): void {
      for (let y = fromY; y < fromY + height; y++)
        for (let x = fromX; x < fromX + width; x++) grid.set(x, y, LAND);
    }
  },

  /** Cell by cell. */
  scattered(dice: Dice): Grid {
    const grid = open();
    for (let cell = 0; cell < grid.cells.length; cell++) if (dice.chance(0.35)) grid.cells[cell] = BLOCKED;
    return grid;
  },

  /** Things of up to 40 × 40 cells in a hall. */
  boxes(dice: Dice): Grid {
    const grid = open();
    for (let i = 0; i < 300; i++) {
      const [x, y, width, height] = [below(dice, SIDE), below(dice, SIDE), below(dice, 40), below(dice, 40)];
      for (let row = y; row < Math.min(SIDE, y + height); row++) {
        for (let column = x; column < Math.min(SIDE, x + width); column++) grid.set(column, row, BLOCKED);
      }
    }
    return grid;
  },
};

function open(): Grid {
  const grid = new Grid(SIDE, SIDE);
  grid.cells.fill(LAND);
  return grid;
}
