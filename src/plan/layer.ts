import type { Grid, Terrain } from './grid.ts';

/**
 * Where one kind of terrain can be driven on, as bits, with a border of blocked cells around, so that no scan needs to look
 * for the edge. Node (column + 1, row + 1) of the bordered map has the number `n = row * stride + column` in the row planes
 * and `m = column * columnStride + row` in the column planes; both strides are multiples of 32, so that `n >>> 5` is its word
 * and `n & 31` its bit.
 *
 * The four stop planes have a bit where a straight scan in their direction ends: at a blocked cell, or at one with a forced
 * neighbour, that is, with a free cell beside it, behind which is a blocked one (Harabor & Grastien, "Improving Jump Point
 * Search", ICAPS 2014, section 3, for moves that cut no corners). They cost three operations a word, so they are simply kept.
 */
export class Layer {
  readonly terrain: Terrain;
  /** Of the bordered map. */
  readonly columns: number;
  readonly rows: number;
  /** Nodes a row of the row planes, and of all rows. */
  readonly stride: number;
  readonly nodes: number;
  /** Nodes a column of the column planes. */
  readonly columnStride: number;
  /** 1: blocked. */
  readonly blocked: Int32Array;
  readonly blockedColumns: Int32Array;
  readonly stopEast: Int32Array;
  readonly stopWest: Int32Array;
  readonly stopSouth: Int32Array;
  readonly stopNorth: Int32Array;

  constructor(grid: Grid, terrain: Terrain) {
    this.terrain = terrain;
    this.columns = grid.width + 2;
    this.rows = grid.height + 2;
    this.stride = roundUp(this.columns);
    this.columnStride = roundUp(this.rows);
    this.nodes = this.stride * this.rows;
    const rowWords = this.nodes >>> 5;
    const columnWords = (this.columnStride * this.columns) >>> 5;
    this.blocked = new Int32Array(rowWords).fill(-1);
    this.blockedColumns = new Int32Array(columnWords).fill(-1);
    this.stopEast = new Int32Array(rowWords);
    this.stopWest = new Int32Array(rowWords);
    this.stopSouth = new Int32Array(columnWords);
    this.stopNorth = new Int32Array(columnWords);
    const { width, height, cells } = grid;
    pack(this.blocked, this.stride, cells, terrain, height, width, width, 1);
    pack(this.blockedColumns, this.columnStride, cells, terrain, width, height, 1, width);
    this.#stops(this.blocked, this.stopEast, this.stopWest, this.stride >>> 5, 0, rowWords);
    this.#stops(this.blockedColumns, this.stopSouth, this.stopNorth, this.columnStride >>> 5, 0, columnWords);
  }

  /** The node of a cell in the row planes. */
  node(x: number, y: number): number {
    return (y + 1) * this.stride + x + 1;
  }

  /** Whether the node can be driven on. */
  isFree(node: number): boolean {
    return (((this.blocked[node >>> 5] as number) >>> (node & 31)) & 1) === 0;
  }

  /** Takes over a cell that has changed. */
  update(x: number, y: number, free: boolean): void {
    this.#mark(x, y, free);
    const n = this.node(x, y);
    const m = (x + 1) * this.columnStride + y + 1;
    const rowWords = this.stride >>> 5;
    const columnWords = this.columnStride >>> 5;
    // A cell counts as "beside and behind" for its neighbours in three rows and three columns, one bit to each side.
    for (let row = -rowWords; row <= rowWords; row += rowWords) {
      const word = (n >>> 5) + row;
      this.#stops(this.blocked, this.stopEast, this.stopWest, rowWords, word - 1, word + 2);
    }
    for (let column = -columnWords; column <= columnWords; column += columnWords) {
      const word = (m >>> 5) + column;
      this.#stops(this.blockedColumns, this.stopSouth, this.stopNorth, columnWords, word - 1, word + 2);
    }
  }

  #mark(x: number, y: number, free: boolean): void {
    const n = this.node(x, y);
    const m = (x + 1) * this.columnStride + y + 1;
    const rowBit = 1 << (n & 31);
    const columnBit = 1 << (m & 31);
    if (free) {
      this.blocked[n >>> 5] = (this.blocked[n >>> 5] as number) & ~rowBit;
      this.blockedColumns[m >>> 5] = (this.blockedColumns[m >>> 5] as number) & ~columnBit;
    } else {
      this.blocked[n >>> 5] = (this.blocked[n >>> 5] as number) | rowBit;
      this.blockedColumns[m >>> 5] = (this.blockedColumns[m >>> 5] as number) | columnBit;
    }
  }

  /** Words `from` to `to` (not included) of the stop planes, upwards and downwards in bit order; lines have `words` words. */
  #stops(
    blocked: Int32Array,
    up: Int32Array,
    down: Int32Array,
    words: number,
    from: number,
    to: number,
  ): void {
    const first = Math.max(0, from);
    const last = Math.min(to, blocked.length);
    for (let word = first; word < last; word++) {
      let forcedUp = 0;
      let forcedDown = 0;
      for (let beside = word - words; beside <= word + words; beside += 2 * words) {
        // Beyond the border all is blocked. Words of the neighbouring line that shift in hold border bits only.
        const here = blocked[beside] ?? -1;
        const before = blocked[beside - 1] ?? -1;
        const after = blocked[beside + 1] ?? -1;
        forcedUp |= ~here & ((here << 1) | (before >>> 31));
        forcedDown |= ~here & ((here >>> 1) | (after << 31));
      }
      const here = blocked[word] as number;
      up[word] = here | forcedUp;
      down[word] = here | forcedDown;
    }
  }
}

/** Clears the bit of each cell of the terrain, line by line; a line's bits and the lines begin with the border. */
function pack(
  blocked: Int32Array,
  stride: number,
  cells: Uint8Array,
  terrain: Terrain,
  lines: number,
  length: number,
  lineStep: number,
  cellStep: number,
): void {
  for (let line = 0; line < lines; line++) {
    const first = (line + 1) * stride;
    let cell = line * lineStep;
    let bits = -1;
    let bit = 1;
    for (let i = 0; i < length; i++, cell += cellStep) {
      if (cells[cell] === terrain) bits &= ~(1 << bit);
      if (++bit === 32) {
        blocked[(first + i + 1) >>> 5] = bits;
        bits = -1;
        bit = 0;
      }
    }
    if (bit > 0) blocked[(first + length) >>> 5] = bits;
  }
}

/** To whole words. */
const roundUp = (bits: number): number => (bits + 31) & ~31;
