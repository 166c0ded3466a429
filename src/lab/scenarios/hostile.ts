/** Somebody who lacks the key, hubs that are elsewhere, and boards that are dialled. */
import { say } from '../../language.ts';
import type { Cut } from '../../virtual/index.ts';
import type { Dice } from '../dice.ts';
import { BLUFFS } from '../hostile/impostor.ts';
import { TAMPER_KINDS, type Tamper } from '../hostile/tamper.ts';
import type { BoardScript, Fault, Step } from '../script.ts';
import type { Scenario } from './scenario.ts';
import { steered } from './steering.ts';
import { board, moment, script } from './workload.ts';

/** Connections of a run of which a line is not what it was. */
const TAMPERED = 5;

/** Some are steered as well. */
const anyBoard = (dice: Dice): BoardScript => (dice.chance(0.5) ? steered(dice) : board(dice));

function tamper(dice: Dice): Tamper {
  const direction = dice.pick(['from-board', 'to-board'] as const);
  const line = dice.chance(0.25) ? dice.between(0, 2) : dice.between(3, direction === 'from-board' ? 40 : 25);
  return { direction, line, does: dice.pick(TAMPER_KINDS), at: dice.next() };
}

/** The hub goes elsewhere, once the board knows it. */
function moves(dice: Dice, parts: Partial<Fault & { do: 'hub-moved' }> = {}): Step {
  const how = dice.pick(['killed', 'ended'] as const);
  const fault: Fault = { do: 'hub-moved', how, isCopy: dice.chance(0.5), ms: dice.between(0, 300), ...parts };
  return { at: moment(dice, { soonest: 4 }), fault };
}

export const hostileScenarios: Scenario[] = [
  {
    name: 'tampered',
    describe: () =>
      say(
        'somebody in the middle repeats, alters, drops, swaps, injects and reflects signed lines and datagrams',
        '中间人重放、篡改、丢弃、交换、注入和反射已签名的行与数据报',
      ),
    write: (dice, seed) => {
      const lines = Array.from({ length: TAMPERED }, () => tamper(dice));
      const middle = { lines, datagrams: dice.between(5, 40) / 100, seed };
      return script(dice, { boards: [{ ...anyBoard(dice), key: 'right', middle }], workMs: 800 });
    },
  },
  {
    name: 'wrong-key',
    describe: () =>
      say(
        'the board has a wrong key for a while, and nothing of it is taken, nor by it',
        '板子一度使用错误的密钥：双方都不接受对方的任何内容',
      ),
    write: (dice) =>
      script(dice, {
        boards: [{ ...anyBoard(dice), key: 'wrong' }],
        steps: [
          {
            at: { board: 0, after: 'power', count: 1, ms: dice.between(300, 900) },
            fault: { do: 'right-key' },
          },
        ],
      }),
  },
  {
    name: 'key-changed',
    describe: () =>
      say(
        'the hub has another key for the board, at once or with an overlap, before the board has it',
        '中枢先于板子换用新密钥，立即生效或有重叠期',
      ),
    write: (dice) =>
      script(dice, {
        boards: [{ ...anyBoard(dice), key: 'right' }],
        steps: [
          {
            at: moment(dice),
            fault: {
              do: 'key-changed',
              overlapMs: dice.pick([0, 0, dice.between(100, 600), 60_000]),
              ms: dice.between(50, 600),
            },
          },
        ],
      }),
  },
  {
    name: 'hub-moved',
    describe: () =>
      say(
        'the hub comes back at another port, or as a copy of its data: its boards find it',
        '中枢在另一个端口恢复，或用其数据的副本恢复：板子自行找到它',
      ),
    write: (dice) =>
      script(dice, {
        boards: [{ ...anyBoard(dice), way: dice.pick(['told', 'asks']) }],
        steps: dice.chance(0.3)
          ? [moves(dice), { ...moves(dice), at: moment(dice, { soonest: 30, latest: 60 }) }]
          : [moves(dice)],
        workMs: 800,
      }),
  },
  {
    name: 'impostor',
    describe: () =>
      say(
        'while the hub moves, somebody answers in its place and at its old port: he learns nothing that he could not have had',
        '中枢搬走时有人冒充它回答并占用旧端口：他得不到任何秘密',
      ),
    write: (dice) =>
      script(dice, {
        boards: [{ ...anyBoard(dice), key: 'right', way: dice.pick(['told', 'asks']) }],
        steps: [moves(dice, { bluff: dice.pick(BLUFFS), ms: dice.between(100, 600) })],
        workMs: 800,
      }),
  },
  {
    name: 'board-listens',
    describe: () =>
      say(
        'the hub dials the board, and both sides break connections',
        '由中枢拨号连接板子，双方都会断开连接',
      ),
    write: (dice) => {
      // Of a connection to somebody who has never said hello only the system's keepalive shows that he is gone, a minute later
      // and not where the air is dead and the computer's own network is not: silence and
      // resets come behind the first hello.
      const cuts = Array.from({ length: dice.between(0, 2) }, (_, i): Cut => {
        const how = dice.chance(0.3) ? 'silence' : 'reset';
        const from = how === 'silence' && i === 0 ? 1_200 : 0;
        return {
          direction: dice.pick(['from-board', 'to-board']),
          bytes: dice.between(from, from + 1_500),
          how,
        };
      });
      const fault = dice.pick<() => Fault>([
        () => ({ do: 'hub-killed', ms: dice.between(0, 150) }),
        () => ({ do: 'hub-restarted', ms: dice.between(0, 150) }),
        () => ({ do: 'board-reset', kind: dice.pick(['hard', 'soft']) }),
        () => ({ do: 'access-point-gone', ms: dice.between(20, 300) }),
        () => ({ do: 'hub-frozen', ms: dice.between(100, 800) }),
      ]);
      return script(dice, {
        boards: [{ ...anyBoard(dice), cuts, way: 'listens' }],
        steps: [
          {
            at: { board: 0, after: 'acked', count: dice.between(2, 14), ms: dice.between(0, 15) },
            fault: fault(),
          },
        ],
      });
    },
  },
];
