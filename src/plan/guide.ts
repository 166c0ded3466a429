import { type Costs, octileCost, UNREACHED } from './costs.ts';
import type { KeptWay } from './kept-way.ts';
import { type Distances, MAX_OPENINGS, type Openings } from './openings.ts';

/**
 * What a search that repairs a way knows beforehand, as seen from those who want to one end of it: a lower bound of the rest
 * from the exact distances of an earlier map, and the rest itself from where the last way still holds. Cells that were blocked
 * since then only make ways longer, so the old distance stays a bound; cells that were opened lower it where a way through
 * them can be short enough.
 */
export class Guide {
  /** Only ways that cost less are of interest. */
  limit = UNREACHED;
  readonly #openings: Openings;
  readonly #kept: KeptWay;
  readonly #costs: Costs;
  #isToGoal = true;
  #distances: Distances;
  /** What the distances count too much: those to the start were those to where the robot was. */
  #passed = 0;
  /** The openings of interest. */
  readonly #x = new Int32Array(MAX_OPENINGS);
  readonly #y = new Int32Array(MAX_OPENINGS);
  readonly #before = new Int32Array(MAX_OPENINGS);
  readonly #rest = new Int32Array(MAX_OPENINGS);
  #count = 0;
  /** Those that came after the kept way was found begin here. */
  #firstNew = 0;

  constructor(openings: Openings, kept: KeptWay, costs: Costs) {
    this.#openings = openings;
    this.#distances = openings.toGoal.distances;
    this.#kept = kept;
    this.#costs = costs;
  }

  /**
   * For ways below `limit`, looked for from the start to the goal or the other way round.
   * @param passed the distance to the start that the start itself has
   */
  aim(isToGoal: boolean, limit: number, passed: number): void {
    const { count, settled, least, x, y } = this.#openings;
    const side = isToGoal ? this.#openings.toGoal : this.#openings.toStart;
    this.limit = limit;
    this.#isToGoal = isToGoal;
    this.#distances = side.distances;
    this.#passed = isToGoal ? 0 : passed;
    this.#count = 0;
    for (let i = 0; i < count; i++) {
      if (i === settled) this.#firstNew = this.#count;
      if ((least[i] as number) - passed >= limit) continue;
      const at = this.#count++;
      this.#x[at] = x[i] as number;
      this.#y[at] = y[i] as number;
      this.#before[at] = side.before[i] as number;
      this.#rest[at] = side.rest[i] as number;
    }
    if (settled === count) this.#firstNew = this.#count;
  }

  /** The least that the rest of a way from a node can cost; UNREACHED when there is none below the limit. */
  estimate(node: number, x: number, y: number): number {
    const least = this.#leastThrough(0, node, x, y, this.#distances[node] as number);
    return least === UNREACHED ? UNREACHED : Math.max(0, least - this.#passed);
  }

  /** How many openings are of interest. */
  get count(): number {
    return this.#count;
  }

  /** What the kept way costs from this node to the end, or −1 where there is none. */
  rest(node: number): number {
    return this.#isToGoal ? this.#kept.restOf(node) : this.#kept.costTo(node);
  }

  /** Whether no way from a node of the kept way can be shorter than its rest, which is given. */
  isShortest(node: number, x: number, y: number, rest: number): boolean {
    if (this.#firstNew === this.#count) return true;
    const counted = rest + this.#passed;
    return this.#leastThrough(this.#firstNew, node, x, y, counted) === counted;
  }

  /** `least`, or what a way through the openings of interest from the given one on costs at least, if that is less. */
  #leastThrough(first: number, node: number, x: number, y: number, least: number): number {
    const distance = this.#distances[node] as number;
    for (let i = first; i < this.#count; i++) {
      const rest = this.#rest[i] as number;
      const after = distance === UNREACHED ? 0 : distance - (this.#before[i] as number);
      if (rest >= least || after + rest >= least) continue;
      const open = octileCost(this.#costs, x - (this.#x[i] as number), y - (this.#y[i] as number));
      const way = rest + Math.max(after, open);
      if (way < least) least = way;
    }
    return least;
  }
}
