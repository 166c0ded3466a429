/** Where a map lies in the world: metres, x to the right and y up. Row 0 of its cells is the lowest. */
export interface MapPlace {
  /** Of a cell's side, metres. */
  readonly cell: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Of the lower left corner, metres. */
  readonly x: number;
  readonly y: number;
}

/** What a range finder said, and where it stood then: metres, radians counter-clockwise from the x axis. */
export interface RangeReading {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  /** To the nearest thing within the cone. */
  readonly range: number;
}

/**
 * Calls `visit` for every cell of the map whose middle lies in a cone that begins where the range finder stands. Near its tip the
 * cone is taken as wide as a cell: the finder's face is no point either.
 * @param halfAngle of the cone, radians, below a quarter turn
 * @param reach how long the cone is, metres
 * @param visit gets the cell's index and how far its middle is from the tip, metres
 */
export function tracedCone(
  { cell, width, height, x: left, y: bottom }: MapPlace,
  { x, y, heading }: RangeReading,
  halfAngle: number,
  reach: number,
  visit: (index: number, distance: number) => void,
): void {
  const cos = Math.cos(heading);
  const sin = Math.sin(heading);
  const slope = Math.tan(halfAngle);
  const half = Math.max(reach * slope, cell / 2);
  // The box around the tip and the two far corners.
  const farX = [x + reach * cos - half * sin, x + reach * cos + half * sin];
  const farY = [y + reach * sin + half * cos, y + reach * sin - half * cos];
  const columnOf = (at: number) => Math.floor((at - left) / cell);
  const rowOf = (at: number) => Math.floor((at - bottom) / cell);
  const firstColumn = Math.max(0, columnOf(Math.min(x - cell, ...farX)));
  const lastColumn = Math.min(width - 1, columnOf(Math.max(x + cell, ...farX)));
  const firstRow = Math.max(0, rowOf(Math.min(y - cell, ...farY)));
  const lastRow = Math.min(height - 1, rowOf(Math.max(y + cell, ...farY)));
  for (let row = firstRow; row <= lastRow; row++) {
    const dy = bottom + (row + 0.5) * cell - y;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const dx = left + (column + 0.5) * cell - x;
      const along = dx * cos + dy * sin;
      if (along <= 0) continue;
      const beside = Math.abs(dy * cos - dx * sin);
      const distance = Math.hypot(dx, dy);
      if (distance <= reach && beside <= Math.max(along * slope, cell / 2)) {
        visit(row * width + column, distance);
      }
    }
  }
}
