import { type Costs, UNREACHED } from './costs.ts';

/** More freed cells than this cost a search more than a new field does. */
export const MAX_FREED = 32;

/**
 * A lower bound of the way to the goal, from the exact distances of an earlier map. Cells that were blocked since then only
 * make ways longer, so the old distance stays a bound. A way that a freed cell has opened makes its last step that is new at
 * some freed cell c: from there on the old distances hold, up to there it is at least as long as it would be without
 * obstacles. So min(old distance, min over c of octile(n, c) + rest(c)) is a bound for everyone.
 */
export class Guide {
  /** Cost from each node to the goal in the earlier map, or UNREACHED. */
  readonly field: Int32Array;
  readonly #costs: Costs;
  readonly #stride: number;
  readonly #node = new Int32Array(MAX_FREED);
  readonly #x = new Int32Array(MAX_FREED);
  readonly #y = new Int32Array(MAX_FREED);
  readonly #rest = new Int32Array(MAX_FREED);
  #count = 0;

  constructor(field: Int32Array, costs: Costs, stride: number) {
    this.field = field;
    this.#costs = costs;
    this.#stride = stride;
  }

  get freedCount(): number {
    return this.#count;
  }

  /** For a new field. */
  clear(): void {
    this.#count = 0;
  }

  /**
   * A cell can be driven on now.
   * @returns false when there is no room for more: the field must be made anew
   */
  free(node: number): boolean {
    // It was free when the field was made; what has been blocked since then does not matter.
    if ((this.field[node] as number) < UNREACHED) return true;
    for (let i = 0; i < this.#count; i++) if (this.#node[i] === node) return true;
    if (this.#count === MAX_FREED) return false;
    const i = this.#count++;
    const y = (node / this.#stride) | 0;
    this.#node[i] = node;
    this.#y[i] = y;
    this.#x[i] = node - y * this.#stride;
    this.#rest[i] = this.#restFrom(node);
    return true;
  }

  /** A cell is blocked now. */
  block(node: number): void {
    for (let i = 0; i < this.#count; i++) {
      if (this.#node[i] !== node) continue;
      const last = --this.#count;
      for (const list of [this.#node, this.#x, this.#y, this.#rest]) list[i] = list[last] as number;
      return;
    }
  }

  /** The least that the way from a node can cost; UNREACHED when there is none. */
  estimate(node: number, x: number, y: number): number {
    let least = this.field[node] as number;
    const { straight, diagonal } = this.#costs;
    for (let i = 0; i < this.#count; i++) {
      const rest = this.#rest[i] as number;
      if (rest >= least) continue;
      const dx = Math.abs(x - (this.#x[i] as number));
      const dy = Math.abs(y - (this.#y[i] as number));
      const way =
        dx > dy ? dx * straight + dy * (diagonal - straight) : dy * straight + dx * (diagonal - straight);
      if (rest + way < least) least = rest + way;
    }
    return least;
  }

  /**
   * The last new step leaves the freed cell, straight or diagonally; or it passes it diagonally, from a cell beside it to
   * another one beside it, which starts one straight step nearer.
   */
  #restFrom(node: number): number {
    const { straight, diagonal } = this.#costs;
    const stride = this.#stride;
    const beside = Math.min(
      this.field[node - 1] as number,
      this.field[node + 1] as number,
      this.field[node - stride] as number,
      this.field[node + stride] as number,
    );
    const across = Math.min(
      this.field[node - stride - 1] as number,
      this.field[node - stride + 1] as number,
      this.field[node + stride - 1] as number,
      this.field[node + stride + 1] as number,
    );
    const least = Math.min(
      beside === UNREACHED ? UNREACHED : beside + diagonal - straight,
      across === UNREACHED ? UNREACHED : across + diagonal,
    );
    return least;
  }
}
