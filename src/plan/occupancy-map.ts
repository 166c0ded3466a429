import { type MapPlace, type RangeReading, tracedCone } from './cone.ts';

/** Log-odds of one reading for a cell that it looked through: from unknown, one makes a cell free. */
const FREE = -1;
/** The same, when no echo came back at all: some surfaces throw it elsewhere. */
const SILENT = -0.35;
/** Log-odds of one reading for all cells together that may have sent the echo back. */
const ECHO = 3;
/** Metres up to which an echo can make a cell occupied for sure; from further on its arc is too long to tell where on it. */
const SURE_RANGE = 0.7;
/** Beyond these a cell would take too many readings to change its mind. */
const LEAST = -3;
const MOST = 4;
/** From here on a cell counts as free: 27 %. */
const IS_FREE = -1;
/** From here on it counts as occupied for sure: 88 %. */
const IS_OCCUPIED = 2;

/**
 * What a robot with a range finder knows of the world around it: for each cell how likely it is that something is there, as
 * log-odds (Moravec & Elfes, "High Resolution Maps from Wide Angle Sonar", ICRA 1985; Elfes, "Using Occupancy Grids for Mobile
 * Robot Perception and Navigation", Computer 22, 1989).
 *
 * A sonar's cone is wide: that nothing is nearer than the echo holds for all of it, but what sent the echo back is one place
 * somewhere on its arc. So the evidence for it is shared among the cells of the arc, each as likely as it is thought to be
 * occupied already: an echo that a known wall explains puts no ghosts beside it.
 */
export class OccupancyMap {
  readonly place: MapPlace;
  /** Of each cell: 0 nothing known, above more likely occupied, below more likely free. Row by row from below. */
  readonly odds: Float32Array;
  /** Half the cone's angle, radians. */
  readonly halfCone: number;
  /** How far a reading may be off, metres. */
  readonly error: number;

  /**
   * @param options.cone the whole angle of the range finder's cone, radians; 15° unless told
   * @param options.error metres that a reading may be off; 0.03 unless told
   */
  constructor(place: MapPlace, options: { readonly cone?: number; readonly error?: number } = {}) {
    this.place = place;
    this.odds = new Float32Array(place.width * place.height);
    this.halfCone = (options.cone ?? Math.PI / 12) / 2;
    // An arc thinner than a cell would miss them all.
    this.error = Math.max(options.error ?? 0.03, place.cell * 0.7);
  }

  /** The column and the row in which a place lies, also outside of the map. */
  cellAt(x: number, y: number): [column: number, row: number] {
    const { cell, x: left, y: bottom } = this.place;
    return [Math.floor((x - left) / cell), Math.floor((y - bottom) / cell)];
  }

  /** The middle of a cell, metres. */
  middleOf(column: number, row: number): [x: number, y: number] {
    const { cell, x, y } = this.place;
    return [x + (column + 0.5) * cell, y + (row + 0.5) * cell];
  }

  isFree(index: number): boolean {
    return (this.odds[index] as number) <= IS_FREE;
  }

  isOccupied(index: number): boolean {
    return (this.odds[index] as number) >= IS_OCCUPIED;
  }

  /** 0 where nothing is known, else how likely something is there: 1 to 100 %. */
  percent(index: number): number {
    const odds = this.odds[index] as number;
    return odds === 0 ? 0 : Math.max(1, Math.round(100 / (1 + Math.exp(-odds))));
  }

  /**
   * Takes over a reading.
   * @returns the cells that it touched: indexes of `odds`
   */
  see(reading: RangeReading): number[] {
    const { odds, error } = this;
    const { range } = reading;
    const touched: number[] = [];
    const arc: number[] = [];
    let likely = 0;
    tracedCone(this.place, reading, this.halfCone, range + error, (index, distance) => {
      if (distance < range - error) {
        this.#add(index, FREE, touched);
      } else {
        arc.push(index);
        likely += Math.exp(odds[index] as number);
      }
    });
    // Shares of what was thought before this reading.
    const shares = arc.map((index) => Math.exp(odds[index] as number) / likely);
    const most = Math.min(MOST, (IS_OCCUPIED * SURE_RANGE) / range);
    arc.forEach((index, i) => {
      const room = Math.max(0, most - (odds[index] as number));
      this.#add(index, Math.min(room, ECHO * (shares[i] as number)), touched);
    });
    return touched;
  }

  /**
   * No echo came back.
   * @param reading its range is how far that speaks for free space, if nothing is thought to be nearer: less than the finder's reach, since
   *   things may be slanted or soft
   * @returns the cells that it touched
   */
  seeNothing(reading: RangeReading): number[] {
    const { place, halfCone, odds } = this;
    const touched: number[] = [];
    // What is thought to be there stays so: one echo may get lost.
    let end = reading.range;
    tracedCone(place, reading, halfCone, reading.range, (index, distance) => {
      if ((odds[index] as number) > 0) end = Math.min(end, distance);
    });
    tracedCone(place, reading, halfCone, end, (index, distance) => {
      if (distance < end) this.#add(index, SILENT, touched);
    });
    return touched;
  }

  /** Where the robot itself stands nothing else is. @returns the cells that it touched */
  clear(x: number, y: number, radius: number): number[] {
    const touched: number[] = [];
    for (const index of this.within(x, y, radius)) this.#add(index, LEAST, touched);
    return touched;
  }

  /** The cells whose middles are not further away than so many metres: indexes of `odds`. */
  within(x: number, y: number, radius: number): number[] {
    const { width, height } = this.place;
    const cells: number[] = [];
    const [left, bottom] = this.cellAt(x - radius, y - radius);
    const [right, top] = this.cellAt(x + radius, y + radius);
    for (let row = Math.max(0, bottom); row <= Math.min(top, height - 1); row++) {
      for (let column = Math.max(0, left); column <= Math.min(right, width - 1); column++) {
        const [middleX, middleY] = this.middleOf(column, row);
        if (Math.hypot(middleX - x, middleY - y) <= radius) cells.push(row * width + column);
      }
    }
    return cells;
  }

  #add(index: number, evidence: number, touched: number[]): void {
    const before = this.odds[index] as number;
    const after = Math.fround(Math.max(LEAST, Math.min(MOST, before + evidence)));
    if (after === before) return;
    this.odds[index] = after;
    touched.push(index);
  }
}
