import type { Costs } from './costs.ts';
import { Knowledge } from './knowledge.ts';
import type { Point } from './path.ts';
import type { PathFinder } from './path-finder.ts';
import type { Outcome, Territory } from './territory.ts';

/**
 * Incremental replanning towards one goal, while cells change and the robot moves. Every plan is optimal.
 *
 * The first plan computes the exact distance of every cell to the goal and to the start. While nothing is blocked on the way
 * that was found last, it stays the shortest one unless a way through a cell that was opened can be shorter, which the
 * distances to both ends tell without a search (openings.ts). Otherwise a jump-point search that the distances guide
 * (guide.ts) goes around what is blocked and ends where it meets the rest of the last way. That old distances stay a bound
 * when obstacles appear is the principle of Adaptive A* (Koenig & Likhachev, "A New Principle for Incremental Heuristic
 * Search: Theoretical Results", ICAPS 2006). D* Lite (the same authors, AAAI 2002) corrects the distances instead, of every cell
 * that lies behind a change; here they are computed anew once the searches have looked about more than that takes.
 */
export class Route {
  readonly goal: Point;
  readonly #finder: PathFinder;
  readonly #costs: Costs;
  readonly #onClose: () => void;
  #known: Knowledge | undefined;
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
    const territory = this.#finder.between(start, this.goal);
    if (typeof territory === 'string') return territory;
    if (territory !== this.#known?.territory) {
      this.#known = new Knowledge(territory, this.#costs, territory.layer.node(...this.goal));
    }
    const known = this.#known;
    const node = territory.layer.node(...start);
    if (!territory.mayConnect(node, known.goal)) return 'unreachable';
    if (known.isWorn) {
      if (!known.renew(node, shouldStop)) return 'stopped';
      this.fields++;
    }
    const outcome = known.plan(node, shouldStop);
    if (outcome === 'found') known.kept.copyTo(this.#finder.path, node);
    return outcome;
  }

  /** Says that this goal is done with. */
  close(): void {
    this.#onClose();
  }

  /** A cell of a territory has been freed or blocked. Called by the finder. */
  change(territory: Territory, node: number, isFree: boolean): void {
    if (territory === this.#known?.territory) this.#known.change(node, isFree);
  }
}
