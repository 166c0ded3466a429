import { type Costs, octileCost, UNREACHED } from './costs.ts';
import { Frontier } from './frontier.ts';
import type { Layer } from './layer.ts';
import { NODES_PER_CHECK, type Search, STOPPED } from './search.ts';

const ONCE = 1;

/**
 * A* (Hart, Nilsson & Raphael 1968) over single steps, with the octile distance as its estimate. It looks at every cell that
 * jump-point search leaps over, and is here as the plain answer that the other one is measured and tested against.
 */
export class AStarSearch implements Search {
  readonly parent: Int32Array;
  expanded = 0;
  met = 0;
  readonly #layer: Layer;
  readonly #costs: Costs;
  readonly #frontier: Frontier;
  #goal = 0;
  #goalX = 0;
  #goalY = 0;
  #bound = UNREACHED;

  constructor(layer: Layer, costs: Costs) {
    this.#layer = layer;
    this.#costs = costs;
    this.#frontier = new Frontier(layer, costs, costs.diagonal);
    this.parent = this.#frontier.parent;
  }

  find(start: number, goal: number, shouldStop?: () => boolean): number {
    const { stride } = this.#layer;
    const { cost } = this.#frontier;
    this.#goal = goal;
    this.#goalY = (goal / stride) | 0;
    this.#goalX = goal - this.#goalY * stride;
    this.#bound = UNREACHED;
    this.expanded = 0;
    this.met = goal;
    this.#frontier.clear();
    const startY = (start / stride) | 0;
    this.#reach(start, start - startY * stride, startY, start, 0);
    for (;;) {
      const node = this.#frontier.next(this.#bound);
      if (node < 0) return this.#bound;
      if (++this.expanded % NODES_PER_CHECK === 0 && shouldStop?.()) return STOPPED;
      const y = (node / stride) | 0;
      this.#expand(node, node - y * stride, y, cost[node] as number);
    }
  }

  #expand(node: number, x: number, y: number, cost: number): void {
    const layer = this.#layer;
    const { stride } = layer;
    const beside = cost + this.#costs.straight;
    const across = cost + this.#costs.diagonal;
    const east = layer.isFree(node + 1);
    const west = layer.isFree(node - 1);
    const south = layer.isFree(node + stride);
    const north = layer.isFree(node - stride);
    if (east) this.#reach(node + 1, x + 1, y, node, beside);
    if (west) this.#reach(node - 1, x - 1, y, node, beside);
    if (south) {
      this.#reach(node + stride, x, y + 1, node, beside);
      if (east && layer.isFree(node + stride + 1)) this.#reach(node + stride + 1, x + 1, y + 1, node, across);
      if (west && layer.isFree(node + stride - 1)) this.#reach(node + stride - 1, x - 1, y + 1, node, across);
    }
    if (north) {
      this.#reach(node - stride, x, y - 1, node, beside);
      if (east && layer.isFree(node - stride + 1)) this.#reach(node - stride + 1, x + 1, y - 1, node, across);
      if (west && layer.isFree(node - stride - 1)) this.#reach(node - stride - 1, x - 1, y - 1, node, across);
    }
  }

  #reach(node: number, x: number, y: number, parent: number, cost: number): void {
    if (!this.#frontier.reach(node, parent, cost, ONCE)) return;
    if (node === this.#goal) this.#bound = cost;
    else {
      const key = cost + octileCost(this.#costs, x - this.#goalX, y - this.#goalY);
      if (key < this.#bound) this.#frontier.push(node, key);
    }
  }
}
