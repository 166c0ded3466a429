/** Which runs there are to be. */
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { type Scenario, scenarioNamed, scenarios } from './scenarios/index.ts';
import { mqttScenarios } from './scenarios/mqtt.ts';

export interface PlannedRun {
  scenario: Scenario;
  seed: number;
}

/** How often a scenario comes in each round, where it is not once: those that go through every byte of an exchange. */
const TIMES: Readonly<Record<string, number>> = { 'cut-from-board': 8, 'cut-to-board': 4 };

/**
 * Rounds of all scenarios, or runs of one. Each scenario's seeds follow one another from `seed` on, so that those which
 * go through something in turn come through all of it.
 * @param options `main`: a program of the user's, for boards with the library
 * @throws KitelineError BAD_ARGUMENT for a scenario that there is not, or that has a board program of its own
 */
export function plan(options: {
  runs: number;
  seed: number;
  scenario?: string | undefined;
  main?: string | undefined;
}): PlannedRun[] {
  const { runs, seed, scenario, main } = options;
  const round =
    scenario === undefined
      ? scenarios
          .filter((each) => main === undefined || !mqttScenarios.includes(each))
          .flatMap((each) => Array.from({ length: TIMES[each.name] ?? 1 }, () => each))
      : [named(scenario, main !== undefined)];
  const had = new Map<Scenario, number>();
  return Array.from({ length: runs }, (_, i) => {
    const each = round[i % round.length] as Scenario;
    const turn = had.get(each) ?? 0;
    had.set(each, turn + 1);
    return { scenario: each, seed: seed + turn };
  });
}

function named(name: string, hasProgram: boolean): Scenario {
  const scenario = scenarioNamed(name);
  if (!hasProgram || !mqttScenarios.includes(scenario)) return scenario;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `In "${name}" the board runs a program of the lab's own, which speaks MQTT: leave --program out.`,
      `情形“${name}”中板子运行实验室自带的 MQTT 程序：请去掉 --program。`,
    ),
  );
}
