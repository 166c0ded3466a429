import type { Point } from './path.ts';
import type { PathFinder } from './path-finder.ts';
import type { Route } from './route.ts';
import type { Outcome } from './territory.ts';

/** So many goals are remembered: those of a few robots at a time. A route takes 13 bytes a cell. */
const GOALS = 4;

/** Computing the distances for a route costs a few plans; a goal that has been asked for so often will be again. */
const PLANS_BEFORE_ROUTE = 4;

/** Plans of people who ask for the same goal again and again, as a robot under way does, become those of a route. */
export class RecentGoals {
  readonly #finder: PathFinder;
  /** The one asked for last comes last. */
  #goals: { readonly goal: Point; plans: number; route?: Route }[] = [];

  constructor(finder: PathFinder) {
    this.#finder = finder;
  }

  /** As a finder's plan. */
  plan(start: Point, goal: Point, shouldStop: () => boolean): Outcome {
    let at = this.#goals.findIndex((recent) => recent.goal[0] === goal[0] && recent.goal[1] === goal[1]);
    if (at < 0) {
      if (this.#goals.length === GOALS) this.#goals.shift()?.route?.close();
      at = this.#goals.length;
    }
    const recent = this.#goals[at] ?? { goal, plans: 0 };
    this.#goals = [...this.#goals.filter((other) => other !== recent), recent];
    if (++recent.plans > PLANS_BEFORE_ROUTE) recent.route ??= this.#finder.route(goal);
    return recent.route ? recent.route.plan(start, shouldStop) : this.#finder.plan(start, goal, shouldStop);
  }
}
