import type {
  Place,
  RunInfo,
  SceneOptions,
  ScenePatch,
  ScenePose,
  SceneState,
} from '../../src/hub/scenes/messages.ts';
import { applyCells, unpackCells } from '../../src/hub/scenes/patch.ts';
import { Trail } from '../../src/hub/scenes/trail.ts';

/** Metres. */
export interface Box {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

interface Start extends Required<SceneOptions>, Partial<SceneState> {
  map: string;
  v?: number;
  trail?: readonly Place[];
}

/** A map as it is to be drawn: its cells, and what is on them. Knows nothing of how that is done. */
export class MapModel {
  readonly size: Required<SceneOptions>;
  readonly cells: Uint8Array;
  readonly trail = new Trail();
  v: number;
  path: readonly Place[];
  goal: Place | null;
  rover: ScenePose | null;
  run: RunInfo | null;
  /** Where something is known or drawn; undefined for a map that is empty. */
  seen: Box | undefined;

  constructor(start: Start) {
    const { cell, width, height, x, y, map, v = 0, path = [], goal = null, rover = null, run = null } = start;
    this.size = { cell, width, height, x, y };
    this.cells = new Uint8Array(width * height);
    unpackCells(map, this.cells);
    this.v = v;
    this.path = path;
    this.goal = goal;
    this.rover = rover;
    this.run = run;
    for (const [tx, ty] of start.trail ?? []) this.trail.add(tx, ty);
    this.#seeCells();
    this.#seePlaces();
  }

  apply(patch: ScenePatch): void {
    const { v, cells = [], map, path, goal, rover, run } = patch;
    this.v = v;
    applyCells(patch, this.cells);
    if (map !== undefined) this.#seeCells();
    for (let i = 0; i + 1 < cells.length; i += 2) if (cells[i + 1] !== 0) this.#seeCell(cells[i] as number);
    if (path) this.path = path;
    if (goal !== undefined) this.goal = goal;
    if (run !== undefined) this.run = run;
    if (goal) {
      this.trail.clear(); // another run
      if (this.rover) this.trail.add(this.rover.x, this.rover.y);
    }
    if (rover !== undefined) this.rover = rover;
    if (rover) this.trail.add(rover.x, rover.y);
    if (path || goal || rover) this.#seePlaces();
  }

  #seeCells(): void {
    for (let index = 0; index < this.cells.length; index++) if (this.cells[index] !== 0) this.#seeCell(index);
  }

  #seeCell(index: number): void {
    const { cell, width, x, y } = this.size;
    const left = x + (index % width) * cell;
    const bottom = y + Math.floor(index / width) * cell;
    this.#see(left, bottom);
    this.#see(left + cell, bottom + cell);
  }

  #seePlaces(): void {
    if (this.rover) this.#see(this.rover.x, this.rover.y);
    if (this.goal) this.#see(...this.goal);
    for (const [x, y] of this.path) this.#see(x, y);
  }

  #see(x: number, y: number): void {
    if (!this.seen) {
      this.seen = { left: x, bottom: y, right: x, top: y };
      return;
    }
    const { seen } = this;
    if (x < seen.left) seen.left = x;
    if (x > seen.right) seen.right = x;
    if (y < seen.bottom) seen.bottom = y;
    if (y > seen.top) seen.top = y;
  }
}
