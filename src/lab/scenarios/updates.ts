/** New programs come over the air, and something breaks meanwhile. */
import { say } from '../../language.ts';
import type { Dice } from '../dice.ts';
import type { BoardScript, Step, UpdateStep } from '../script.ts';
import type { Scenario } from './scenario.ts';
import { board, moment, orders, script } from './workload.ts';

/** Bytes that the board writes for an update, records included, and some. */
const UPDATE_BYTES = 6_000;

/** A board with a key that keeps two programs. Sessions stand still for as long as it writes one. */
const kept = (dice: Dice, updates: readonly UpdateStep[]): BoardScript => ({
  ...board(dice, { isUpdated: true, keepaliveMs: 2_000, callMs: 0, logMs: 0 }),
  orders: orders(dice, { count: 4 }),
  key: 'right',
  updates,
});

const several = (dice: Dice, make: (i: number) => Partial<UpdateStep>): UpdateStep[] =>
  Array.from({ length: dice.between(1, 2) }, (_, i) => ({
    afterMs: dice.between(0, 150),
    isGood: true,
    ...make(i),
  }));

/** What can befall the way of a program onto its board. */
function trouble(dice: Dice): Step {
  const at = moment(dice, { latest: 40 });
  return dice.pick<() => Step>([
    () => ({ at, fault: { do: 'board-reset', kind: dice.pick(['hard', 'soft']) } }),
    () => ({ at, fault: { do: 'access-point-gone', ms: dice.between(50, 400) } }),
    () => ({ at, fault: { do: 'weather', weather: { slice: dice.between(1, 40) }, ms: 300 } }),
    () => ({ at, fault: { do: 'hub-killed', ms: dice.between(0, 200) } }),
  ])();
}

export const updateScenarios: Scenario[] = [
  {
    name: 'program-update',
    describe: () =>
      say(
        'a new program comes over the air while connections, the board or the hub break',
        '新程序无线更新期间，连接、板子或中枢出故障',
      ),
    write: (dice) =>
      script(dice, {
        boards: [
          kept(
            dice,
            several(dice, () => ({})),
          ),
        ],
        steps: [trouble(dice), trouble(dice)],
      }),
  },
  {
    name: 'program-bad',
    describe: () =>
      say(
        'a new program raises as soon as it runs: the one before it comes back',
        '新程序一运行就出错：恢复之前的程序',
      ),
    write: (dice) =>
      script(dice, {
        boards: [
          kept(
            dice,
            several(dice, (i) => ({ isGood: i > 0 && dice.chance(0.5) })),
          ),
        ],
        steps: dice.chance(0.5) ? [trouble(dice)] : [],
      }),
  },
  {
    name: 'program-power',
    describe: () =>
      say(
        'the power goes at any byte of a new program: the board starts all the same',
        '新程序写到任意字节时断电：板子仍能启动',
      ),
    write: (dice) =>
      script(dice, {
        boards: [
          kept(
            dice,
            several(dice, () => ({
              isGood: dice.chance(0.8),
              cut: { afterBytes: dice.between(0, UPDATE_BYTES), torn: dice.chance(0.3) },
            })),
          ),
        ],
      }),
  },
];
