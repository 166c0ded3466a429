import { say } from '../../language.ts';
import {
  gridOf,
  isLegal,
  type MovingAiMap,
  PathFinder,
  type Point,
  type Scenario,
  scaleMap,
} from '../../plan/index.ts';
import { wholeNumber } from '../history/words.ts';
import { interruptedError, writeAll, writeWhole } from '../output-file.ts';
import { table } from '../table.ts';
import { interruption, print, printableJson, tell } from '../terminal.ts';
import { readMap, readScenarios } from './files.ts';

export interface PlanCommandOptions {
  every?: number;
  out?: string;
  json?: boolean;
}

/** By which a length may differ from the published one, as a part of it, and in cells: some files have two decimals of it. */
const TOLERANCE = 1e-3;
const ROUNDING = 0.005;

/** Of scenarios that are not optimal, so many are told one by one. */
const MAX_TOLD = 10;

/** While it plans, Ctrl-C is looked for after so many scenarios. */
const SCENARIOS_PER_TURN = 64;

/**
 * Plans every scenario, or every Nth, and says how many are optimal; the exit code becomes 1 unless all are.
 * @throws KitelineError USAGE for files that cannot be read, do not fit, or cannot be written
 */
export async function planScenarios(
  mapFile: string,
  scenarioFile: string,
  options: PlanCommandOptions,
): Promise<void> {
  const interrupted = interruption();
  const map = await readMap(mapFile);
  const scenarios = await readScenarios(scenarioFile);
  const tally = new Tally();
  const lines = plannedLines(map, scenarios, options.every ?? 1, tally, interrupted);
  if (options.out === undefined) for await (const _ of lines);
  else await writeWhole(options.out, (part) => writeAll(part, lines));
  if (interrupted.aborted) throw interruptedError(options.out);
  if (options.json) await print(`${printableJson(JSON.stringify(tally.toJson()))}\n`);
  else await print(`${tally.lines().join('\n')}\n`);
  for (const sentence of tally.troubles) tell(sentence);
  if (tally.optimal < tally.scenarios) process.exitCode = 1;
}

/** Plans as its lines are taken. */
async function* plannedLines(
  map: MovingAiMap,
  scenarios: readonly Scenario[],
  every: number,
  tally: Tally,
  interrupted: AbortSignal,
): AsyncIterable<Uint8Array> {
  let finder: PathFinder | undefined;
  for (let row = 0; row < scenarios.length; row += every) {
    if ((row / every) % SCENARIOS_PER_TURN === 0) {
      await new Promise(setImmediate);
      if (interrupted.aborted) return;
    }
    const scenario = scenarios[row] as Scenario;
    if (finder?.grid.width !== scenario.width || finder.grid.height !== scenario.height) {
      finder = finderFor(map, scenario, tally);
    }
    const began = performance.now();
    const outcome = finder.plan(scenario.start, scenario.goal);
    const ms = performance.now() - began;
    const path = finder.path.toPoints();
    tally.add(row, scenario, ms, {
      isFound: outcome === 'found',
      isLegal: isLegalWay(finder, scenario, path),
      length: finder.path.length,
    });
    yield Buffer.from(`${JSON.stringify({ scenario: row, path })}\n`);
  }
}

/** Scenarios may be set in a scaled map. */
function finderFor(map: MovingAiMap, { width, height, start }: Scenario, tally: Tally): PathFinder {
  const isAsItIs = width === map.width && height === map.height;
  const grid = gridOf(isAsItIs ? map : scaleMap(map, width, height));
  const began = performance.now();
  const finder = new PathFinder(grid);
  finder.plan(start, start);
  tally.layoutMs += performance.now() - began;
  return finder;
}

/** From start to goal, one cell of the way after the other. */
function isLegalWay({ grid }: PathFinder, { start, goal }: Scenario, path: readonly Point[]): boolean {
  const first = path[0];
  const last = path.at(-1);
  if (first?.[0] !== start[0] || first[1] !== start[1] || last?.[0] !== goal[0] || last[1] !== goal[1])
    return false;
  return isLegal(grid, path);
}

/** What came of the scenarios. */
class Tally {
  scenarios = 0;
  optimal = 0;
  wrong = 0;
  unreachable = 0;
  /** To make the bit planes of the map and count its regions. */
  layoutMs = 0;
  readonly troubles: string[] = [];
  #ms = 0;
  #slowestMs = 0;

  add(
    row: number,
    { length: published }: Scenario,
    ms: number,
    { isFound, isLegal, length }: { isFound: boolean; isLegal: boolean; length: number },
  ): void {
    this.scenarios++;
    this.#ms += ms;
    this.#slowestMs = Math.max(this.#slowestMs, ms);
    if (!isFound) {
      this.unreachable++;
      this.#trouble(say(`Scenario ${row}: there is no way.`, `场景 ${row}：无路可走。`));
    } else if (!isLegal || Math.abs(length - published) > Math.max(TOLERANCE * published, ROUNDING)) {
      this.wrong++;
      const found = length.toFixed(5);
      this.#trouble(
        isLegal
          ? say(
              `Scenario ${row}: the way is ${found} long, the file says ${published}.`,
              `场景 ${row}：路径长度为 ${found}，文件中为 ${published}。`,
            )
          : say(`Scenario ${row}: the way is not legal.`, `场景 ${row}：路径不合法。`),
      );
    } else this.optimal++;
  }

  toJson(): Record<string, number> {
    const { scenarios, optimal, wrong, unreachable } = this;
    const [meanMs, slowestMs, layoutMs] = [this.#meanMs, this.#slowestMs, this.layoutMs].map((ms) =>
      Number(ms.toFixed(4)),
    ) as [number, number, number];
    return { scenarios, optimal, wrong, unreachable, meanMs, slowestMs, layoutMs };
  }

  lines(): string[] {
    return table(
      [
        say('scenarios', '场景'),
        say('optimal', '最优'),
        say('wrong', '错误'),
        say('unreachable', '不可达'),
        say('mean ms', '平均毫秒'),
        say('slowest ms', '最慢毫秒'),
        say('ms to lay out the map', '地图准备毫秒'),
      ],
      [
        [
          ...[this.scenarios, this.optimal, this.wrong, this.unreachable].map(wholeNumber),
          this.#meanMs.toFixed(3),
          this.#slowestMs.toFixed(1),
          this.layoutMs.toFixed(1),
        ],
      ],
    );
  }

  get #meanMs(): number {
    return this.scenarios === 0 ? 0 : this.#ms / this.scenarios;
  }

  #trouble(sentence: string): void {
    if (this.troubles.length < MAX_TOLD) this.troubles.push(sentence);
  }
}
