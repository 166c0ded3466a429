/** What the air and the access point do. */
import { say } from '../../language.ts';
import type { Cut, Direction } from '../../virtual/index.ts';
import type { Scenario } from './scenario.ts';
import { always, board, moment, script, UNHURRIED_MS } from './workload.ts';

/** Two connections that fall silent after some bytes, in one direction or both. */
function halfOpen(name: string, silent: Direction | undefined, describe: () => string): Scenario {
  return {
    name: `half-open-${name}`,
    describe,
    write: (dice) => {
      const cut = (): Cut => ({
        direction: dice.pick(['from-board', 'to-board']),
        bytes: dice.between(0, 1_500),
        how: 'silence',
        ...(silent && { silent }),
      });
      return script(dice, { boards: [board(dice, {}, [cut(), cut()])] });
    },
  };
}

export const radioScenarios: Scenario[] = [
  {
    name: 'calm',
    describe: () => say('nothing breaks: what the others are compared with', '没有故障：作为其他情形的对照'),
    write: (dice) => script(dice, { linkHolds: true, boards: [board(dice, { keepaliveMs: UNHURRIED_MS })] }),
  },
  halfOpen('from-board', 'from-board', () =>
    say(
      'half-open: what the board sends no longer arrives, and neither end is told',
      '半开连接：板子发出的内容不再到达，双方都得不到通知',
    ),
  ),
  halfOpen('to-board', 'to-board', () =>
    say(
      'half-open: what the hub sends no longer arrives, and neither end is told',
      '半开连接：中枢发出的内容不再到达，双方都得不到通知',
    ),
  ),
  halfOpen('both', undefined, () =>
    say(
      'half-open: nothing arrives any more, and neither end is told',
      '半开连接：双向都不再到达，双方都得不到通知',
    ),
  ),
  {
    name: 'stale-socket',
    describe: () =>
      say(
        'the hub still has a live socket of the board when it comes back: the new session takes over at once (micropython-iot)',
        '板子回来时中枢仍持有它的旧套接字：新会话立即接管（micropython-iot 的缺陷）',
      ),
    write: (dice) => {
      const silence: Cut = { direction: 'from-board', bytes: dice.between(800, 1_200), how: 'silence' };
      return script(dice, {
        // A heartbeat so slow that only the takeover can have let it in.
        boards: [board(dice, { keepaliveMs: 20_000 }, [silence])],
        steps: [
          {
            at: { board: 0, after: 'made', count: dice.between(40, 50), ms: 0 },
            fault: { do: 'access-point-gone', ms: dice.between(120, 250) },
          },
        ],
      });
    },
  },
  {
    name: 'slow-air',
    describe: () => say('loss, delay and jitter, for most of the run', '大部分时间有丢包、延迟和抖动'),
    write: (dice) =>
      script(dice, {
        linkHolds: true,
        boards: [board(dice, { keepaliveMs: UNHURRIED_MS })],
        steps: [
          always({
            loss: dice.between(0, 15) / 100,
            delayMs: dice.between(0, 60),
            jitterMs: dice.between(1, 60),
          }),
        ],
      }),
  },
  {
    name: 'single-bytes',
    describe: () => say('every byte arrives alone', '每个字节单独到达'),
    write: (dice) =>
      script(dice, {
        linkHolds: true,
        boards: [board(dice, { keepaliveMs: UNHURRIED_MS })],
        steps: [always({ slice: 1 })],
      }),
  },
  {
    name: 'split-utf8',
    describe: () =>
      say(
        'segments end inside of characters, and connections between the two halves (micropython-iot)',
        '报文段在字符中间结束，连接在两半之间断开（micropython-iot 的缺陷）',
      ),
    write: (dice) =>
      script(dice, {
        boards: [
          board(dice, { everyMs: 10 }, [
            { direction: 'from-board', bytes: dice.between(700, 1_200) },
            { direction: 'to-board', bytes: dice.between(250, 700) },
          ]),
        ],
        steps: [always({ slice: dice.between(2, 5), jitterMs: dice.between(0, 3) })],
      }),
  },
  {
    name: 'access-point-gone',
    describe: () => say('the access point goes, and comes back', '接入点消失，之后恢复'),
    write: (dice) =>
      script(dice, {
        steps: [
          { at: moment(dice), fault: { do: 'access-point-gone', ms: dice.between(20, 500) } },
          ...(dice.chance(0.5)
            ? [
                {
                  at: moment(dice, { soonest: 30, latest: 60 }),
                  fault: { do: 'access-point-gone', ms: dice.between(20, 200) } as const,
                },
              ]
            : []),
        ],
      }),
  },
  {
    name: 'other-password',
    describe: () => say('the access point has another password for a while', '接入点的密码一度被换成别的'),
    write: (dice) =>
      script(dice, {
        steps: [{ at: moment(dice), fault: { do: 'other-password', ms: dice.between(100, 500) } }],
      }),
  },
  {
    name: 'false-202',
    describe: () =>
      say(
        'the chip says "wrong password" (202) though it is right, after an outage',
        '断网之后，芯片谎称密码错误（202）',
      ),
    write: (dice) => {
      const at = moment(dice);
      return script(dice, {
        steps: [
          { at, fault: { do: 'chip-fault', fault: { how: 'refused' }, times: dice.between(1, 3) } },
          { at: { ...at, ms: at.ms + 5 }, fault: { do: 'access-point-gone', ms: dice.between(50, 200) } },
        ],
      });
    },
  },
  {
    name: 'stuck-station',
    describe: () =>
      say(
        'after an outage the chip stays in "connecting" until its radio is switched off and on',
        '断网之后芯片一直停在“正在连接”，直到射频关闭再打开',
      ),
    write: (dice) => {
      const at = moment(dice);
      return script(dice, {
        steps: [
          { at, fault: { do: 'chip-fault', fault: { how: 'stuck' }, times: 1 } },
          { at: { ...at, ms: at.ms + 5 }, fault: { do: 'access-point-gone', ms: dice.between(50, 200) } },
        ],
      });
    },
  },
];
