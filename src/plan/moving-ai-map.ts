import { BLOCKED, Grid, LAND, MAX_SIDE, type Terrain, WATER } from './grid.ts';

/** A `.map` file of the Moving AI Lab's benchmarks, with its own terrain letters, so that it can be written as it was read. */
export interface MovingAiMap {
  readonly width: number;
  readonly height: number;
  /** One letter's code a cell, row by row from the upper left. */
  readonly letters: Uint8Array;
}

/** What is wrong with a map's text. */
export type MapProblem =
  /** It does not begin with `type octile`. */
  | 'type'
  /** `height` and `width`, one line each, from 1 to `MAX_SIDE`, are not what follows. */
  | 'size'
  /** The line `map` does not follow. */
  | 'no-map'
  /** A row is missing, or has too few or too many cells. */
  | 'row'
  /** A letter that is none of `. G S W @ O T`. */
  | 'letter'
  /** After the last row there is something else. */
  | 'more';

export type MapReading =
  | { readonly ok: true; readonly map: MovingAiMap }
  /** @param line from 1 */
  | { readonly ok: false; readonly problem: MapProblem; readonly line: number };

/**
 * The terrains (https://movingai.com/benchmarks/formats.html): `.` and `G` are passable; `S`, swamp, is passable from them; `W`,
 * water, is traversable but not passable from terrain; `@` and `O` are out of bounds, `T` are trees. In HOG2, with which the
 * published lengths were computed, a step needs two cells of one class, where `.`, `G` and `S` are one, and `W` another:
 * that is, land and water here.
 */
const TERRAIN: Readonly<Record<string, Terrain>> = {
  '.': LAND,
  G: LAND,
  S: LAND,
  W: WATER,
  '@': BLOCKED,
  O: BLOCKED,
  T: BLOCKED,
};

/** By letter's code; undefined for what is no letter of a map. */
const TERRAIN_OF_CODE: readonly (Terrain | undefined)[] = Array.from(
  { length: 128 },
  (_, code) => TERRAIN[String.fromCharCode(code)],
);

const LETTER: Readonly<Record<Terrain, string>> = { [BLOCKED]: '@', [LAND]: '.', [WATER]: 'W' };

/** Reads the text of a `.map` file; never throws. */
export function parseMap(text: string): MapReading {
  const lines = new Lines(text);
  if (!/^type\s+octile$/.test(lines.next()?.trim() ?? '')) return bad('type', lines);
  const sizes: Record<string, number> = {};
  for (let i = 0; i < 2; i++) {
    const [, name = '', digits = ''] = /^(height|width)\s+(\d{1,9})$/.exec(lines.next()?.trim() ?? '') ?? [];
    const size = Number(digits);
    if (size < 1 || size > MAX_SIDE || name in sizes) return bad('size', lines);
    sizes[name] = size;
  }
  const { width = 0, height = 0 } = sizes;
  if (lines.next()?.trim() !== 'map') return bad('no-map', lines);
  // Before anything is laid out for what the header promises.
  if (text.length - lines.at < width * height) return bad('row', lines);
  const letters = new Uint8Array(width * height);
  for (let y = 0, cell = 0; y < height; y++) {
    const row = lines.next()?.trimEnd();
    if (row?.length !== width) return bad('row', lines);
    for (let x = 0; x < width; x++, cell++) {
      const code = row.charCodeAt(x);
      if (TERRAIN_OF_CODE[code] === undefined) return bad('letter', lines);
      letters[cell] = code;
    }
  }
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line.trim() !== '') return bad('more', lines);
  }
  return { ok: true, map: { width, height, letters } };
}

/** The text of a `.map` file. */
export function formatMap({ width, height, letters }: MovingAiMap): string {
  const rows = Array.from({ length: height }, (_, y) =>
    String.fromCharCode(...letters.subarray(y * width, (y + 1) * width)),
  );
  return `type octile\nheight ${height}\nwidth ${width}\nmap\n${rows.join('\n')}\n`;
}

/** What the letters mean. */
export function gridOf({ width, height, letters }: MovingAiMap): Grid {
  const grid = new Grid(width, height);
  for (let cell = 0; cell < letters.length; cell++) {
    grid.cells[cell] = TERRAIN_OF_CODE[letters[cell] as number] as Terrain;
  }
  return grid;
}

/** A grid as a map: `.`, `W` and `@`. */
export function mapOf({ width, height, cells }: Grid): MovingAiMap {
  return { width, height, letters: cells.map((terrain) => LETTER[terrain as Terrain].charCodeAt(0)) };
}

/**
 * The map in another size, each cell as the one of the old map that its upper left corner lies in: a scenario may be set in a
 * scaled map. @throws RangeError as a grid of this size would
 */
export function scaleMap(
  { width, height, letters }: MovingAiMap,
  newWidth: number,
  newHeight: number,
): MovingAiMap {
  const { cells: scaled } = new Grid(newWidth, newHeight);
  for (let y = 0, cell = 0; y < newHeight; y++) {
    const row = Math.floor((y * height) / newHeight) * width;
    for (let x = 0; x < newWidth; x++, cell++) {
      scaled[cell] = letters[row + Math.floor((x * width) / newWidth)] as number;
    }
  }
  return { width: newWidth, height: newHeight, letters: scaled };
}

/** Line after line of a text, without a list of them all. */
class Lines {
  readonly #text: string;
  /** Where the next line begins. */
  at = 0;
  /** Of the line given last, from 1. */
  number = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string | undefined {
    if (this.at >= this.#text.length) return undefined;
    const found = this.#text.indexOf('\n', this.at);
    const end = found < 0 ? this.#text.length : found;
    const line = this.#text.slice(this.at, end);
    this.at = end + 1;
    this.number++;
    return line;
  }
}

const bad = (problem: MapProblem, lines: Lines): MapReading => ({
  ok: false,
  problem,
  line: Math.max(1, lines.number),
});
