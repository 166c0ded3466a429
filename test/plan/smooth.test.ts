import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCKED,
  canSee,
  everyCell,
  type Grid,
  isLegal,
  PathFinder,
  type Point,
  smooth,
  wayLength,
} from '../../src/plan/index.ts';
import { cellOf, drawn, grids, shares } from './maps.ts';

/** Looks closely: at points along the line, each in the cells that its surroundings touch. A line through a corner touches four. */
function seesClosely(grid: Grid, [x, y]: Point, [toX, toY]: Point): boolean {
  const terrain = grid.at(x, y);
  const steps = 2 * Math.max(1, Math.abs(toX - x)) * Math.max(1, Math.abs(toY - y));
  for (let i = 0; i <= steps; i++) {
    const atX = x + ((toX - x) * i) / steps;
    const atY = y + ((toY - y) * i) / steps;
    for (const dx of [-1e-6, 1e-6]) {
      for (const dy of [-1e-6, 1e-6]) {
        if (grid.at(Math.round(atX + dx), Math.round(atY + dy)) !== terrain) return false;
      }
    }
  }
  return terrain !== BLOCKED;
}

describe('sight', () => {
  it.each([
    ['along a row', 'a...b', true],
    ['not through a wall', 'a.#.b', false],
    ['diagonally', 'a..\n...\n..b', true],
    ['not past a corner, on either side', 'a#.\n...\n..b', false],
    ['in between', 'a....\n....b', true],
    ['not over a cell that the line only just meets', 'a.#..\n....b', false],
    ['beside a cell that it just does not meet', 'a...#\n#...b', true],
    ['not from land to water', 'a~', false],
    ['not over water', 'a~b', false],
  ])('%s', (_, picture, expected) => {
    const { grid, at } = drawn(picture);
    const [from, to] = [at('a'), picture.includes('b') ? at('b') : ([1, 0] as const)];
    expect(canSee(grid, ...from, ...to)).toBe(expected);
    expect(canSee(grid, ...to, ...from)).toBe(expected);
  });

  it('is what a close look at the line says', () => {
    fc.assert(
      fc.property(grids(12), shares, shares, shares, shares, (grid, u, v, toU, toV) => {
        const from = cellOf(grid, u, v);
        const to = cellOf(grid, toU, toV);
        expect(canSee(grid, ...from, ...to)).toBe(seesClosely(grid, from, to));
      }),
      { numRuns: 3000 },
    );
  });

  it('along straight and diagonal lines is the rule of steps', () => {
    fc.assert(
      fc.property(
        grids(12),
        shares,
        shares,
        fc.integer({ min: 0, max: 7 }),
        fc.nat(11),
        (grid, u, v, way, length) => {
          const [x, y] = cellOf(grid, u, v);
          const angle = (way * Math.PI) / 4;
          const to: Point = [
            x + length * Math.round(Math.cos(angle)),
            y + length * Math.round(Math.sin(angle)),
          ];
          fc.pre(grid.contains(...to));
          expect(canSee(grid, x, y, ...to)).toBe(isLegal(grid, [[x, y], to]));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a smoothed way', () => {
  it('keeps its ends, runs only where one can see, and is no longer', () => {
    fc.assert(
      fc.property(grids(24), shares, shares, shares, shares, (grid, u, v, goalU, goalV) => {
        const finder = new PathFinder(grid);
        const start = cellOf(grid, u, v);
        const goal = cellOf(grid, goalU, goalV);
        fc.pre(finder.plan(start, goal) === 'found');
        const path = finder.path.toPoints();
        const way = smooth(grid, path);
        expect([way[0], way.at(-1)]).toEqual([start, goal]);
        for (let i = 1; i < way.length; i++) {
          expect(seesClosely(grid, way[i - 1] as Point, way[i] as Point)).toBe(true);
        }
        expect(wayLength(way)).toBeLessThanOrEqual(wayLength(path) + 1e-9);
        expect(wayLength(way)).toBeGreaterThanOrEqual(
          Math.hypot(goal[0] - start[0], goal[1] - start[1]) - 1e-9,
        );
      }),
      { numRuns: 1500 },
    );
  });

  it('is a straight line in an empty room', () => {
    const { grid, at } = drawn('a......\n.......\n......b');
    const finder = new PathFinder(grid);
    finder.plan(at('a'), at('b'));
    expect(smooth(grid, finder.path.toPoints())).toEqual([at('a'), at('b')]);
  });

  it('of nothing is nothing, of a point that point', () => {
    const { grid } = drawn('..');
    expect(smooth(grid, [])).toEqual([]);
    expect(smooth(grid, [[1, 0]])).toEqual([[1, 0]]);
  });
});

describe('a path', () => {
  it('has every cell between its corner points', () => {
    expect(everyCell([])).toEqual([]);
    expect(everyCell([[3, 3]])).toEqual([[3, 3]]);
    const cells = everyCell([
      [0, 0],
      [2, 2],
      [2, 0],
    ]);
    expect(cells).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [2, 1],
      [2, 0],
    ]);
  });

  it.each([
    [
      'that leaves the map',
      [
        [0, 0],
        [3, 0],
      ],
    ],
    [
      'through a blocked cell',
      [
        [0, 0],
        [0, 2],
      ],
    ],
    [
      'around a corner',
      [
        [0, 0],
        [1, 1],
      ],
    ],
    [
      'neither straight nor diagonal',
      [
        [0, 0],
        [2, 1],
      ],
    ],
    ['of no point', []],
    [
      'from a blocked cell',
      [
        [0, 1],
        [1, 1],
      ],
    ],
    [
      'from outside',
      [
        [-1, 0],
        [0, 0],
      ],
    ],
    [
      'over water',
      [
        [1, 0],
        [1, 2],
      ],
    ],
  ] as [string, Point[]][])('%s is not legal', (_, points) => {
    const { grid } = drawn('...\n#..\n.~.');
    expect(isLegal(grid, points)).toBe(false);
  });
});
