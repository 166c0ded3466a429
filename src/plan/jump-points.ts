import { type Costs, UNREACHED } from './costs.ts';
import { Frontier } from './frontier.ts';
import type { Guide } from './guide.ts';
import type { Layer } from './layer.ts';
import { isSet, nextAbove, nextBelow } from './scan.ts';
import { NODES_PER_CHECK, type Search, STOPPED } from './search.ts';

/** The way by which a node was reached last. Straight always: a diagonal run is only a way to where a straight one begins. */
const EAST = 1;
const WEST = 2;
const SOUTH = 4;
const NORTH = 8;
const EVERY_WAY = EAST | WEST | SOUTH | NORTH;

/**
 * Jump-point search (Harabor & Grastien, "Online Graph Pruning for Pathfinding on Grid Maps", AAAI 2011), for moves that cut no
 * corners: among ways of the same length only those are looked at that go diagonally as early as they can, so that a straight
 * run turns nowhere but just behind an obstacle's corner. Runs are found 32 cells at a time, and diagonal runs leave no nodes:
 * what is reached from them straight gets the node before the run as its parent (the same authors, "Improving Jump Point
 * Search", ICAPS 2014: block-based scanning and pruning of intermediate jump points). Nothing is computed in advance but the
 * layer's stop planes, so a changed cell costs nothing more than its bits.
 */
export class JumpPointSearch implements Search {
  readonly parent: Int32Array;
  expanded = 0;
  met = 0;
  readonly #frontier: Frontier;
  readonly #cost: Int32Array;
  readonly #stride: number;
  readonly #columnStride: number;
  readonly #straight: number;
  readonly #diagonal: number;
  readonly #blocked: Int32Array;
  readonly #blockedColumns: Int32Array;
  readonly #stopEast: Int32Array;
  readonly #stopWest: Int32Array;
  readonly #stopSouth: Int32Array;
  readonly #stopNorth: Int32Array;
  /** The goal in row planes, in column planes, its column and its row. */
  #goal = 0;
  #goalInColumns = 0;
  #goalX = 0;
  #goalY = 0;
  /** What the best way found to the goal costs; before there is one, the limit of what is asked for. */
  #bound = UNREACHED;
  #limit = UNREACHED;
  #guide: Guide | undefined;

  constructor(layer: Layer, costs: Costs) {
    this.#frontier = new Frontier(layer, costs, (layer.columns + layer.rows) * costs.diagonal);
    this.#cost = this.#frontier.cost;
    this.parent = this.#frontier.parent;
    this.#stride = layer.stride;
    this.#columnStride = layer.columnStride;
    this.#straight = costs.straight;
    this.#diagonal = costs.diagonal;
    this.#blocked = layer.blocked;
    this.#blockedColumns = layer.blockedColumns;
    this.#stopEast = layer.stopEast;
    this.#stopWest = layer.stopWest;
    this.#stopSouth = layer.stopSouth;
    this.#stopNorth = layer.stopNorth;
  }

  find(start: number, goal: number, shouldStop?: () => boolean, guide?: Guide): number {
    const stride = this.#stride;
    this.#goal = goal;
    this.#goalY = (goal / stride) | 0;
    this.#goalX = goal - this.#goalY * stride;
    this.#goalInColumns = this.#goalX * this.#columnStride + this.#goalY;
    this.#guide = guide;
    this.#limit = guide ? guide.limit : UNREACHED;
    this.#bound = this.#limit;
    this.expanded = 0;
    this.met = goal;
    this.#frontier.clear();
    const y = (start / stride) | 0;
    this.#reach(start, start - y * stride, y, start, 0, EVERY_WAY);
    for (;;) {
      const node = this.#frontier.next(this.#bound);
      if (node < 0) break;
      if (++this.expanded % NODES_PER_CHECK === 0 && shouldStop?.()) return STOPPED;
      this.#expand(node, this.#frontier.wanted);
    }
    return this.#bound < this.#limit ? this.#bound : UNREACHED;
  }

