import { type Costs, UNREACHED } from './costs.ts';
import type { Grid, Terrain } from './grid.ts';
import { Layer } from './layer.ts';
import { Path } from './path.ts';
import { Regions } from './regions.ts';
import { type Search, type SearchMaker, STOPPED } from './search.ts';

/** How the search for a way ended; all but `found` leave the path empty. */
export type Outcome =
  /** The path is the shortest there is. */
  | 'found'
  /** Nothing stands or swims at the start: it is blocked. */
  | 'start-blocked'
  /** The goal is blocked. */
  | 'goal-blocked'
  /** There is no way, or one of the two is on land and the other on water. */
  | 'unreachable'
  /** It was told to stop. */
  | 'stopped';

/** Takes a way corner by corner; the same node may come twice. */
export interface Trace {
  add(node: number): void;
}

/** Nodes as the cells of a path. */
class Points implements Trace {
  path = new Path();
  readonly #stride: number;

  constructor(stride: number) {
    this.#stride = stride;
  }

  add(node: number): void {
    const y = Math.floor(node / this.#stride);
    this.path.add(node - y * this.#stride - 1, y - 1);
  }
}

/** Everything that is known of one kind of terrain. */
export class Territory {
  readonly layer: Layer;
  readonly search: Search;
  readonly #regions: Regions;
  readonly #points: Points;

  constructor(grid: Grid, terrain: Terrain, costs: Costs, Maker: SearchMaker) {
    this.layer = new Layer(grid, terrain);
    this.#regions = new Regions(this.layer);
    this.search = new Maker(this.layer, costs);
    this.#points = new Points(this.layer.stride);
  }

  /** Takes over a cell that is of this terrain now, or no more. @returns whether that is news */
  update(x: number, y: number, isFree: boolean): boolean {
    const node = this.layer.node(x, y);
    if (this.layer.isFree(node) === isFree) return false;
    this.layer.update(x, y, isFree);
    if (isFree) this.#regions.free(node);
    else this.#regions.block(node);
    return true;
  }

  /** The shortest way between two free nodes, into `path`. */
  find(start: number, goal: number, path: Path, shouldStop: (() => boolean) | undefined): Outcome {
    path.clear();
    if (!this.mayConnect(start, goal)) return 'unreachable';
    const cost = this.search.find(start, goal, shouldStop);
    if (cost === STOPPED) return 'stopped';
    if (cost === UNREACHED) {
      this.noWay();
      return 'unreachable';
    }
    this.#points.path = path;
    this.trace(start, goal, this.#points);
    path.reverse();
    return 'found';
  }

  /** False: there is no way between the two free nodes. */
  mayConnect(start: number, goal: number): boolean {
    return this.#regions.mayConnect(start, goal);
  }

  /** A search found no way between nodes that may connect: the next question of this kind is answered without looking everywhere. */
  noWay(): void {
    if (!this.#regions.isExact) this.#regions.count();
  }

  /**
   * The way that the search has found, corner by corner from its end. From each node to its parent a run is diagonal first,
   * then straight: seen from the end, straight first.
   */
  trace(start: number, end: number, into: Trace): void {
    const { stride } = this.layer;
    const { parent } = this.search;
    let node = end;
    let y = Math.floor(node / stride);
    let x = node - y * stride;
    into.add(node);
    while (node !== start) {
      node = parent[node] as number;
      const parentY = Math.floor(node / stride);
      const parentX = node - parentY * stride;
      const columns = x - parentX;
      const rows = y - parentY;
      const diagonal = Math.min(Math.abs(columns), Math.abs(rows));
      into.add(node + diagonal * (Math.sign(columns) + Math.sign(rows) * stride));
      into.add(node);
      x = parentX;
      y = parentY;
    }
  }
}
