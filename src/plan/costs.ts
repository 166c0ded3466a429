/**
 * Lengths as whole numbers. A straight step costs `straight`, a diagonal one `diagonal`, and their ratio is a convergent of
 * √2's continued fraction (1; 2, 2, 2, …). A convergent p/q is nearer to √2 than any fraction with a denominator below that of
 * the next one, so two lengths n + m√2 whose diagonal counts differ by less than q compare as their whole numbers do: searches
 * are exact, ties are ties, and sums do not depend on the order of adding. (Hardy & Wright, An Introduction to the Theory of
 * Numbers, theorem 182.)
 */
export interface Costs {
  /** Of a step to a cell beside, above or below. */
  readonly straight: number;
  /** Of a step to a cell across a corner. */
  readonly diagonal: number;
}

const CONVERGENTS: readonly Costs[] = [
  { straight: 2378, diagonal: 3363 },
  { straight: 408, diagonal: 577 },
  { straight: 70, diagonal: 99 },
];

/** More than any length: what is not reached. */
export const UNREACHED = 0x7fffffff;

/**
 * The finest costs with which no path in a grid of so many cells outgrows 32 bits. A shortest path has at most two of three
 * cells in a row of any winding (three in an L would be cut short), and what its heuristic adds is far below the third.
 * @param cells width × height
 */
export function costsFor(cells: number): Costs {
  return CONVERGENTS.find(({ straight }) => cells * straight < UNREACHED) ?? { straight: 12, diagonal: 17 };
}

/** Low bits that keys of one bucket of an open list may differ in: less than a straight step. */
export const bucketBits = ({ straight }: Costs): number => 31 - Math.clz32(straight);

/** The length in cells, exact to a double's rounding. */
export const octileLength = (straightSteps: number, diagonalSteps: number): number =>
  straightSteps + diagonalSteps * Math.SQRT2;

/** The least that a way over so many columns and rows can cost where nothing is in the way. */
export function octileCost({ straight, diagonal }: Costs, columns: number, rows: number): number {
  const dx = Math.abs(columns);
  const dy = Math.abs(rows);
  return dx > dy ? dx * straight + dy * (diagonal - straight) : dy * straight + dx * (diagonal - straight);
}
