/** Connections that end in the middle of something. */
import { say } from '../../language.ts';
import type { Cut, Direction } from '../../virtual/index.ts';
import type { Scenario } from './scenario.ts';
import { board, script } from './workload.ts';

/** Connections that are cut in a run, one after the other. */
export const CUTS = 8;

/**
 * Bytes of a connection after which it is cut, each of them in its turn: from the board that is hello and some dozen
 * samples, replies, calls and log lines; from the hub its answer, acknowledgements, commands and answers to calls.
 */
export const EXCHANGE: Record<Direction, number> = { 'from-board': 1_800, 'to-board': 900 };

/** The positions of one run: those of consecutive seeds follow one another, so that they cover the exchange. */
export function positions(direction: Direction, seed: number): number[] {
  const length = EXCHANGE[direction];
  const turn = ((seed % length) + length) % length;
  return Array.from({ length: CUTS }, (_, i) => (turn * CUTS + i) % length);
}

function sweep(direction: Direction, describe: () => string): Scenario {
  return {
    name: `cut-${direction}`,
    describe,
    write: (dice, seed) => {
      const cuts = positions(direction, seed).map((bytes): Cut => ({ direction, bytes }));
      return script(dice, { boards: [board(dice, {}, cuts)] });
    },
  };
}

export const cutScenarios: Scenario[] = [
  sweep('from-board', () =>
    say(
      'eight connections cut, each after a byte of what the board sends; the seeds go through every byte',
      '切断八个连接，每次在板子发出的某个字节之后；各个种子依次经过每一个字节',
    ),
  ),
  sweep('to-board', () =>
    say(
      'eight connections cut, each after a byte of what the hub sends; the seeds go through every byte',
      '切断八个连接，每次在中枢发出的某个字节之后；各个种子依次经过每一个字节',
    ),
  ),
  {
    name: 'stale-fragment',
    describe: () =>
      say(
        'cut in the middle of lines while much is sent again: a fragment must not be glued to the line that repeats it (micropython-iot)',
        '在行的中间切断并大量重发：残留的片段不得与重发的行粘在一起（micropython-iot 的缺陷）',
      ),
    write: (dice) => {
      const cuts = Array.from({ length: 6 }, (): Cut => {
        const direction = dice.chance(0.7) ? 'from-board' : 'to-board';
        // Behind hello and its answer, where lines are sent again.
        return {
          direction,
          bytes: direction === 'from-board' ? dice.between(700, 1_600) : dice.between(200, 700),
        };
      });
      return script(dice, { boards: [board(dice, { everyMs: 8 }, cuts)] });
    },
  },
  {
    name: 'flapping',
    describe: () =>
      say(
        'forty connections break, one soon after the other: nothing is left behind',
        '四十个连接接连断开：不留下任何残余',
      ),
    write: (dice) => {
      const cuts = Array.from(
        { length: 40 },
        (): Cut => ({ direction: dice.pick(['from-board', 'to-board']), bytes: dice.between(0, 600) }),
      );
      return script(dice, { boards: [board(dice, {}, cuts)] });
    },
  },
  {
    name: 'session-kept',
    describe: () =>
      say(
        'the board comes back at once to a hub that has kept its session, again and again (mqtt_as)',
        '板子立即重连到仍保留其会话的中枢，反复多次（mqtt_as 的缺陷）',
      ),
    write: (dice) => {
      const cuts = Array.from(
        { length: 5 },
        (): Cut => ({ direction: 'to-board', bytes: dice.between(300, 500) }),
      );
      return script(dice, { boards: [board(dice, {}, cuts)] });
    },
  },
];
