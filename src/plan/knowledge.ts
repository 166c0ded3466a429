import { type Costs, UNREACHED } from './costs.ts';
import { DistanceField } from './field.ts';
import { Guide } from './guide.ts';
import { KeptWay } from './kept-way.ts';
import { Openings } from './openings.ts';
import { STOPPED } from './search.ts';
import type { Outcome, Territory, Trace } from './territory.ts';

/** So many nodes are never too many: the robot may have begun right beside its goal. */
const LEAST_USUAL = 64;

/** A search goes on from one node in the time in which distances are written into so many. */
const WRITES_PER_NODE = 64;

/** Ways that are so many cells longer than the last one are looked for with the old distances, longer ones without them. */
const MARGIN = 64;

/** Each opening of interest makes a search over the whole way look about more; with so many it had better do without. */
const MOST_OPENINGS = 3;

/** What a route knows of one territory. */
export class Knowledge {
  readonly territory: Territory;
  readonly goal: number;
  readonly kept: KeptWay;
  readonly #field: DistanceField;
  readonly #toGoal: Int32Array;
  readonly #toStart: Int32Array;
  readonly #openings: Openings;
  readonly #guide: Guide;
  readonly #ends = new Corners();
  /** The way that a repair looks. */
  #isToGoal = true;
  readonly #margin: number;
  /** The distances must be computed before the next plan. */
  #isStale = true;
  /** What that took, in nodes that a search goes on from. */
  #fieldNodes = 0;
  /** Nodes of the first search with these distances, and those that later ones needed beyond twice as many. */
  #usual = 0;
  #excess = 0;

  constructor(territory: Territory, costs: Costs, goal: number) {
    const { layer } = territory;
    this.territory = territory;
    this.goal = goal;
    this.kept = new KeptWay(layer, costs);
    this.#field = new DistanceField(layer, costs);
    this.#toGoal = new Int32Array(layer.nodes);
    this.#toStart = new Int32Array(layer.nodes);
    this.#openings = new Openings(this.#toGoal, this.#toStart, costs, layer.stride);
    this.#guide = new Guide(this.#openings, this.kept, costs);
    this.#margin = MARGIN * costs.straight;
  }

  /** Whether the distances are of no use any more. */
  get isWorn(): boolean {
    return this.#isStale || this.#excess > this.#fieldNodes;
  }

  change(node: number, isFree: boolean): void {
    if (this.#isStale) {
      this.kept.clear();
      return;
    }
    if (isFree) {
      if (!this.#openings.add(node)) this.#isStale = true;
    } else {
      this.kept.block(node);
      this.#openings.remove(node);
    }
  }

  /** Computes the distances. @returns false when it was told to stop */
  renew(start: number, shouldStop: (() => boolean) | undefined): boolean {
    const field = this.#field;
    this.#isStale = true;
    if (!field.build(this.goal, this.#toGoal, shouldStop)) return false;
    this.#fieldNodes = field.expanded;
    if (!field.build(start, this.#toStart, shouldStop)) return false;
    this.#fieldNodes += field.expanded + (2 * this.#toGoal.length) / WRITES_PER_NODE;
    this.#openings.clear();
    if (this.kept.restOf(start) !== this.#toGoal[start]) this.kept.clear();
    this.#isStale = false;
    this.#usual = 0;
    this.#excess = 0;
    return true;
  }

  /** Makes the kept way the shortest one from here. */
  plan(start: number, shouldStop: (() => boolean) | undefined): Outcome {
    const passed = this.#toStart[start] as number;
    if (passed === UNREACHED || this.#toGoal[start] === UNREACHED)
      return this.#planPlainly(start, shouldStop);
    if (this.kept.earlierRestOf(start) >= 0) this.kept.beginAt(start);
    const rest = this.kept.restOf(start);
    if (rest < 0 || this.#openings.leastNew - passed < rest) {
      if (!this.#aim(start, passed, rest)) return this.#planPlainly(start, shouldStop);
      const cost = this.#repair(start, shouldStop);
      if (cost === STOPPED) return 'stopped';
      if (cost === UNREACHED && rest < 0) return this.#planPlainly(start, shouldStop);
    }
    this.#openings.settle();
    return 'found';
  }

  /**
   * Prepares a search around what was blocked, from the end of the way of which less holds; or for a way that is shorter than
   * what holds all of it.
   * @returns false when what is known would guide a search so badly that one without it is faster
   */
  #aim(start: number, passed: number, rest: number): boolean {
    const { kept } = this;
    const earlier = kept.earlierRestOf(start);
    const limit = rest >= 0 ? rest : Math.max(earlier, this.#toGoal[start] as number) + this.#margin;
    this.#isToGoal = rest >= 0 || earlier < 0 || !kept.isRatherSoundAtBegin;
    this.#guide.aim(this.#isToGoal, limit, passed);
    return this.#guide.count * kept.shareToSearch <= MOST_OPENINGS;
  }

  /** @returns as a search does; the kept way is the shortest now unless it is STOPPED or UNREACHED */
  #repair(start: number, shouldStop: (() => boolean) | undefined): number {
    const { goal } = this;
    const { search } = this.territory;
    const isToGoal = this.#isToGoal;
    const cost = search.find(isToGoal ? start : goal, isToGoal ? goal : start, shouldStop, this.#guide);
    this.#count(search.expanded);
    if (cost === STOPPED || cost === UNREACHED) return cost;
    if (isToGoal) this.#keep(start);
    else this.#keepBegin(start);
    return cost;
  }

  #planPlainly(start: number, shouldStop: (() => boolean) | undefined): Outcome {
    const { search } = this.territory;
    const cost = search.find(start, this.goal, shouldStop);
    this.#count(search.expanded);
    if (cost === STOPPED) return 'stopped';
    if (cost === UNREACHED) {
      this.territory.noWay();
      return 'unreachable';
    }
    this.#keep(start);
    this.#openings.settle();
    return 'found';
  }

  /** The way that the search has found, up to where it meets the kept one. */
  #keep(start: number): void {
    const { met } = this.territory.search;
    if (met === this.goal) this.kept.clear();
    else this.kept.keepEnd(met);
    this.territory.trace(start, met, this.kept);
  }

  /** The way that a search from the goal has found, from where it meets the kept one. */
  #keepBegin(start: number): void {
    const { met } = this.territory.search;
    this.#ends.count = 0;
    this.territory.trace(this.goal, met, this.#ends);
    if (met === start) this.kept.clear();
    this.kept.replaceEnd(met, this.#ends.nodes, this.#ends.count);
  }

  #count(expanded: number): void {
    if (this.#usual === 0) this.#usual = Math.max(expanded, LEAST_USUAL);
    this.#excess += Math.max(0, expanded - 2 * this.#usual);
  }
}

/** Corner nodes of a way, one after the other. */
class Corners implements Trace {
  nodes: Int32Array = new Int32Array(128);
  count = 0;

  add(node: number): void {
    if (this.count === this.nodes.length) {
      const larger = new Int32Array(2 * this.count);
      larger.set(this.nodes);
      this.nodes = larger;
    }
    this.nodes[this.count++] = node;
  }
}
