/** What boards and whoever commands them do in a run, whatever is broken meanwhile. */

import type { Cut, Weather } from '../../virtual/index.ts';
import type { Dice } from '../dice.ts';
import type { BoardScript, Moment, Order, ProgramSettings, Script, Step } from '../script.ts';

const ORDERS = 14;

export type Kinds = readonly [Order['name'], ...Order['name'][]];
const KINDS: Kinds = [
  'mark',
  'mark',
  'mark',
  'mark',
  'slow',
  'slow',
  'slow',
  'fail',
  'wrong',
  'missing',
  'big',
];

const PROGRAM: ProgramSettings = {
  everyMs: 15,
  queue: 200,
  drop: 'oldest',
  callMs: 60,
  logMs: 90,
  keepaliveMs: 0,
  jumps: [],
  spill: 0,
  leaseMs: 0,
  isUpdated: false,
};

interface OrderOptions {
  count?: number;
  kinds?: Kinds;
  /** The most that a slow handler takes, milliseconds. */
  slowMs?: number;
  /** Of those that have time enough, the most, milliseconds. */
  deadlineMs?: number;
}

/** Commands of all kinds; a quarter of them have so little time that some come too late, some are given up. */
export function orders(dice: Dice, options: OrderOptions = {}): Order[] {
  const { count = ORDERS, kinds = KINDS, slowMs = 150, deadlineMs = 1_200 } = options;
  return Array.from({ length: count }, () => ({
    gapMs: dice.chance(0.2) ? 0 : dice.between(0, 80),
    name: dice.pick(kinds),
    takesMs: dice.between(0, slowMs),
    deadlineMs: dice.chance(0.25) ? dice.between(1, 60) : dice.between(300, deadlineMs),
    giveUpMs: dice.chance(0.15) ? dice.between(1, 120) : 0,
  }));
}

/** Of heartbeats, milliseconds, where a link must hold on a machine that is busy with much else. */
export const UNHURRIED_MS = 5_000;

export function board(
  dice: Dice,
  program: Partial<ProgramSettings> = {},
  cuts: readonly Cut[] = [],
): BoardScript {
  return {
    program: { ...PROGRAM, ...program },
    orders: orders(dice),
    holders: [],
    updates: [],
    cuts,
    key: dice.chance(0.4) ? 'right' : 'none',
    way: 'told',
  };
}

/** After so much of whatever the board does, or comes to know. */
export function moment(
  dice: Dice,
  options: { board?: number; soonest?: number; latest?: number } = {},
): Moment {
  const { soonest = 1, latest = 25 } = options;
  // Of samples there are as many as it takes, of runs no more than commands.
  const after = dice.pick(latest > 25 ? (['made', 'acked'] as const) : (['made', 'acked', 'run'] as const));
  // While samples are made one by one, half as many acknowledgements come, and a quarter as many commands run.
  const share = { made: 1, acked: 0.5, run: 0.25 }[after];
  const count = Math.max(1, Math.round(dice.between(soonest, latest) * share));
  return { board: options.board ?? 0, after, count, ms: dice.between(0, 15) };
}

/** Weather from the first byte on, for as long as the board works. */
export const always = (weather: Partial<Weather>): Step => ({
  at: { board: 0, after: 'power', count: 1, ms: 0 },
  fault: { do: 'weather', weather, ms: 'work' },
});

/** A script of one board, unless told otherwise. */
export function script(dice: Dice, parts: Partial<Script> & { steps?: readonly Step[] } = {}): Script {
  return {
    boards: [board(dice)],
    steps: [],
    workMs: 600,
    linkHolds: false,
    clocksJump: false,
    ...parts,
  };
}
