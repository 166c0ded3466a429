/**
 * Planning ways on grids, against PathFinding.js, easystarjs and ngraph.path: the same maps and the same ways, one process a
 * contestant. Then replanning after up to ten changed cells, against new searches of our own.
 * Goals: at least 5 times the fastest that is optimal, on every map, and 20 times in the geometric mean; replans at least
 * 10 times as fast as a new A*, and twice as fast as a new search by our best.
 *
 *   npm run -s bench:plan -- [--maps FOLDER] [--only TEXT] [--ways N] [--seconds N]
 *
 * Maps are made here, and read from a folder with .map and .map.scen files of the Moving AI Lab where one is given.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from './figures.ts';
import { Child } from './kit/children.ts';
import type { Figures, Question } from './plan/contestant.ts';
import { CONTESTANTS, OUR_A_STAR, OURS } from './plan/contestants.ts';
import { load, MADE, type MapSpec, mapsIn } from './plan/maps.ts';
import type { ReplanFigures, ReplanQuestion } from './plan/replans.ts';

const { values: options } = parseArgs({
  options: {
    maps: { type: 'string' },
    only: { type: 'string', default: '' },
    /** Ways asked for on each map. */
    ways: { type: 'string', default: '100' },
    /** For the rounds of each contestant on each map. */
    seconds: { type: 'string', default: '5' },
  },
});
const WAYS = Number(options.ways);
const BUDGET_MS = Number(options.seconds) * 1_000;
const PATIENCE_MS = 600_000;

/** Some published lengths have two decimals. */
const isAsLong = (length: number, shortest: number): boolean =>
  Math.abs(length - shortest) <= Math.max(1e-3 * shortest, 0.005);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const geometricMean = (values: readonly number[]): number => Math.exp(mean(values.map(Math.log)));
const digits = (ms: number): string => (ms < 0.1 ? ms.toFixed(4) : ms < 10 ? ms.toFixed(3) : ms.toFixed(1));

async function answer<T>(program: string, question: Question | ReplanQuestion): Promise<T> {
  const child = new Child(new URL(program, import.meta.url));
  try {
    return await child.ask<T>(question, PATIENCE_MS);
  } finally {
    await child.end();
  }
}

/** @returns how many times as fast we are as the fastest that is optimal */
async function compare(spec: MapSpec): Promise<number> {
  const { grid, ways } = load(spec, WAYS);
  const figures = new Map<string, Figures>();
  for (const name of Object.keys(CONTESTANTS)) {
    figures.set(name, await answer('./plan/contestant.ts', { spec, name, ways: WAYS, budgetMs: BUDGET_MS }));
  }
  const shortest = ways.map(
    ({ length }, i) =>
      length ??
      Math.min(...[...figures.values()].map(({ lengths }) => lengths[i] || Number.POSITIVE_INFINITY)),
  );
  const optimal = ({ lengths }: Figures): number =>
    lengths.filter((length, i) => isAsLong(length, shortest[i] as number)).length;
  const own = figures.get(OURS) as Figures;
  const ownMs = mean(own.times);
  console.log(`${spec.name}, ${grid.width} × ${grid.height}, ${ways.length} ways`);
  table([
    ['', 'mean ms', 'slowest', 'as fast: 1/', 'optimal', 'laying out, ms', 'peak MB', 'rounds'],
    ...[...figures].map(([name, one]) => [
      name,
      digits(mean(one.times)),
      digits(Math.max(...one.times)),
      (mean(one.times) / ownMs).toFixed(1),
      `${optimal(one)}`,
      one.prepareMs.toFixed(1),
      one.peakMb.toFixed(0),
      String(one.rounds),
    ]),
  ]);
  const peers = [...figures].filter(
    ([name, one]) => name !== OURS && name !== OUR_A_STAR && optimal(one) === ways.length,
  );
  const [best, bestFigures] = peers.sort(([, a], [, b]) => mean(a.times) - mean(b.times))[0] ?? [];
  const ratio = bestFigures ? mean(bestFigures.times) / ownMs : Number.NaN;
  const collections = `${own.collections} garbage collections in ${own.rounds * ways.length} plans`;
  console.log(`${ratio.toFixed(1)} times as fast as ${best ?? 'none that is optimal'}; ${collections}\n`);
  if (optimal(own) < ways.length) isMissed = true;
  return ratio;
}

async function replan(spec: MapSpec): Promise<ReplanFigures[]> {
  const figures = await answer<ReplanFigures[]>('./plan/replans.ts', {
    spec,
    ways: 20,
    steps: 20,
    rounds: 5,
  });
  console.log(`${spec.name}, replanning`);
  table([
    [
      'up to 10 cells',
      'route ms',
      'new search',
      'new A*',
      'of search',
      'of A*',
      'plans',
      'of them with new distances',
      'first plan, ms',
    ],
    ...figures.map(({ place, routeMs, searchMs, aStarMs, plans, fields, firstMs }) => [
      place,
      digits(routeMs),
      digits(searchMs),
      digits(aStarMs),
      `1/${(searchMs / routeMs).toFixed(1)}`,
      `1/${(aStarMs / routeMs).toFixed(0)}`,
      String(plans),
      String(fields),
      digits(firstMs),
    ]),
  ]);
  console.log('');
  return figures;
}

let isMissed = false;
const specs = [...MADE, ...(options.maps === undefined ? [] : mapsIn(options.maps))].filter(({ name }) =>
  name.includes(options.only),
);
console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}; medians of rounds, means of ways\n`);
const ratios: number[] = [];
const replans: ReplanFigures[] = [];
for (const spec of specs) {
  ratios.push(await compare(spec));
  replans.push(...(await replan(spec)));
}
const verdict = (name: string, value: number, goal: number): void => {
  if (!(value >= goal)) isMissed = true;
  console.log(`${name}: ${value.toFixed(1)} times, goal ${goal}: ${value >= goal ? 'reached' : 'MISSED'}`);
};
verdict('the fastest that is optimal, least of all maps', Math.min(...ratios), 5);
verdict('the fastest that is optimal, geometric mean', geometricMean(ratios), 20);
for (const [what, ratioOf, goal] of [
  ['a new A*', ({ aStarMs, routeMs }: ReplanFigures) => aStarMs / routeMs, 10],
  ['a new search', ({ searchMs, routeMs }: ReplanFigures) => searchMs / routeMs, 2],
] as const) {
  const all = replans.map(ratioOf);
  verdict(`replans, ${what}, least of all maps and places`, Math.min(...all), goal);
  verdict(`replans, ${what}, geometric mean`, geometricMean(all), goal);
}
if (isMissed) process.exitCode = 1;
