/** A chart of braille characters: two columns and four rows of dots in each (Unicode, U+2800). */

/** What is drawn at one time. */
export interface Mark {
  at: number;
  count: number;
  min: number;
  mean: number;
  max: number;
}

export interface ChartSize {
  /** Characters. */
  columns: number;
  rows: number;
}

export interface ChartRange {
  from: number;
  to: number;
  /** What the bottom and the top stand for. */
  low: number;
  high: number;
}

/** One row of a chart, in pieces that are of the line (where the mean is) or only of the band from least to greatest. */
export type ChartRow = { text: string; isLine: boolean }[];

/** Marks further apart than so many times the usual distance have a gap between them. */
const GAP = 3;

/** Bit of each dot in a braille character, by its column and row. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];

/**
 * Draws marks, which are by time, from left to right. What is missing stays empty.
 * @param how `steps` for values that stay until the next, as of a switch; else they are joined by lines
 */
export function drawChart(
  marks: Mark[],
  size: ChartSize,
  range: ChartRange,
  how: 'lines' | 'steps',
): ChartRow[] {
  const canvas = new Canvas(size);
  const width = 2 * size.columns;
  const height = 4 * size.rows;
  const y = (value: number): number => {
    if (range.high <= range.low) return height >> 1;
    // Halved, for the difference of two huge numbers is no number.
    const share = (range.high / 2 - value / 2) / (range.high / 2 - range.low / 2);
    return Math.round(share * (height - 1));
  };
  const columns = columnsOf(marks, range, width);
  const apart = gapOf(columns);
  columns.forEach(({ x, min, mean, max }, at) => {
    canvas.upright(x, y(max), y(min), false);
    canvas.upright(x, y(mean), y(mean), true);
    const next = columns[at + 1];
    if (!next || next.x - x > apart) return;
    if (how === 'lines') canvas.line(x, y(mean), next.x, y(next.mean));
    else canvas.step(x, y(mean), next.x, y(next.mean));
  });
  return canvas.rows();
}

interface Column extends Omit<Mark, 'at'> {
  x: number;
}

function columnsOf(marks: Mark[], { from, to }: ChartRange, width: number): Column[] {
  const columns: Column[] = [];
  for (const { at, count, min, mean, max } of marks) {
    const x = Math.min(width - 1, Math.max(0, Math.floor(((at - from) / (to - from)) * width)));
    const last = columns.at(-1);
    if (last?.x !== x) {
      columns.push({ x, count, min, mean, max });
      continue;
    }
    last.mean += (mean - last.mean) * (count / (last.count + count));
    last.count += count;
    last.min = Math.min(last.min, min);
    last.max = Math.max(last.max, max);
  }
  return columns;
}

/** How far apart two columns may be and still belong together. */
function gapOf(columns: Column[]): number {
  // One distance is no rhythm: there the points of a column, which are less than a column apart, say what is usual.
  const points = columns.reduce((sum, { count }) => sum + count, 0);
  if (columns.length === 2 && points > 3) return GAP;
  const distances = columns.slice(1).map(({ x }, at) => x - (columns[at]?.x ?? 0));
  const usual = distances.toSorted((a, b) => a - b)[distances.length >> 1] ?? 1;
  return GAP * usual;
}

class Canvas {
  readonly #columns: number;
  readonly #dots: Uint8Array[];
  readonly #lines: Uint8Array[];

  constructor({ columns, rows }: ChartSize) {
    this.#columns = columns;
    this.#dots = Array.from({ length: rows }, () => new Uint8Array(columns));
    this.#lines = Array.from({ length: rows }, () => new Uint8Array(columns));
  }

  upright(x: number, top: number, bottom: number, isLine: boolean): void {
    for (let y = top; y <= bottom; y++) this.#dot(x, y, isLine);
  }

  /** As Bresenham draws it. */
  line(x0: number, y0: number, x1: number, y1: number): void {
    const steps = Math.max(x1 - x0, Math.abs(y1 - y0));
    for (let step = 0; step <= steps; step++) {
      const share = steps === 0 ? 0 : step / steps;
      this.#dot(Math.round(x0 + (x1 - x0) * share), Math.round(y0 + (y1 - y0) * share), true);
    }
  }

  step(x0: number, y0: number, x1: number, y1: number): void {
    for (let x = x0; x <= x1; x++) this.#dot(x, y0, true);
    this.upright(x1, Math.min(y0, y1), Math.max(y0, y1), true);
  }

  rows(): ChartRow[] {
    return this.#dots.map((dots, row) => {
      const pieces: ChartRow = [];
      for (let column = 0; column < this.#columns; column++) {
        // A space where nothing is: some fonts draw rings for the braille character without dots.
        const dot = dots[column] ?? 0;
        const text = dot === 0 ? ' ' : String.fromCharCode(0x2800 + dot);
        const isLine = this.#lines[row]?.[column] === 1;
        const last = pieces.at(-1);
        if (last?.isLine === isLine) last.text += text;
        else pieces.push({ text, isLine });
      }
      return pieces;
    });
  }

  #dot(x: number, y: number, isLine: boolean): void {
    const dots = this.#dots[y >> 2];
    const lines = this.#lines[y >> 2];
    if (!dots || !lines) return;
    dots[x >> 1] = (dots[x >> 1] ?? 0) | (DOTS[x & 1]?.[y & 3] ?? 0);
    if (isLine) lines[x >> 1] = 1;
  }
}
