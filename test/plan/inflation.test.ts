import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCKED, clearance, type Edge, Grid, Inflation, LAND, type Point } from '../../src/plan/index.ts';
import { cellOf, drawn, grids, shares, terrains } from './maps.ts';

const edges = fc.constantFrom<Edge>('blocked', 'open');

/** To the nearest point of each obstacle's square, one after the other. */
function plainClearance(grid: Grid, x: number, y: number, edge: Edge): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let otherY = -1; otherY <= grid.height; otherY++) {
    for (let otherX = -1; otherX <= grid.width; otherX++) {
      if (grid.at(otherX, otherY) === LAND || (edge === 'open' && !grid.contains(otherX, otherY))) continue;
      const dx = Math.max(0, Math.abs(otherX - x) - 0.5);
      const dy = Math.max(0, Math.abs(otherY - y) - 0.5);
      nearest = Math.min(nearest, Math.hypot(dx, dy));
    }
  }
  return nearest;
}

describe('clearance', () => {
  it('is the distance to the nearest obstacle', () => {
    fc.assert(
      fc.property(grids(14), edges, (grid, edge) => {
        const distances = clearance(grid, LAND, edge);
        for (let y = 0; y < grid.height; y++) {
          for (let x = 0; x < grid.width; x++) {
            const distance = distances[y * grid.width + x] as number;
            const expected = plainClearance(grid, x, y, edge);
            if (expected === Number.POSITIVE_INFINITY) expect(distance).toBe(expected);
            else expect(distance).toBeCloseTo(expected, 4);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('ends at the edge of the map, or does not', () => {
    const { grid } = drawn('...\n...\n...');
    expect([...clearance(grid).subarray(3, 6)]).toEqual([0.5, 1.5, 0.5]);
    expect(clearance(grid, LAND, 'open')[4]).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('inflation', () => {
  it.each([
    [0, 5],
    [0.5, 5],
    [0.51, 3],
    [1.5, 3],
    [1.6, 1],
    [2.5, 1],
    [2.6, 0],
  ])('by %s cells leaves a corridor of 5 cells %s wide', (radius, wide) => {
    const { grid } = drawn('.\n.\n.\n.\n.');
    const corridor = new Grid(40, 5);
    corridor.cells.fill(LAND);
    const { grid: inflated } = new Inflation(corridor, radius);
    expect(grid.height).toBe(5);
    expect([0, 1, 2, 3, 4].filter((y) => inflated.at(20, y) === LAND)).toHaveLength(wide);
  });

  it('is round, and measures to the corner of an obstacle', () => {
    const open = new Grid(9, 9);
    open.cells.fill(LAND);
    open.set(4, 4, BLOCKED);
    // From the middle of (6, 6) to the corner of the obstacle it is 1.5 √2 = 2.12 cells, from (6, 4) to its side 1.5.
    const { grid } = new Inflation(open, 2, 'open');
    expect(grid.at(6, 6)).toBe(LAND);
    expect(grid.at(6, 4)).toBe(BLOCKED);
    expect(grid.at(6, 5)).toBe(BLOCKED);
    expect(grid.at(7, 4)).toBe(LAND);
  });

  it('after changes is as if it had been made from the changed map, and tells each cell that differs', () => {
    const changes = fc.array(fc.tuple(shares, shares, terrains), { maxLength: 20 });
    const radius = fc.double({ min: 0, max: 4, noNaN: true });
    fc.assert(
      fc.property(grids(14), radius, edges, changes, (grid, cells, edge, all) => {
        const inflation = new Inflation(grid, cells, edge);
        const told = new Grid(grid.width, grid.height);
        told.cells.set(inflation.grid.cells);
        for (const [u, v, terrain] of all) {
          const [x, y]: Point = cellOf(grid, u, v);
          inflation.set(x, y, terrain, (changedX, changedY, now) => {
            expect(told.at(changedX, changedY)).not.toBe(now);
            told.set(changedX, changedY, now);
          });
        }
        const anew = new Inflation(grid, cells, edge);
        expect(inflation.grid.cells).toEqual(anew.grid.cells);
        expect(told.cells).toEqual(anew.grid.cells);
      }),
      { numRuns: 500 },
    );
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('by %s is refused', (radius) => {
    expect(() => new Inflation(new Grid(2, 2), radius)).toThrow(RangeError);
  });
});
