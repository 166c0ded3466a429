/** One contestant on one map, in a process of its own so that its memory is its own. Told what to do once. */

import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { isLegal } from '../../src/plan/index.ts';
import { median } from '../figures.ts';
import { CONTESTANTS, lengthOf } from './contestants.ts';
import { load, type MapSpec } from './maps.ts';

export interface Question {
  readonly spec: MapSpec;
  readonly name: string;
  readonly ways: number;
  /** So long the rounds may take; there is one in any case. */
  readonly budgetMs: number;
}

export interface Figures {
  /** Of each way: median of the rounds, ms. */
  readonly times: readonly number[];
  /** Of each way, in cells; NaN where there is none or it is not legal. */
  readonly lengths: readonly number[];
  readonly rounds: number;
  readonly prepareMs: number;
  /** The most memory that the process had, beyond what it had with the map alone, MB. */
  readonly peakMb: number;
  /** Runs of the garbage collector during the rounds. */
  readonly collections: number;
}

const MAX_ROUNDS = 9;

process.once('message', async ({ spec, name, ways: count, budgetMs }: Question) => {
  const { grid, ways } = load(spec, count);
  const contestant = CONTESTANTS[name]?.();
  if (!contestant) throw new Error(`no contestant ${name}`);
  const before = process.resourceUsage().maxRSS;
  let began = performance.now();
  contestant.prepare(grid);
  const prepareMs = performance.now() - began;

  // Once for the answers, and so that the code is compiled.
  began = performance.now();
  const first = ways.map(({ start, goal }) => contestant.plan(start, goal));
  const passMs = performance.now() - began;
  const lengths = first.map(({ path }) =>
    path.length > 0 && isLegal(grid, path) ? lengthOf(path) : Number.NaN,
  );

  const times = first.map(({ ms }) => [ms]);
  const rounds = Math.min(MAX_ROUNDS, Math.floor(budgetMs / passMs));
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  for (let round = 0; round < rounds; round++) {
    for (const [i, { start, goal }] of ways.entries()) times[i]?.push(contestant.plan(start, goal).ms);
  }
  await turn();
  observer.disconnect();
  const figures: Figures = {
    times: times.map((all) => median(all.length > 1 ? all.slice(1) : all)),
    lengths,
    rounds: Math.max(1, rounds),
    prepareMs,
    peakMb: (process.resourceUsage().maxRSS - before) / 1024,
    collections,
  };
  process.send?.(figures, () => process.exit());
});
