import type { Grid } from './grid.ts';
import type { Point } from './path.ts';
import { canSee } from './sight.ts';

/** From a point so many further on are tried: all of them in a room, and in a maze no more than can be seen anyway. */
const LOOK_AHEAD = 64;

/**
 * The shortest way that leaves out corner points of a path where one can be seen from another, in any direction. It never cuts
 * a corner (see `canSee`), keeps start and goal, and is not longer than the path. The shortest way of all may bend at other
 * cells; those points where a path of a jump-point search goes around an obstacle are among its own.
 * @param points a legal path, as a plan gives it
 */
export function smooth(grid: Grid, points: readonly Point[]): Point[] {
  const count = points.length;
  // Shortest distance to the last point, and the next point on that way: dynamic programming from behind.
  const rest = new Float64Array(count);
  const next = new Int32Array(count);
  for (let i = count - 2; i >= 0; i--) {
    const [x, y] = points[i] as Point;
    rest[i] = Number.POSITIVE_INFINITY;
    const last = Math.min(count - 1, i + LOOK_AHEAD);
    for (let j = i + 1; j <= last; j++) {
      const [toX, toY] = points[j] as Point;
      const length = Math.hypot(toX - x, toY - y) + (rest[j] as number);
      // The next point is always in sight; the others cost a look only when they would be better.
      if (length >= (rest[i] as number) || (j > i + 1 && !canSee(grid, x, y, toX, toY))) continue;
      rest[i] = length;
      next[i] = j;
    }
  }
  const kept: Point[] = [];
  for (let i = 0; i < count; i = i < count - 1 ? (next[i] as number) : count) kept.push(points[i] as Point);
  return kept;
}
