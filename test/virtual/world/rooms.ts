/** Rooms for tests. */
import { Room } from '../../../src/virtual/index.ts';

const CELL = 0.05;

/** So many metres with the walls, which are 0.1 m thick, and nothing in it. */
export function emptyRoom(width: number, height: number): Room {
  const [columns, rows] = [Math.round(width / CELL), Math.round(height / CELL)];
  const isWall = (column: number, row: number) =>
    column < 2 || row < 2 || column >= columns - 2 || row >= rows - 2;
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => (isWall(column, row) ? '@' : '.')).join(''),
  );
  return Room.parse(`type octile\nheight ${rows}\nwidth ${columns}\nmap\n${lines.join('\n')}\n`, {
    cell: CELL,
  });
}
