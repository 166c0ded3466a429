/** A room with walls, from an occupancy map: square cells, each free or wall. Metres; x to the right, y up, (0, 0) the lower left corner. */
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { gridOf, LAND, parseMap } from '../../plan/index.ts';

/** What a room is, for another thread. */
export interface RoomSetup {
  columns: number;
  rows: number;
  /** Side of a cell, metres. */
  cell: number;
  /** 1 a wall, 0 free, row by row from the bottom; shared by the threads. */
  cells: SharedArrayBuffer;
}

export class Room {
  readonly columns: number;
  readonly rows: number;
  readonly cell: number;
  /** 1 a wall, 0 free, row by row from the bottom. */
  readonly cells: Uint8Array;

  /** Use `Room.parse()`. */
  constructor({ columns, rows, cell, cells }: RoomSetup) {
    this.columns = columns;
    this.rows = rows;
    this.cell = cell;
    this.cells = new Uint8Array(cells);
  }

  /**
   * A room from the text of a Moving AI `.map`; a rover drives on land, all else is wall.
   * @param options.cell side of a cell, metres
   * @throws KitelineError BAD_ARGUMENT for what is no map, or a cell without size
   */
  static parse(text: string, { cell }: { cell: number }): Room {
    const reading = parseMap(text);
    if (!reading.ok) {
      throw new KitelineError(
        'BAD_ARGUMENT',
        say(
          `The room's map cannot be read: line ${reading.line} (${reading.problem}).`,
          `无法读取房间地图：第 ${reading.line} 行（${reading.problem}）。`,
        ),
      );
    }
    if (!(cell > 0)) {
      throw new KitelineError(
        'BAD_ARGUMENT',
        say(`A cell of ${cell} m: it must be larger than 0.`, `格子边长为 ${cell} 米：必须大于 0。`),
      );
    }
    const { width: columns, height: rows, cells } = gridOf(reading.map);
    const room = new Room({ columns, rows, cell, cells: new SharedArrayBuffer(columns * rows) });
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        if (cells[(rows - 1 - row) * columns + column] !== LAND) room.cells[row * columns + column] = 1;
    return room;
  }

  /** Metres. */
  get width(): number {
    return this.columns * this.cell;
  }

  /** Metres. */
  get height(): number {
    return this.rows * this.cell;
  }

  get setup(): RoomSetup {
    const { columns, rows, cell, cells } = this;
    return { columns, rows, cell, cells: cells.buffer as SharedArrayBuffer };
  }

  /** Whether the cell is a wall; all that is outside of the room is. */
  isWall(column: number, row: number): boolean {
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return true;
    return this.cells[row * this.columns + column] === 1;
  }

  /** Whether there is a wall at this place. */
  isBlocked(x: number, y: number): boolean {
    return this.isWall(Math.floor(x / this.cell), Math.floor(y / this.cell));
  }

  /** Whether a round body stands here without touching a wall. */
  fits(x: number, y: number, radius: number): boolean {
    return !deepest(this, x, y, radius);
  }

  /** Puts a box there, or takes walls away: every cell of which the rectangle covers some. Also while something drives here. */
  block(x: number, y: number, width: number, height: number, blocked = true): void {
    const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
    const right = within(Math.ceil((x + width) / this.cell), this.columns);
    const top = within(Math.ceil((y + height) / this.cell), this.rows);
    for (let row = within(Math.floor(y / this.cell), this.rows); row < top; row++)
      for (let column = within(Math.floor(x / this.cell), this.columns); column < right; column++)
        this.cells[row * this.columns + column] = blocked ? 1 : 0;
  }
}

/** Where a round body is deepest in a wall. */
export interface Overlap {
  /** Metres. */
  depth: number;
  /** Unit vector from the wall to the body; (0, 0) when its centre is in the wall. */
  x: number;
  y: number;
}

/** The deepest overlap of a circle with the walls: by the nearest point of each cell's square to its centre. */
export function deepest(room: Room, x: number, y: number, radius: number): Overlap | undefined {
  const { cell } = room;
  let nearest = radius;
  let found: Overlap | undefined;
  for (let row = Math.floor((y - radius) / cell); row * cell < y + radius; row++) {
    for (let column = Math.floor((x - radius) / cell); column * cell < x + radius; column++) {
      if (!room.isWall(column, row)) continue;
      const dx = x - Math.min(Math.max(x, column * cell), (column + 1) * cell);
      const dy = y - Math.min(Math.max(y, row * cell), (row + 1) * cell);
      const distance = Math.hypot(dx, dy);
      if (distance >= nearest) continue;
      nearest = distance;
      const scale = distance === 0 ? 0 : 1 / distance;
      found = { depth: radius - distance, x: dx * scale, y: dy * scale };
    }
  }
  return found;
}

/**
 * How far a ray goes until it meets a wall, metres; Infinity beyond `most`. From cell to cell as in J. Amanatides and A. Woo, "A
 * Fast Voxel Traversal Algorithm for Ray Tracing", Eurographics 1987.
 * @param angle radians, counter-clockwise from +x
 */
export function castRay(room: Room, x: number, y: number, angle: number, most: number): number {
  const dx = Math.cos(angle);
  const dy = Math.sin(angle);
  const across = axis(x / room.cell, dx);
  const up = axis(y / room.cell, dy);
  for (let distance = 0; distance * room.cell <= most; ) {
    if (room.isWall(across.cell, up.cell)) return distance * room.cell;
    const next = across.next < up.next ? across : up;
    distance = next.next;
    next.next += next.each;
    next.cell += next.step;
  }
  return Infinity;
}

/** One axis of a ray, in cells: where it is, and how far along the ray the next border is, and each after it. */
function axis(at: number, direction: number) {
  const cell = Math.floor(at);
  const each = 1 / Math.abs(direction);
  const toBorder = direction > 0 ? cell + 1 - at : at - cell;
  return { cell, step: Math.sign(direction), each, next: direction === 0 ? Infinity : toBorder * each };
}
