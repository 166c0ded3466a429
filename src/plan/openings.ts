import { type Costs, octileCost, UNREACHED } from './costs.ts';

/** More of them cost the searches more than new distances do. */
export const MAX_OPENINGS = 128;

/** In place of the node of a cell that was blocked again. */
const NOWHERE = -1;

/** Distances of an earlier map: of every node to one end of a route, or UNREACHED. */
export type Distances = Int32Array;

/**
 * Cells that can be driven on now and could not be in an earlier map, or not all the time since; and the least that a way
 * through them costs, from that map's exact distances to both ends. A way that uses such cells passes a first one and a last
 * one: before the first and after the last the old distances hold, between the two it is at least as long as it would be
 * without obstacles. It passes a cell from a node beside it, straight to the cell or diagonally past it, or across its corner.
 */
export class Openings {
  readonly node = new Int32Array(MAX_OPENINGS);
  readonly x = new Int32Array(MAX_OPENINGS);
  readonly y = new Int32Array(MAX_OPENINGS);
  /** What a way from end to end costs at least that has this opening as its first or its last one. */
  readonly least = new Int32Array(MAX_OPENINGS);
  /** Towards the goal and towards the start. */
  readonly toGoal: OpeningSide;
  readonly toStart: OpeningSide;
  count = 0;
  /** How many there were at the last `settle`, and the least of those that came since. */
  settled = 0;
  leastNew = UNREACHED;
  readonly #costs: Costs;
  readonly #stride: number;

  /** @param stride of the layer */
  constructor(toGoal: Distances, toStart: Distances, costs: Costs, stride: number) {
    this.toGoal = new OpeningSide(toGoal, costs, stride);
    this.toStart = new OpeningSide(toStart, costs, stride);
    this.#costs = costs;
    this.#stride = stride;
  }

  /** @returns false when there is no room for more: the distances must be made anew */
  add(node: number): boolean {
    const { toGoal, toStart, count } = this;
    for (let i = 0; i < count; i++) if (this.node[i] === node) return true;
    if (count === MAX_OPENINGS) return false;
    const y = (node / this.#stride) | 0;
    const x = node - y * this.#stride;
    this.node[count] = node;
    this.x[count] = x;
    this.y[count] = y;
    toGoal.measure(count, node);
    toStart.measure(count, node);
    this.least[count] = toGoal.leastWith(toStart, count);
    for (let i = 0; i < count; i++) this.#pair(i, count);
    this.count++;
    this.leastNew = Math.min(this.leastNew, this.least[count] as number);
    return true;
  }

  /** A shortest way is known that takes account of all. */
  settle(): void {
    this.settled = this.count;
    this.leastNew = UNREACHED;
  }

  /** For new distances. */
  clear(): void {
    this.count = 0;
    this.settle();
  }

  /** The cell is blocked. */
  remove(node: number): void {
    for (let i = 0; i < this.count; i++) {
      if (this.node[i] !== node) continue;
      this.node[i] = NOWHERE;
      this.least[i] = UNREACHED;
      this.toGoal.forget(i);
      this.toStart.forget(i);
    }
  }

  #pair(i: number, k: number): void {
    const { toGoal, toStart, least } = this;
    const columns = (this.x[i] as number) - (this.x[k] as number);
    const apart = octileCost(this.#costs, columns, (this.y[i] as number) - (this.y[k] as number));
    const both = Math.min(
      sum(apart, toStart.own[i] as number, toGoal.own[k] as number),
      sum(apart, toStart.own[k] as number, toGoal.own[i] as number),
    );
    if (both < (least[i] as number)) least[i] = both;
    if (both < (least[k] as number)) least[k] = both;
    toGoal.chain(i, k, apart);
    toStart.chain(i, k, apart);
  }
}

/** What is known of the openings as seen from those who want to one end. */
class OpeningSide {
  readonly distances: Distances;
  /** The way to here from a node of distance d costs at least d minus this. */
  readonly before = new Int32Array(MAX_OPENINGS);
  /** The rest from here at least, when this is the last opening; and in any case. */
  readonly own = new Int32Array(MAX_OPENINGS);
  readonly rest = new Int32Array(MAX_OPENINGS);
  /** The least distance beside and across a corner, or the cell's own one. */
  readonly #beside = new Int32Array(MAX_OPENINGS);
  readonly #across = new Int32Array(MAX_OPENINGS);
  readonly #costs: Costs;
  readonly #stride: number;

  constructor(distances: Distances, costs: Costs, stride: number) {
    this.distances = distances;
    this.#costs = costs;
    this.#stride = stride;
  }

  measure(i: number, node: number): void {
    const { straight, diagonal } = this.#costs;
    const stride = this.#stride;
    let beside = UNREACHED;
    let across = UNREACHED;
    let before = -UNREACHED;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const distance = this.distances[node + dy * stride + dx] as number;
        if (distance === UNREACHED) continue;
        if (dx === 0 && dy === 0) {
          // It was free in the earlier map: what holds beside it holds here.
          before = Math.max(before, distance);
        } else if (dx === 0 || dy === 0) {
          beside = Math.min(beside, distance);
          before = Math.max(before, distance - straight);
        } else {
          across = Math.min(across, distance);
          before = Math.max(before, distance - diagonal);
        }
      }
    }
    this.#beside[i] = beside;
    this.#across[i] = across;
    this.before[i] = before;
    this.own[i] = Math.min(plus(beside, diagonal - straight), plus(across, diagonal));
    this.rest[i] = this.own[i] as number;
  }

  /** The least from end to end through this opening alone. */
  leastWith(other: OpeningSide, i: number): number {
    const { straight, diagonal } = this.#costs;
    const here = Math.min(
      plus(this.#beside[i] as number, straight),
      plus(this.#across[i] as number, diagonal),
    );
    const there = Math.min(
      plus(other.#beside[i] as number, straight),
      plus(other.#across[i] as number, diagonal),
    );
    return Math.min(
      sum(0, here, there),
      sum(diagonal, this.#beside[i] as number, other.#beside[i] as number),
    );
  }

  /** From one opening the way may go on to the other one; each may be passed diagonally, which is shorter than straight to it. */
  chain(i: number, k: number, apart: number): void {
    const { straight, diagonal } = this.#costs;
    const between = Math.max(0, apart - (2 * straight - diagonal));
    const [one, other] = [this.own[i] as number, this.own[k] as number];
    this.rest[i] = Math.min(this.rest[i] as number, plus(other, between));
    this.rest[k] = Math.min(this.rest[k] as number, plus(one, between));
    const [first, second] = [this.before[i] as number, this.before[k] as number];
    this.before[i] = Math.max(first, second - between);
    this.before[k] = Math.max(second, first - between);
  }

  forget(i: number): void {
    this.before[i] = -UNREACHED;
    this.own[i] = UNREACHED;
    this.rest[i] = UNREACHED;
  }
}

export const plus = (distance: number, cost: number): number =>
  distance === UNREACHED ? UNREACHED : distance + cost;

const sum = (apart: number, a: number, b: number): number =>
  a === UNREACHED || b === UNREACHED ? UNREACHED : apart + a + b;
