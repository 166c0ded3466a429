/** The planner's thread: one order after the other, as they come. */
import { parentPort, workerData } from 'node:worker_threads';
import { Grid, type Terrain } from './grid.ts';
import type { Answer, Order, ThreadSetup } from './messages.ts';
import { PathFinder } from './path-finder.ts';
import { RecentGoals } from './recent-goals.ts';
import { smooth } from './smooth.ts';

const { width, height, cells, cancelled } = workerData as ThreadSetup;
const finder = new PathFinder(new Grid(width, height, cells));
const goals = new RecentGoals(finder);

parentPort?.on('message', ({ changes, plan }: Order) => {
  for (let i = 0; i < changes.length; i += 3) {
    finder.set(changes[i] as number, changes[i + 1] as number, changes[i + 2] as Terrain);
  }
  if (!plan) {
    parentPort?.postMessage(undefined);
    return;
  }
  const began = performance.now();
  const outcome = goals.plan(plan.start, plan.goal, () => Atomics.load(cancelled, 0) === plan.job);
  const points = plan.smooth
    ? Int32Array.from(smooth(finder.grid, finder.path.toPoints()).flat())
    : finder.path.points.slice(0, 2 * finder.path.count);
  const answer: Answer = { outcome, points, ms: performance.now() - began };
  parentPort?.postMessage(answer, [points.buffer as ArrayBuffer]);
});
