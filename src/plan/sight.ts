import { BLOCKED, type Grid } from './grid.ts';

/**
 * Whether a robot can drive straight from the middle of one cell to the middle of another: every cell that the line runs
 * through is of the first one's terrain, and where it runs exactly through a corner, both cells beside that corner are, too.
 * For straight and diagonal lines this is the rule of steps. Whole numbers only, so that corners are met exactly (the traversal
 * of Amanatides & Woo, "A Fast Voxel Traversal Algorithm", Eurographics 1987).
 */
export function canSee(grid: Grid, x: number, y: number, toX: number, toY: number): boolean {
  const terrain = grid.at(x, y);
  if (terrain === BLOCKED || grid.at(toX, toY) !== terrain) return false;
  const { cells, width } = grid;
  const columns = Math.abs(toX - x);
  const rows = Math.abs(toY - y);
  const dx = Math.sign(toX - x);
  const dy = Math.sign(toY - y) * width;
  let cell = y * width + x;
  // Column border number i is crossed after (2i + 1) / 2·columns of the line, row border j after (2j + 1) / 2·rows.
  let column = rows;
  let row = columns;
  for (let left = columns + rows; left > 0; left--) {
    if (column < row) {
      cell += dx;
      column += 2 * rows;
    } else if (column > row) {
      cell += dy;
      row += 2 * columns;
    } else {
      if (cells[cell + dx] !== terrain || cells[cell + dy] !== terrain) return false;
      cell += dx + dy;
      column += 2 * rows;
      row += 2 * columns;
      left--;
    }
    if (cells[cell] !== terrain) return false;
  }
  return true;
}
