import { type Costs, octileCost } from './costs.ts';
import type { Layer } from './layer.ts';
import type { Path } from './path.ts';

/** The last way of a route, of which the part beyond what was blocked still holds. */
export class KeptWay {
  readonly #layer: Layer;
  readonly #costs: Costs;
  /** What the rest of the way costs, of each node on it; −1 beside it. */
  readonly #rest: Int32Array;
  /** Its corner nodes from the goal on. */
  #corners = new Int32Array(128);
  #count = 0;
  /** Where corners wait while what comes before them is written. */
  #spare = new Int32Array(128);
  /** Up to this rest, and from that one on, nothing was blocked on it. */
  #soundEnd = Number.POSITIVE_INFINITY;
  #soundBegin = 0;

  constructor(layer: Layer, costs: Costs) {
    this.#layer = layer;
    this.#costs = costs;
    this.#rest = new Int32Array(layer.nodes).fill(-1);
  }

  /** What is left of it from this node, or −1 where the node is not on it or the rest does not hold. */
  restOf(node: number): number {
    const rest = this.#rest[node] as number;
    return rest <= this.#soundEnd ? rest : -1;
  }

  /** What it costs up to this node from its beginning, or −1 where the node is not on it or that does not hold. */
  costTo(node: number): number {
    const rest = this.#rest[node] as number;
    return rest < this.#soundBegin || rest < 0 ? -1 : this.whole - rest;
  }

  /** As `restOf`, whether it holds or not: a lower bound of what is left. */
  earlierRestOf(node: number): number {
    return this.#rest[node] as number;
  }

  /** Which part of it a search for another way must look at, about; 0 where there is none. */
  get shareToSearch(): number {
    const { whole } = this;
    if (this.#soundEnd === Number.POSITIVE_INFINITY || whole === 0) return 0;
    return Math.min(whole - this.#soundEnd, this.#soundBegin) / whole;
  }

  /** What all of it costs, or did. */
  get whole(): number {
    return this.#rest[this.#corners[this.#count - 1] as number] ?? 0;
  }

  /** Whether what holds of it is more at its beginning than at its end. */
  get isRatherSoundAtBegin(): boolean {
    return this.whole - this.#soundBegin > this.#soundEnd;
  }

  /** A cell is blocked now. It may be on the way, or beside a diagonal step of it. */
  block(node: number): void {
    const { stride } = this.#layer;
    const rest = this.#rest;
    const isHit =
      (rest[node] as number) >= 0 ||
      this.#isStep(node + 1, node + stride) ||
      this.#isStep(node + stride, node - 1) ||
      this.#isStep(node - 1, node - stride) ||
      this.#isStep(node - stride, node + 1);
    if (!isHit) return;
    for (let dy = -stride; dy <= stride; dy += stride) {
      for (let dx = -1; dx <= 1; dx++) {
        const near = rest[node + dy + dx] as number;
        if (near < 0) continue;
        this.#soundEnd = Math.min(this.#soundEnd, near);
        this.#soundBegin = Math.max(this.#soundBegin, near);
      }
    }
  }

  /** Forgets it all. */
  clear(): void {
    this.#cut(0);
    this.#heal();
  }

  /** Begins it at a node on it. */
  beginAt(node: number): void {
    const rest = this.#rest[node] as number;
    let kept = this.#count;
    while (kept > 0 && (this.#rest[this.#corners[kept - 1] as number] as number) > rest) kept--;
    this.#cut(kept);
    if (this.#corners[kept - 1] !== node) this.add(node);
  }

  /** Begins a new way with what is left of this one from a node on it. */
  keepEnd(node: number): void {
    this.beginAt(node);
    this.#heal();
  }

  /**
   * A new way that begins as this one does up to a node on it, and then goes on to the goal.
   * @param rest corner nodes from there on, the first `count` of them
   */
  replaceEnd(node: number, rest: Int32Array, count: number): void {
    const passed = this.#rest[node] as number;
    let from = 0;
    while (from < this.#count && (this.#rest[this.#corners[from] as number] as number) <= passed) from++;
    const begin = this.#count - from;
    if (this.#spare.length < begin) this.#spare = new Int32Array(this.#corners.length);
    for (let i = 0; i < begin; i++) this.#spare[i] = this.#corners[from + i] as number;
    this.clear();
    for (let i = count - 1; i >= 0; i--) this.add(rest[i] as number);
    for (let i = 0; i < begin; i++) this.add(this.#spare[i] as number);
  }

  /** Adds a node, from which a straight or diagonal run leads to the one that was added before; the goal is the first. */
  add(node: number): void {
    const last = this.#corners[this.#count - 1];
    if (last === node) return;
    if (this.#count === this.#corners.length) {
      const larger = new Int32Array(2 * this.#count);
      larger.set(this.#corners);
      this.#corners = larger;
    }
    this.#corners[this.#count++] = node;
    if (last === undefined || this.#count === 1) this.#rest[node] = 0;
    else this.#walk(last, node, this.#rest[last] as number);
  }

  /** The way from a node on it, into `path`. */
  copyTo(path: Path, node: number): void {
    const rest = this.#rest[node] as number;
    const { stride } = this.#layer;
    path.clear();
    addTo(path, node, stride);
    for (let i = this.#count - 1; i >= 0; i--) {
      const corner = this.#corners[i] as number;
      if ((this.#rest[corner] as number) < rest) addTo(path, corner, stride);
    }
  }

  /** Whether a way leads from one of two nodes that touch at a corner diagonally to the other one. */
  #isStep(a: number, b: number): boolean {
    const one = this.#rest[a] as number;
    const other = this.#rest[b] as number;
    return one >= 0 && other >= 0 && Math.abs(one - other) === this.#costs.diagonal;
  }

  /** Notes the rest of every node after `from` up to `to`; with −1, that they are on no way. */
  #walk(from: number, to: number, rest: number): void {
    const { stride } = this.#layer;
    const y = Math.floor(from / stride);
    const rows = Math.floor(to / stride) - y;
    const columns = to - from - rows * stride;
    const steps = Math.max(Math.abs(rows), Math.abs(columns));
    const step = Math.sign(rows) * stride + Math.sign(columns);
    const cost = rest < 0 ? 0 : octileCost(this.#costs, Math.sign(columns), Math.sign(rows));
    for (let i = 1; i <= steps; i++) {
      rest += cost;
      this.#rest[from + i * step] = rest;
    }
  }

  /** Keeps so many corners. */
  #cut(count: number): void {
    for (let i = this.#count - 1; i >= count; i--) {
      const node = this.#corners[i] as number;
      if (i === 0) this.#rest[node] = -1;
      else this.#walk(this.#corners[i - 1] as number, node, -1);
    }
    this.#count = count;
  }

  #heal(): void {
    this.#soundEnd = Number.POSITIVE_INFINITY;
    this.#soundBegin = 0;
  }
}

function addTo(path: Path, node: number, stride: number): void {
  const y = Math.floor(node / stride);
  path.add(node - y * stride - 1, y - 1);
}
