import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCKED, Grid, LAND } from '../../src/plan/index.ts';
import { Layer } from '../../src/plan/layer.ts';
import { Regions } from '../../src/plan/regions.ts';
import { cellOf, grids, plainDistances, shares } from './maps.ts';

describe('regions', () => {
  it('part what has no way between, and nothing else as long as they are exact', () => {
    const changes = fc.array(fc.tuple(shares, shares, fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(grids(12), changes, (grid, all) => {
        const layer = new Layer(grid, LAND);
        const regions = new Regions(layer);
        compare(grid, layer, regions);
        for (const [u, v, isFree] of all) {
          const [x, y] = cellOf(grid, u, v);
          if ((grid.at(x, y) === LAND) === isFree) continue;
          grid.set(x, y, isFree ? LAND : BLOCKED);
          layer.update(x, y, isFree);
          if (isFree) regions.free(layer.node(x, y));
          else regions.block(layer.node(x, y));
        }
        compare(grid, layer, regions);
        regions.count();
        expect(regions.isExact).toBe(true);
        compare(grid, layer, regions);
      }),
      { numRuns: 500 },
    );
  });

  it('stay exact where a blocked cell parts nothing', () => {
    const grid = new Grid(5, 5);
    grid.cells.fill(LAND);
    const layer = new Layer(grid, LAND);
    const regions = new Regions(layer);
    const block = (x: number, y: number) => {
      layer.update(x, y, false);
      regions.block(layer.node(x, y));
      return regions.isExact;
    };
    expect(block(2, 2)).toBe(true);
    expect(block(0, 0)).toBe(true);
    expect(block(2, 3)).toBe(true);
    // One can still go around above, but not right around this cell.
    expect(block(2, 4)).toBe(false);
  });

  it('outlive any number of changes', () => {
    const grid = new Grid(3, 1);
    const layer = new Layer(grid, LAND);
    const regions = new Regions(layer);
    for (let i = 0; i < 5_000; i++) {
      for (const x of [0, 2]) {
        layer.update(x, 0, i % 2 === 0);
        if (i % 2 === 0) regions.free(layer.node(x, 0));
        else regions.block(layer.node(x, 0));
      }
      if (i % 2 === 0) expect(regions.mayConnect(layer.node(0, 0), layer.node(2, 0))).toBe(false);
    }
  });
});

function compare(grid: Grid, layer: Layer, regions: Regions): void {
  const free = [...grid.cells.keys()].filter((cell) => grid.cells[cell] === LAND);
  const [first] = free;
  if (first === undefined) return;
  const { width } = grid;
  const distances = plainDistances(grid, [first % width, Math.floor(first / width)]);
  const from = layer.node(first % width, Math.floor(first / width));
  for (const cell of free) {
    const may = regions.mayConnect(from, layer.node(cell % width, Math.floor(cell / width)));
    const is = distances[cell] !== Number.POSITIVE_INFINITY;
    if (regions.isExact) expect(may).toBe(is);
    else if (is) expect(may).toBe(true);
  }
}
