/** Several boards, several faults. */

import { say } from '../../language.ts';
import type { Cut } from '../../virtual/index.ts';
import type { Dice } from '../dice.ts';
import type { BoardScript, Fault, Step } from '../script.ts';
import type { Scenario } from './scenario.ts';
import { board, moment, script } from './workload.ts';

const someCuts = (dice: Dice, most: number): Cut[] =>
  Array.from({ length: dice.between(0, most) }, () => ({
    direction: dice.pick(['from-board', 'to-board']),
    bytes: dice.between(0, 1_500),
    how: dice.chance(0.2) ? 'silence' : 'reset',
  }));

/** Any fault of those that can be mixed. */
function anyFault(dice: Dice): Fault {
  const ms = dice.between(20, 250);
  return dice.pick<() => Fault>([
    () => ({ do: 'access-point-gone', ms }),
    () => ({ do: 'weather', weather: { loss: 0.1, delayMs: dice.between(0, 30), jitterMs: 30 }, ms }),
    () => ({ do: 'weather', weather: { slice: dice.between(1, 4) }, ms }),
    () => ({ do: 'hub-killed', ms: dice.between(0, 100) }),
    () => ({ do: 'board-reset', kind: dice.pick(['hard', 'soft']) }),
    () => ({ do: 'disk-full', how: dice.pick(['limit', 'refused']), ms }),
    () => ({ do: 'chip-fault', fault: { how: 'refused' }, times: 1 }),
    () => ({ do: 'other-password', ms }),
  ])();
}

export const stormScenarios: Scenario[] = [
  {
    name: 'two-boards',
    describe: () => say('two boards at once, each with cuts of its own', '两块板子同时运行，各有各的断线'),
    write: (dice) =>
      script(dice, {
        boards: [board(dice, {}, someCuts(dice, 4)), board(dice, {}, someCuts(dice, 4))],
        steps: [{ at: moment(dice, { board: 1 }), fault: { do: 'board-reset', kind: 'hard' }, board: 1 }],
      }),
  },
  {
    name: 'storm',
    describe: () => say('several faults mixed, on one or two boards', '多种故障混合，一块或两块板子'),
    write: (dice) => {
      const boards = Array.from(
        { length: dice.between(1, 2) },
        (): BoardScript =>
          board(
            dice,
            {
              everyMs: dice.between(6, 20),
              queue: dice.between(20, 200),
              drop: dice.pick(['oldest', 'newest']),
            },
            someCuts(dice, 3),
          ),
      );
      const steps = Array.from({ length: dice.between(2, 5) }, (): Step => {
        const which = dice.between(0, boards.length - 1);
        return { at: moment(dice, { board: which, latest: 60 }), fault: anyFault(dice), board: which };
      });
      return script(dice, { boards, steps, workMs: 900 });
    },
  },
];
