import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AStarSearch,
  BLOCKED,
  everyCell,
  Grid,
  isLegal,
  LAND,
  PathFinder,
  WATER,
} from '../../src/plan/index.ts';
import { cellOf, drawn, grids, plainDistances, randomFrom, shares, terrains } from './maps.ts';

describe('a route', () => {
  it('is as short as the plain algorithm finds it, after every change and from everywhere', () => {
    const rounds = fc.array(
      fc.record({
        changes: fc.array(fc.tuple(shares, shares, terrains), { maxLength: 12 }),
        starts: fc.array(fc.tuple(shares, shares), { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(grids(16), fc.tuple(shares, shares), rounds, (grid, [u, v], all) => {
        const finder = new PathFinder(grid);
        const goal = cellOf(grid, u, v);
        const route = finder.route(goal);
        for (const { changes, starts } of all) {
          for (const [changeU, changeV, terrain] of changes)
            finder.set(...cellOf(grid, changeU, changeV), terrain);
          const distances = plainDistances(grid, goal);
          for (const [startU, startV] of starts) {
            const start = cellOf(grid, startU, startV);
            const distance = distances[start[1] * grid.width + start[0]] ?? Number.NaN;
            const outcome = route.plan(start);
            if (distance === Number.POSITIVE_INFINITY) expect(outcome).not.toBe('found');
            else {
              expect(outcome).toBe('found');
              expect(finder.path.length).toBeCloseTo(distance, 6);
              expect(isLegal(grid, finder.path.toPoints())).toBe(true);
            }
          }
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('is as short as a new A* finds it, while a robot drives along it and cells toggle on the way, near it and elsewhere', () => {
    const toggles = fc.array(
      fc.tuple(shares, fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })),
      {
        maxLength: 10,
      },
    );
    fc.assert(
      fc.property(grids(40), fc.array(toggles, { minLength: 1, maxLength: 15 }), (grid, steps) => {
        const finder = new PathFinder(grid);
        const goal = cellOf(grid, 0.9, 0.9);
        const route = finder.route(goal);
        let at = cellOf(grid, 0.05, 0.1);
        for (const step of steps) {
          const way = finder.path.count > 0 ? everyCell(finder.path.toPoints()) : [at];
          at = way[Math.min(2, way.length - 1)] ?? at;
          for (const [u, dx, dy] of step) {
            const [onX, onY] = way[Math.floor(u * way.length)] ?? at;
            const [x, y] = u < 0.2 ? cellOf(grid, (u * 37) % 1, (u * 91) % 1) : [onX + dx, onY + dy];
            if (grid.contains(x, y)) finder.set(x, y, grid.at(x, y) === LAND ? BLOCKED : LAND);
          }
          const fresh = new PathFinder(new Grid(grid.width, grid.height, grid.cells), AStarSearch);
          const outcome = fresh.plan(at, goal);
          expect(route.plan(at)).toBe(outcome);
          if (outcome !== 'found') continue;
          expect(finder.path.length).toBeCloseTo(fresh.path.length, 9);
          const points = finder.path.toPoints();
          expect([points[0], points.at(-1)]).toEqual([at, goal]);
          expect(isLegal(grid, points)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('computes its distances once for changes that the way is hardly longer for', () => {
    const { finder, route } = room();
    for (let x = 20; x < 40; x++) {
      finder.set(x, 50, BLOCKED);
      expect(route.plan([10, 50])).toBe('found');
    }
    expect(route.fields).toBe(1);
  });

  it('computes them anew once its searches look about too much', () => {
    const { finder, route } = room();
    const random = randomFrom(3);
    for (let i = 0; i < 2500; i++)
      finder.set(Math.floor(random() * 100), Math.floor(random() * 100), BLOCKED);
    finder.set(90, 50, LAND);
    finder.set(10, 50, LAND);
    route.plan([10, 50]);
    // A wall that leaves a gap at one end: the old distances lead into it everywhere.
    for (let y = 0; y < 99; y++) finder.set(50, y, BLOCKED);
    for (let y = 97; y < 100; y++)
      for (let x = 0; x < 100; x++) finder.set(x, y, x === 50 && y < 99 ? BLOCKED : LAND);
    const fresh = new PathFinder(finder.grid);
    for (let i = 0; i < 200; i++) {
      const start = [Math.floor(random() * 50), Math.floor(random() * 97)] as const;
      expect(route.plan(start)).toBe(fresh.plan(start, [90, 50]));
      expect(finder.path.length).toBeCloseTo(fresh.path.length, 9);
    }
    expect(route.fields).toBeGreaterThan(1);
    expect(route.fields).toBeLessThan(20);
  });

  it('is optimal with more freed cells than it keeps', () => {
    const grid = new Grid(60, 60);
    const random = randomFrom(7);
    for (let cell = 0; cell < 3600; cell++) grid.cells[cell] = random() < 0.45 ? BLOCKED : LAND;
    const finder = new PathFinder(grid);
    finder.set(2, 2, LAND);
    finder.set(57, 57, LAND);
    const route = finder.route([57, 57]);
    route.plan([2, 2]);
    for (let i = 0; i < 200; i++) {
      finder.set(Math.floor(random() * 60), Math.floor(random() * 60), LAND);
      const outcome = route.plan([2, 2]);
      const length = finder.path.length;
      const fresh = new PathFinder(grid);
      expect(outcome).toBe(fresh.plan([2, 2], [57, 57]));
      expect(length).toBeCloseTo(fresh.path.length, 9);
    }
  });

  it('follows its goal from land to blocked to water', () => {
    const { grid, at } = drawn(`
      a.g
      A~~
    `);
    const finder = new PathFinder(grid);
    const route = finder.route(at('g'));
    expect(route.plan(at('a'))).toBe('found');
    finder.set(...at('g'), BLOCKED);
    expect(route.plan(at('a'))).toBe('goal-blocked');
    finder.set(...at('g'), WATER);
    expect(route.plan(at('a'))).toBe('unreachable');
    expect(route.plan(at('A'))).toBe('found');
    finder.set(...at('g'), LAND);
    expect(route.plan(at('a'))).toBe('found');
    expect(route.plan(at('A'))).toBe('unreachable');
  });

  it('stops while it computes its distances, and begins again at the next plan', () => {
    const { finder, route } = room();
    for (let i = 0; i < 3000; i++) finder.set((i * 37) % 89, (i * 61) % 100, BLOCKED);
    finder.set(10, 50, LAND);
    expect(route.plan([10, 50], () => true)).toBe('stopped');
    expect(finder.path.count).toBe(0);
    expect(route.fields).toBe(0);
    const outcome = route.plan([10, 50]);
    expect(outcome).toBe(finder.plan([10, 50], [90, 50]));
  });

  it('knows nothing of changes after it was closed', () => {
    const { finder, route } = room();
    expect(route.plan([10, 50])).toBe('found');
    route.close();
    finder.set(30, 50, BLOCKED);
    expect(finder.plan([10, 50], [90, 50])).toBe('found');
  });
});

/** 100 × 100 free cells, and a route to (90, 50). */
function room() {
  const grid = new Grid(100, 100);
  grid.cells.fill(LAND);
  const finder = new PathFinder(grid);
  return { finder, route: finder.route([90, 50]) };
}
