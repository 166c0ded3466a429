import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AStarSearch,
  BLOCKED,
  Grid,
  isLegal,
  JumpPointSearch,
  LAND,
  MAX_SIDE,
  PathFinder,
  type Terrain,
  WATER,
} from '../../src/plan/index.ts';
import { cellOf, drawn, grids, plainDistances, shares } from './maps.ts';

const searches = { 'jump points': JumpPointSearch, 'A*': AStarSearch };

describe.each(Object.entries(searches))('%s', (_, Maker) => {
  it('finds a way as short as the plain algorithm does, or none where there is none', () => {
    fc.assert(
      fc.property(
        grids(),
        fc.array(fc.tuple(shares, shares, shares, shares), { minLength: 1, maxLength: 4 }),
        (grid, pairs) => {
          const finder = new PathFinder(grid, Maker);
          for (const [u, v, goalU, goalV] of pairs) {
            const start = cellOf(grid, u, v);
            const goal = cellOf(grid, goalU, goalV);
            const distance = plainDistances(grid, start)[goal[1] * grid.width + goal[0]] ?? Number.NaN;
            const outcome = finder.plan(start, goal);
            if (grid.at(...start) === BLOCKED) expect(outcome).toBe('start-blocked');
            else if (grid.at(...goal) === BLOCKED) expect(outcome).toBe('goal-blocked');
            else if (distance === Number.POSITIVE_INFINITY) expect(outcome).toBe('unreachable');
            else {
              expect(outcome).toBe('found');
              const path = finder.path.toPoints();
              expect([path[0], path.at(-1)]).toEqual([start, goal]);
              expect(isLegal(grid, path)).toBe(true);
              expect(finder.path.length).toBeCloseTo(distance, 6);
            }
            if (outcome !== 'found') expect(finder.path.count).toBe(0);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['passes between two corners straight only', 'a#\n.b', 2],
    ['passes no corner diagonally', 'a#.\n..b', 3],
    ['nor the other one', 'a..\n.#b', 3],
    ['goes diagonally in the open', 'a..\n..b', 1 + Math.SQRT2],
    ['squeezes through a gap of one cell', 'a.#..\n#...#\n..#.b', 6],
    ['does not slip between two blocks that touch', 'a#\n#b', undefined],
    ['turns around the end of a wall', 'a#b\n.#.\n...', 6],
  ])('%s', (_name, picture, length) => {
    const { grid, at } = drawn(picture);
    const finder = new PathFinder(grid, Maker);
    const outcome = finder.plan(at('a'), at('b'));
    expect(outcome).toBe(length === undefined ? 'unreachable' : 'found');
    expect(finder.path.length).toBeCloseTo(length ?? 0, 9);
  });

  it('keeps to land or to water', () => {
    const { grid, at } = drawn(`
      a.b~A
      .~~~~
      c.dB.
    `);
    const finder = new PathFinder(grid, Maker);
    expect(finder.plan(at('a'), at('b'))).toBe('found');
    // Water beside a diagonal step is a corner like any other.
    expect(finder.plan(at('c'), at('b'))).toBe('found');
    expect(finder.path.length).toBe(4);
    expect(finder.plan(at('A'), at('B'))).toBe('found');
    expect(finder.path.length).toBeCloseTo(1 + Math.SQRT2, 9);
    expect(finder.plan(at('a'), at('A'))).toBe('unreachable');
    expect(finder.plan(at('A'), at('a'))).toBe('unreachable');
  });

  it('stands still where it is', () => {
    const { grid, at } = drawn('a.');
    const finder = new PathFinder(grid, Maker);
    expect(finder.plan(at('a'), at('a'))).toBe('found');
    expect(finder.path.toPoints()).toEqual([[0, 0]]);
    expect(finder.path.length).toBe(0);
  });

  it('stops when it is told to, and then answers the next question', () => {
    const grid = new Grid(900, 50);
    // Columns of a comb: A* and jump points both have to look into every one.
    for (let y = 0; y < 50; y++)
      for (let x = 0; x < 900; x++) if (x % 2 === 0 || y === 0) grid.set(x, y, LAND);
    const finder = new PathFinder(grid, Maker);
    let asked = 0;
    expect(finder.plan([0, 49], [898, 49], () => ++asked === 1)).toBe('stopped');
    expect(asked).toBe(1);
    expect(finder.path.count).toBe(0);
    expect(finder.plan([0, 49], [898, 49], () => false)).toBe('found');
    expect(finder.path.length).toBe(49 + 898 + 49);
  });

  it('takes changed cells into account', () => {
    const { grid, at } = drawn(`
      a.b
      ...
    `);
    const finder = new PathFinder(grid, Maker);
    expect(finder.plan(at('a'), at('b'))).toBe('found');
    finder.set(1, 0, BLOCKED);
    expect(finder.plan(at('a'), at('b'))).toBe('found');
    expect(finder.path.length).toBe(4);
    finder.set(1, 1, BLOCKED);
    expect(finder.plan(at('a'), at('b'))).toBe('unreachable');
    finder.set(1, 1, WATER);
    expect(finder.plan(at('a'), at('b'))).toBe('unreachable');
    finder.set(1, 0, LAND);
    expect(finder.plan(at('a'), at('b'))).toBe('found');
    expect(finder.path.length).toBe(2);
  });
});

describe('a map of more than 32 columns', () => {
  it('is scanned across words, from every bit to every other', () => {
    const grid = new Grid(130, 3);
    for (let x = 0; x < 130; x++) for (let y = 0; y < 3; y++) grid.set(x, y, LAND);
    const finder = new PathFinder(grid);
    for (let x = 0; x < 130; x++) {
      for (const goalX of [0, 1, 30, 31, 32, 33, 62, 63, 64, 65, 95, 96, 128, 129]) {
        expect(finder.plan([x, 1], [goalX, 1])).toBe('found');
        expect(finder.path.length).toBe(Math.abs(x - goalX));
      }
    }
  });

  it('stands on end as well', () => {
    const grid = new Grid(1, 200);
    grid.cells.fill(LAND);
    const finder = new PathFinder(grid);
    for (let y = 0; y < 200; y += 7) {
      expect(finder.plan([0, y], [0, 199 - y])).toBe('found');
      expect(finder.path.length).toBe(Math.abs(199 - 2 * y));
    }
  });
});

describe('what cannot be', () => {
  it.each([
    [0, 5],
    [5, MAX_SIDE + 1],
    [2.5, 2],
    [Number.NaN, 2],
  ])('a grid of %s × %s', (width, height) => {
    expect(() => new Grid(width, height)).toThrow(RangeError);
  });

  it('cells of another size, cells outside, a terrain that is none', () => {
    expect(() => new Grid(2, 2, new Uint8Array(5))).toThrow(RangeError);
    const grid = new Grid(2, 2);
    expect(() => grid.set(2, 0, LAND)).toThrow(RangeError);
    expect(() => grid.set(0, 0, 3 as Terrain)).toThrow(RangeError);
    const finder = new PathFinder(grid);
    expect(() => finder.plan([0, 0], [0, 2])).toThrow(RangeError);
    expect(() => finder.plan([-1, 0], [0, 0])).toThrow(RangeError);
    expect(() => finder.plan([0.5, 0], [0, 0])).toThrow(RangeError);
    expect(() => finder.route([9, 9])).toThrow(RangeError);
  });
});
