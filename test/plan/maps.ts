import fc from 'fast-check';
import { BLOCKED, Grid, LAND, type Point, type Terrain, WATER } from '../../src/plan/index.ts';

/** A map as one sees it: `.` land, `~` water, everything else blocked; also where its letters are. */
export function drawn(picture: string): { grid: Grid; at: (letter: string) => Point } {
  const rows = picture
    .trim()
    .split('\n')
    .map((row) => row.trim());
  const grid = new Grid(rows[0]?.length ?? 0, rows.length);
  const letters = new Map<string, Point>();
  rows.forEach((row, y) => {
    [...row].forEach((letter, x) => {
      grid.set(x, y, letter === '#' ? BLOCKED : letter === '~' || /[A-Z]/.test(letter) ? WATER : LAND);
      if (/[a-z]/i.test(letter)) letters.set(letter, [x, y]);
    });
  });
  return {
    grid,
    at: (letter) => {
      const point = letters.get(letter);
      if (!point) throw new Error(`no ${letter} in this map`);
      return point;
    },
  };
}

const TERRAINS: Terrain[] = [BLOCKED, LAND, WATER];

/** Small maps of every density, some with water. */
export const grids = (largest = 20): fc.Arbitrary<Grid> =>
  fc
    .record({
      width: fc.integer({ min: 1, max: largest }),
      height: fc.integer({ min: 1, max: largest }),
      blocked: fc.double({ min: 0, max: 0.7, noNaN: true }),
      water: fc.constantFrom(0, 0, 0.3),
      seed: fc.integer(),
    })
    .map(({ width, height, blocked, water, seed }) => {
      const grid = new Grid(width, height);
      const random = randomFrom(seed);
      for (let cell = 0; cell < grid.cells.length; cell++) {
        grid.cells[cell] = random() < blocked ? BLOCKED : random() < water ? WATER : LAND;
      }
      return grid;
    });

export const terrains = fc.constantFrom(...TERRAINS);

/** Uniform from 0 up to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A cell of the grid, from two numbers between 0 and 1. */
export const cellOf = ({ width, height }: Grid, u: number, v: number): Point => [
  Math.min(width - 1, Math.floor(u * width)),
  Math.min(height - 1, Math.floor(v * height)),
];

/** Numbers from 0 up to 1. */
export const shares = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

/**
 * Dijkstra's algorithm as plainly as it can be written: the length of the shortest way to every cell, Infinity where there is
 * none. The rule of steps stands here a second time, in its own words.
 */
export function plainDistances(grid: Grid, [startX, startY]: Point): number[] {
  const { width, height } = grid;
  const distances: number[] = new Array(width * height).fill(Number.POSITIVE_INFINITY);
  const terrain = grid.at(startX, startY);
  if (terrain === BLOCKED) return distances;
  const is = (x: number, y: number): boolean => grid.at(x, y) === terrain;
  distances[startY * width + startX] = 0;
  const open = new Set([startY * width + startX]);
  while (open.size > 0) {
    let nearest = -1;
    for (const cell of open) if (nearest < 0 || distanceAt(cell) < distanceAt(nearest)) nearest = cell;
    open.delete(nearest);
    const [x, y] = [nearest % width, Math.floor(nearest / width)];
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        if ((dx === 0 && dy === 0) || !is(x + dx, y + dy)) continue;
        if (dx !== 0 && dy !== 0 && !(is(x + dx, y) && is(x, y + dy))) continue;
        const cell = (y + dy) * width + x + dx;
        const distance = distanceAt(nearest) + Math.hypot(dx, dy);
        if (distance >= distanceAt(cell) - 1e-9) continue;
        distances[cell] = distance;
        open.add(cell);
      }
    }
  }
  return distances;

  function distanceAt(cell: number): number {
    return distances[cell] ?? Number.POSITIVE_INFINITY;
  }
}
