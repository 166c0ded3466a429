/** Which runs there are to be. */
import { type Scenario, scenarioNamed, scenarios } from './scenarios/index.ts';

export interface PlannedRun {
  scenario: Scenario;
  seed: number;
}

/** How often a scenario comes in each round, where it is not once: those that go through every byte of an exchange. */
const TIMES: Readonly<Record<string, number>> = { 'cut-from-board': 8, 'cut-to-board': 4 };

/**
 * Rounds of all scenarios, or runs of one. Each scenario's seeds follow one another from `seed` on, so that those which
 * go through something in turn come through all of it.
 * @throws KitelineError BAD_ARGUMENT for a scenario that there is not
 */
export function plan(options: { runs: number; seed: number; scenario?: string | undefined }): PlannedRun[] {
  const { runs, seed, scenario } = options;
  const round =
    scenario === undefined
      ? scenarios.flatMap((each) => Array.from({ length: TIMES[each.name] ?? 1 }, () => each))
      : [scenarioNamed(scenario)];
  const had = new Map<Scenario, number>();
  return Array.from({ length: runs }, (_, i) => {
    const each = round[i % round.length] as Scenario;
    const turn = had.get(each) ?? 0;
    had.set(each, turn + 1);
    return { scenario: each, seed: seed + turn };
  });
}
