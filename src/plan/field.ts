import { bucketBits, type Costs, UNREACHED } from './costs.ts';
import type { Layer } from './layer.ts';
import { OpenList } from './open-list.ts';
import { isSet, nextAbove, nextBelow } from './scan.ts';
import { NODES_PER_CHECK } from './search.ts';

const EAST = 1;
const WEST = 2;
const SOUTH = 4;
const NORTH = 8;
const EVERY_WAY = EAST | WEST | SOUTH | NORTH;

/**
 * What the way from every node to one goal costs: Dijkstra's algorithm over jump points (see jump-points.ts), which writes the
 * cost of each cell that it leaps over. Most cells are written once, many of them one after the other in a row.
 */
export class DistanceField {
  /** Of each node of the layer, or UNREACHED. */
  #cost: Int32Array = new Int32Array(0);
  /** From how many nodes the last `build` went on. */
  expanded = 0;
  readonly #layer: Layer;
  readonly #straight: number;
  readonly #diagonal: number;
  readonly #open: OpenList;
  /** Ways to go on from a node at its present cost: asked for in the low four bits, gone in the high four. */
  readonly #state: Uint8Array;

  constructor(layer: Layer, costs: Costs) {
    this.#layer = layer;
    this.#straight = costs.straight;
    this.#diagonal = costs.diagonal;
    this.#state = new Uint8Array(layer.nodes);
    this.#open = new OpenList(bucketBits(costs), (layer.columns + layer.rows) * costs.diagonal);
  }

  /**
   * @param cost where to: of each node of the layer, or UNREACHED
   * @returns false when it was told to stop; the costs are of no use then
   */
  build(goal: number, cost: Int32Array, shouldStop?: () => boolean): boolean {
    this.#cost = cost;
    this.#cost.fill(UNREACHED);
    this.#state.fill(0);
    this.#open.clear();
    this.expanded = 0;
    this.#cost[goal] = 0;
    this.#state[goal] = EVERY_WAY;
    this.#open.push(goal, 0);
    for (;;) {
      const node = this.#open.pop(UNREACHED);
      if (node < 0) return true;
      const state = this.#state[node] as number;
      const wanted = state & 15 & ~(state >>> 4);
      if (wanted === 0) continue;
      this.#state[node] = state | (wanted << 4);
      if (++this.expanded % NODES_PER_CHECK === 0 && shouldStop?.()) return false;
      this.#expand(node, wanted);
    }
  }

  #expand(node: number, wanted: number): void {
    const { stride } = this.#layer;
    const y = (node / stride) | 0;
    const x = node - y * stride;
    const cost = this.#cost[node] as number;
    for (let way = EAST; way <= NORTH; way <<= 1) if (wanted & way) this.#run(node, x, y, cost, way);
    if (wanted === EVERY_WAY) {
      for (let dx = -1; dx <= 1; dx += 2) {
        for (let dy = -1; dy <= 1; dy += 2) this.#diagonally(node, x, y, cost, dx, dy);
      }
      return;
    }
    for (let dx = -1; dx <= 1; dx += 2) {
      for (let dy = -1; dy <= 1; dy += 2) {
        const row = dx > 0 ? EAST : WEST;
        const column = dy > 0 ? SOUTH : NORTH;
        // Behind a corner, seen along the row or along the column.
        if (wanted & row && this.#isCorner(node + dy * stride, -dx)) {
          this.#run(node, x, y, cost, column);
          this.#diagonally(node, x, y, cost, dx, dy);
        }
        if (wanted & column && this.#isCorner(node + dx, -dy * stride)) {
          this.#run(node, x, y, cost, row);
          this.#diagonally(node, x, y, cost, dx, dy);
        }
      }
    }
  }

  #isCorner(beside: number, back: number): boolean {
    return this.#layer.isFree(beside) && !this.#layer.isFree(beside + back);
  }

  #diagonally(node: number, x: number, y: number, cost: number, dx: number, dy: number): void {
    const layer = this.#layer;
    const down = dy * layer.stride;
    while (layer.isFree(node + dx) && layer.isFree(node + down) && layer.isFree(node + down + dx)) {
      node += down + dx;
      x += dx;
      y += dy;
      cost += this.#diagonal;
      if (!this.#write(node, cost)) return;
      this.#run(node, x, y, cost, dx > 0 ? EAST : WEST);
      this.#run(node, x, y, cost, dy > 0 ? SOUTH : NORTH);
    }
  }

  /** Writes the cells of a straight run, as far as none has a better way; at a jump point it is to go on later. */
  #run(node: number, x: number, y: number, cost: number, way: number): void {
    const layer = this.#layer;
    let end: number;
    let step: number;
    if (way === EAST || way === WEST) {
      end = way === EAST ? nextAbove(layer.stopEast, node) : nextBelow(layer.stopWest, node);
      step = way === EAST ? 1 : -1;
    } else {
      const from = x * layer.columnStride + y;
      const to = way === SOUTH ? nextAbove(layer.stopSouth, from) : nextBelow(layer.stopNorth, from);
      end = node + (to - from) * layer.stride;
      step = way === SOUTH ? layer.stride : -layer.stride;
    }
    const isBlocked = isSet(layer.blocked, end);
    const last = isBlocked ? end - step : end;
    while (node !== last) {
      node += step;
      cost += this.#straight;
      if (!this.#write(node, cost)) return;
    }
    if (isBlocked) return;
    const state = this.#state[end] as number;
    if (state & way) return;
    this.#state[end] = state | way;
    this.#open.push(end, cost);
  }

  /** @returns false when a better way is known */
  #write(node: number, cost: number): boolean {
    const old = this.#cost[node] as number;
    if (old < cost) return false;
    if (old > cost) {
      this.#cost[node] = cost;
      this.#state[node] = 0;
    }
    return true;
  }
}
