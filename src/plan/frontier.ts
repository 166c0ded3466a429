import { bucketBits, type Costs, UNREACHED } from './costs.ts';
import type { Layer } from './layer.ts';
import { OpenList } from './open-list.ts';

/** What a search knows of the nodes that it has reached. It is laid out once and used by every search; nothing is thrown away. */
export class Frontier {
  /** Of the best way found to each node, or UNREACHED. */
  readonly cost: Int32Array;
  /** The node before it on that way; of the start, itself. */
  readonly parent: Int32Array;
  /** Low four bits: ways to go on from it that the search has asked for; high four: those it has gone. */
  readonly #state: Uint8Array;
  readonly #open: OpenList;
  /** What must be put back to UNREACHED before the next search. */
  #reached = new Int32Array(1024);
  #reachedCount = 0;
  /** Ways to go on from the node that `next` gave. */
  wanted = 0;

  /** @param largestStep the most that a step of the search costs */
  constructor(layer: Layer, costs: Costs, largestStep: number) {
    this.cost = new Int32Array(layer.nodes).fill(UNREACHED);
    this.parent = new Int32Array(layer.nodes);
    this.#state = new Uint8Array(layer.nodes);
    // With a consistent estimate a node's key is above its parent's by at most twice the step between them.
    this.#open = new OpenList(bucketBits(costs), 2 * largestStep);
  }

  /** Forgets the search before. */
  clear(): void {
    this.#open.clear();
    for (let i = 0; i < this.#reachedCount; i++) this.cost[this.#reached[i] as number] = UNREACHED;
    this.#reachedCount = 0;
  }

  /**
   * Notes a way to a node when it is better than what is known, or as good and asking for other ways on. Dropping equal ways
   * would do as well by the proof of jump-point search, which argues from one parent; keeping them costs 3 % more nodes.
   * @returns whether the node must be put into the open list
   */
  reach(node: number, parent: number, cost: number, wanted: number): boolean {
    const old = this.cost[node] as number;
    if (cost > old) return false;
    if (cost === old) {
      const state = this.#state[node] as number;
      this.#state[node] = state | wanted;
      return (state & wanted) !== wanted;
    }
    if (old === UNREACHED) this.#remember(node);
    this.cost[node] = cost;
    this.parent[node] = parent;
    this.#state[node] = wanted;
    return true;
  }

  push(node: number, key: number): void {
    this.#open.push(node, key);
  }

  /** A node with ways to go, which are `wanted` and now count as gone; −1 when no open key is below `limit`. */
  next(limit: number): number {
    for (;;) {
      const node = this.#open.pop(limit);
      if (node < 0) return -1;
      const state = this.#state[node] as number;
      // None where the node has been taken from an earlier, better place in the list.
      const wanted = state & 15 & ~(state >>> 4);
      if (wanted === 0) continue;
      this.#state[node] = state | (wanted << 4);
      this.wanted = wanted;
      return node;
    }
  }

  #remember(node: number): void {
    if (this.#reachedCount === this.#reached.length) {
      const larger = new Int32Array(2 * this.#reachedCount);
      larger.set(this.#reached);
      this.#reached = larger;
    }
    this.#reached[this.#reachedCount++] = node;
  }
}
