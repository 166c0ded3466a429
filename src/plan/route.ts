import type { Costs } from './costs.ts';
import { DistanceField } from './field.ts';
import { BLOCKED } from './grid.ts';
import { Guide } from './guide.ts';
import type { Point } from './path.ts';
import type { PathFinder } from './path-finder.ts';
import type { Outcome, Territory } from './territory.ts';

/** So many nodes are never too many: the robot may have begun right beside its goal. */
const LEAST_USUAL = 64;

/**
 * Incremental replanning towards one goal, while cells change and the robot moves.
 *
 * The first plan computes the exact distance of every cell to the goal. Each plan is a jump-point search that these distances
 * guide: where nothing has changed it goes straight to the goal, and looks about only where the old distances have become too
 * short. That distances stay a good bound for later searches when obstacles appear is the principle of Adaptive A* (Koenig &
 * Likhachev, "A New Principle for Incremental Heuristic Search: Theoretical Results", ICAPS 2006); for cells that become free
 * see guide.ts. D* Lite (the same authors, AAAI 2002) corrects the distances instead, of every cell that lies behind a change.
 * Here they are computed anew once the searches have looked about more than that takes. Every plan is optimal.
 */
export class Route {
  readonly goal: Point;
  readonly #finder: PathFinder;
  readonly #costs: Costs;
  readonly #onClose: () => void;
  #territory: Territory | undefined;
  #field: DistanceField | undefined;
  #guide: Guide | undefined;
  /** More cells have been freed than a guide keeps. */
  #isFull = false;
  /** Nodes of the first search with this field, and those that later ones needed beyond twice as many. */
  #usual = 0;
  #excess = 0;
  /** How often the distances have been computed. */
  fields = 0;

  /** Made by `PathFinder.route`. */
  constructor(finder: PathFinder, goal: Point, costs: Costs, onClose: () => void) {
    this.#finder = finder;
    this.goal = goal;
    this.#costs = costs;
    this.#onClose = onClose;
  }

  /**
   * The shortest way from here to the goal as the cells are now, into the finder's `path`.
   * @param shouldStop asked every 50 µs or so
   * @throws RangeError when the start is outside the grid
   */
  plan(start: Point, shouldStop?: () => boolean): Outcome {
    const terrain = this.#finder.grid.at(...this.goal);
    if (terrain === BLOCKED) return this.#finder.find(start, this.goal, shouldStop, undefined);
    const territory = this.#finder.territory(terrain);
    if (!this.#prepare(territory, shouldStop)) {
      this.#finder.path.clear();
      return 'stopped';
    }
    const outcome = this.#finder.find(start, this.goal, shouldStop, this.#isFull ? undefined : this.#guide);
    const { expanded } = territory.search;
    if (outcome !== 'found') return outcome;
    if (this.#usual === 0) this.#usual = Math.max(expanded, LEAST_USUAL);
    this.#excess += Math.max(0, expanded - 2 * this.#usual);
    return outcome;
  }

  /** Says that this goal is done with. */
  close(): void {
    this.#onClose();
  }

  /** A cell of a territory has been freed or blocked. Called by the finder. */
  change(territory: Territory, node: number, isFree: boolean): void {
    if (territory !== this.#territory || !this.#guide) return;
    if (!isFree) this.#guide.block(node);
    else if (!this.#guide.free(node)) this.#isFull = true;
  }

  /** @returns false when it was told to stop: there are no distances then */
  #prepare(territory: Territory, shouldStop: (() => boolean) | undefined): boolean {
    if (territory !== this.#territory) {
      this.#territory = territory;
      this.#field = new DistanceField(territory.layer, this.#costs);
      this.#guide = undefined;
    }
    const field = this.#field as DistanceField;
    if (this.#guide && this.#excess <= field.expanded) return true;
    this.#guide = undefined;
    const goal = territory.layer.node(this.goal[0], this.goal[1]);
    if (!field.build(goal, shouldStop)) return false;
    this.fields++;
    this.#guide = new Guide(field.cost, this.#costs, territory.layer.stride);
    this.#isFull = false;
    this.#usual = 0;
    this.#excess = 0;
    return true;
  }
}