  #reach(node: number, x: number, y: number, parent: number, cost: number, way: number): void {
    if (!this.#frontier.reach(node, parent, cost, way)) return;
    if (node === this.#goal) {
      if (cost >= this.#bound) return;
      this.#bound = cost;
      this.met = node;
      return;
    }
    if (this.#guide && this.#meet(node, x, y, cost, this.#guide)) return;
    const rest = this.#estimate(node, x, y);
    if (rest < this.#bound - cost) this.#frontier.push(node, cost + rest);
  }

  /** Takes the rest from the way that the guide has kept. @returns whether there is no need to look further from here */
  #meet(node: number, x: number, y: number, cost: number, guide: Guide): boolean {
    const rest = guide.rest(node);
    if (rest < 0) return false;
    if (rest < this.#bound - cost) {
      this.#bound = cost + rest;
      this.met = node;
    }
    return guide.isShortest(node, x, y, rest);
  }

  #estimate(node: number, x: number, y: number): number {
    return this.#guide ? this.#guide.estimate(node, x, y) : this.#octile(x, y);
  }

  #octile(x: number, y: number): number {
    const dx = Math.abs(x - this.#goalX);
    const dy = Math.abs(y - this.#goalY);
    const straight = this.#straight;
    const turn = this.#diagonal - straight;
    return dx > dy ? dx * straight + dy * turn : dy * straight + dx * turn;
  }

  #isFree(node: number): boolean {
    return !isSet(this.#blocked, node);
  }

  /** Goes on straight, and at an obstacle's corner around it. */
  #expand(node: number, wanted: number): void {
    const stride = this.#stride;
    const y = (node / stride) | 0;
    const x = node - y * stride;
    const cost = this.#cost[node] as number;
    if (wanted === EVERY_WAY) {
      this.#expandEveryWay(node, x, y, cost);
      return;
    }
    if (wanted & (EAST | WEST)) {
      const dx = wanted & EAST ? 1 : -1;
      if (dx > 0) this.#east(node, x, y, node, cost);
      else this.#west(node, x, y, node, cost);
      if (this.#isFree(node - stride) && !this.#isFree(node - stride - dx)) {
        this.#north(node, x, y, node, cost);
        this.#diagonally(node, x, y, cost, dx, -1);
      }
      if (this.#isFree(node + stride) && !this.#isFree(node + stride - dx)) {
        this.#south(node, x, y, node, cost);
        this.#diagonally(node, x, y, cost, dx, 1);
      }
    }
    if (wanted & (SOUTH | NORTH)) {
      const dy = wanted & SOUTH ? 1 : -1;
      const back = dy > 0 ? -stride : stride;
      if (dy > 0) this.#south(node, x, y, node, cost);
      else this.#north(node, x, y, node, cost);
      if (this.#isFree(node - 1) && !this.#isFree(node - 1 + back)) {
        this.#west(node, x, y, node, cost);
        this.#diagonally(node, x, y, cost, -1, dy);
      }
      if (this.#isFree(node + 1) && !this.#isFree(node + 1 + back)) {
        this.#east(node, x, y, node, cost);
        this.#diagonally(node, x, y, cost, 1, dy);
      }
    }
  }

  #expandEveryWay(node: number, x: number, y: number, cost: number): void {
    this.#east(node, x, y, node, cost);
    this.#west(node, x, y, node, cost);
    this.#south(node, x, y, node, cost);
    this.#north(node, x, y, node, cost);
    this.#diagonally(node, x, y, cost, 1, 1);
    this.#diagonally(node, x, y, cost, 1, -1);
    this.#diagonally(node, x, y, cost, -1, 1);
    this.#diagonally(node, x, y, cost, -1, -1);
  }

  /** A diagonal run from its parent, and from each of its cells the two straight ones. */
  #diagonally(parent: number, x: number, y: number, cost: number, dx: number, dy: number): void {
    const down = dy > 0 ? this.#stride : -this.#stride;
    let node = parent;
    // No corner is cut: both cells beside the step must be free as well.
    while (this.#isFree(node + dx) && this.#isFree(node + down) && this.#isFree(node + down + dx)) {
      node += down + dx;
      x += dx;
      y += dy;
      cost += this.#diagonal;
      if (node === this.#goal) {
        this.#reach(node, x, y, parent, cost, EVERY_WAY);
        return;
      }
      if (this.#bound < this.#limit && this.#octile(x, y) >= this.#bound - cost) return;
      if (dx > 0) this.#east(node, x, y, parent, cost);
      else this.#west(node, x, y, parent, cost);
      if (dy > 0) this.#south(node, x, y, parent, cost);
      else this.#north(node, x, y, parent, cost);
    }
  }

  /** A straight run from a node at (x, y) that is reached from `parent` at `cost`, to the goal or the next jump point. */
  #east(node: number, x: number, y: number, parent: number, cost: number): void {
    const end = nextAbove(this.#stopEast, node);
    const goal = this.#goal;
    if (y === this.#goalY && goal > node && goal <= end) {
      this.#reach(goal, this.#goalX, y, parent, cost + (goal - node) * this.#straight, EAST);
    } else if (!isSet(this.#blocked, end)) {
      this.#reach(end, x + end - node, y, parent, cost + (end - node) * this.#straight, EAST);
    }
  }

  #west(node: number, x: number, y: number, parent: number, cost: number): void {
    const end = nextBelow(this.#stopWest, node);
    const goal = this.#goal;
    if (y === this.#goalY && goal < node && goal >= end) {
      this.#reach(goal, this.#goalX, y, parent, cost + (node - goal) * this.#straight, WEST);
    } else if (!isSet(this.#blocked, end)) {
      this.#reach(end, x + end - node, y, parent, cost + (node - end) * this.#straight, WEST);
    }
  }

  #south(node: number, x: number, y: number, parent: number, cost: number): void {
    const from = x * this.#columnStride + y;
    const end = nextAbove(this.#stopSouth, from);
    const goal = this.#goalInColumns;
    if (goal > from && goal <= end) {
      this.#reach(this.#goal, x, this.#goalY, parent, cost + (goal - from) * this.#straight, SOUTH);
    } else if (!isSet(this.#blockedColumns, end)) {
      const steps = end - from;
      this.#reach(node + steps * this.#stride, x, y + steps, parent, cost + steps * this.#straight, SOUTH);
    }
  }

  #north(node: number, x: number, y: number, parent: number, cost: number): void {
    const from = x * this.#columnStride + y;
    const end = nextBelow(this.#stopNorth, from);
    const goal = this.#goalInColumns;
    if (goal < from && goal >= end) {
      this.#reach(this.#goal, x, this.#goalY, parent, cost + (from - goal) * this.#straight, NORTH);
    } else if (!isSet(this.#blockedColumns, end)) {
      const steps = from - end;
      this.#reach(node - steps * this.#stride, x, y - steps, parent, cost + steps * this.#straight, NORTH);
    }
  }
}
