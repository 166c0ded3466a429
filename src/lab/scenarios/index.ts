import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { cutScenarios } from './cuts.ts';
import { endScenarios } from './ends.ts';
import { flashScenarios } from './flash.ts';
import { hostileScenarios } from './hostile.ts';
import { mqttScenarios } from './mqtt.ts';
import { radioScenarios } from './radio.ts';
import type { Scenario } from './scenario.ts';
import { steeringScenarios } from './steering.ts';
import { stormScenarios } from './storms.ts';
import { updateScenarios } from './updates.ts';

export type { Scenario } from './scenario.ts';

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  ...radioScenarios.slice(0, 1), // calm
  ...cutScenarios,
  ...radioScenarios.slice(1),
  ...endScenarios,
  ...flashScenarios,
  ...steeringScenarios,
  ...hostileScenarios,
  ...updateScenarios,
  ...mqttScenarios,
  ...stormScenarios,
];

/** @throws KitelineError BAD_ARGUMENT */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found) return found;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `There is no scenario "${name}"; kiteline lab --scenario list shows all of them.`,
      `没有名为“${name}”的情形；kiteline lab --scenario list 会列出全部。`,
    ),
  );
}
