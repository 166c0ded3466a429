import type { Layer } from './layer.ts';

/**
 * Which cells hang together, so that a goal out of reach is known without a search. As no corner is cut, every diagonal step
 * can be made in two straight ones: regions are those of the four straight steps.
 *
 * A freed cell joins what it touches at once (union-find with path halving, Tarjan & van Leeuwen 1984). A blocked one may have
 * parted a region, which only a new count of all cells could tell: until then what `mayConnect` calls one region can be two,
 * never the other way round, and `isExact` is false.
 */
export class Regions {
  readonly #layer: Layer;
  /** Of each node that was free at some time: a region's number. */
  readonly #region: Int32Array;
  /** Of each number: another number of the same region, or itself. */
  #parent = new Int32Array(1024);
  #count = 0;
  #exact = true;
  /** From a node to the eight around it, in a circle; the four beside it come first and every other time. */
  readonly #ring: Int32Array;

  constructor(layer: Layer) {
    const { stride } = layer;
    this.#layer = layer;
    this.#ring = Int32Array.of(1, 1 + stride, stride, stride - 1, -1, -1 - stride, -stride, 1 - stride);
    this.#region = new Int32Array(layer.nodes);
    this.count();
  }

  /** Whether `mayConnect` is certain in both directions. */
  get isExact(): boolean {
    return this.#exact;
  }

  /** False: there is no way between the two free nodes. */
  mayConnect(a: number, b: number): boolean {
    return this.#root(this.#region[a] as number) === this.#root(this.#region[b] as number);
  }

  /** Counts anew: one pass over all cells. */
  count(): void {
    const { columns, rows, stride } = this.#layer;
    const region = this.#region;
    const layer = this.#layer;
    this.#count = 0;
    for (let row = 1; row < rows - 1; row++) {
      const end = row * stride + columns - 1;
      for (let node = row * stride + 1; node < end; node++) {
        if (!layer.isFree(node)) continue;
        const left = layer.isFree(node - 1);
        const up = layer.isFree(node - stride);
        if (left) {
          region[node] = region[node - 1] as number;
          // The corner cell has joined the two already where it is free.
          if (up && !layer.isFree(node - stride - 1)) this.#join(node, node - stride);
        } else region[node] = up ? (region[node - stride] as number) : this.#newNumber();
      }
    }
    this.#exact = true;
  }

  /** After a cell of the layer was freed. */
  free(node: number): void {
    // So many numbers are given out only by freeing cells apart from all others again and again.
    if (this.#count === this.#layer.nodes) {
      this.count();
      return;
    }
    let isJoined = false;
    for (let i = 0; i < 8; i += 2) {
      const beside = node + (this.#ring[i] as number);
      if (!this.#layer.isFree(beside)) continue;
      if (isJoined) this.#join(node, beside);
      else this.#region[node] = this.#region[beside] as number;
      isJoined = true;
    }
    if (!isJoined) this.#region[node] = this.#newNumber();
  }

  /** After a cell of the layer was blocked. */
  block(node: number): void {
    if (this.#exact && this.#sidesAround(node) > 1) this.#exact = false;
  }

  /** How many groups the free cells beside a node form that do not hang together right around it. */
  #sidesAround(node: number): number {
    const ring = this.#ring;
    let groups = 0;
    for (let i = 0; i < 8; i += 2) {
      if (!this.#layer.isFree(node + (ring[i] as number))) continue;
      const isLinked =
        this.#layer.isFree(node + (ring[(i + 7) & 7] as number)) &&
        this.#layer.isFree(node + (ring[(i + 6) & 7] as number));
      if (!isLinked) groups++;
    }
    // All linked in a circle: one group that begins nowhere.
    return groups;
  }

  #join(a: number, b: number): void {
    const one = this.#root(this.#region[a] as number);
    const other = this.#root(this.#region[b] as number);
    // The lower number stays, so that a chain leads downwards.
    if (one < other) this.#parent[other] = one;
    else this.#parent[one] = other;
  }

  #root(number: number): number {
    const parent = this.#parent;
    while (parent[number] !== number) {
      const above = parent[parent[number] as number] as number;
      parent[number] = above;
      number = above;
    }
    return number;
  }

  #newNumber(): number {
    if (this.#count === this.#parent.length) {
      const larger = new Int32Array(2 * this.#count);
      larger.set(this.#parent);
      this.#parent = larger;
    }
    this.#parent[this.#count] = this.#count;
    return this.#count++;
  }
}
