/** What the hub, its disk, the boards and the clocks do. */

import { say } from '../../language.ts';
import type { Cut } from '../../virtual/index.ts';
import type { Dice } from '../dice.ts';
import type { Step } from '../script.ts';
import type { Scenario } from './scenario.ts';
import { board, type Kinds, moment, orders, script, UNHURRIED_MS } from './workload.ts';

/** One or more of a fault, at different times. */
function several(dice: Dice, most: number, make: () => Step['fault']): Step[] {
  const count = dice.between(1, most);
  return Array.from({ length: count }, (_, i) => ({
    at: moment(dice, { soonest: 1 + i * 20, latest: 20 + i * 20 }),
    fault: make(),
  }));
}

/** The board starts again once or twice, often while a command runs. */
function resets(name: string, kind: 'hard' | 'soft', describe: () => string): Scenario {
  return {
    name,
    describe,
    write: (dice) => {
      const midst: Step = {
        at: { board: 0, after: 'run', count: dice.between(1, 5), ms: dice.between(0, 30) },
        fault: { do: 'board-reset', kind },
      };
      const others = several(dice, 1, () => ({ do: 'board-reset', kind }));
      // Slow ones are under way at the reset, with time left for another start to run them, which it must not.
      const kinds: Kinds = ['slow', 'slow', 'slow', 'mark', 'fail'];
      return script(dice, {
        boards: [{ ...board(dice), orders: orders(dice, { kinds, slowMs: 400, deadlineMs: 4_000 }) }],
        steps: dice.chance(0.6) ? [midst, ...others] : others,
      });
    },
  };
}

/** The queue is full: the access point is away for longer than it can hold. */
function overflow(drop: 'oldest' | 'newest', describe: () => string): Scenario {
  return {
    name: `queue-full-${drop}`,
    describe,
    write: (dice) =>
      script(dice, {
        boards: [board(dice, { everyMs: 6, queue: dice.between(5, 25), drop })],
        steps: [{ at: moment(dice), fault: { do: 'access-point-gone', ms: dice.between(300, 600) } }],
        workMs: 900,
      }),
  };
}

export const endScenarios: Scenario[] = [
  {
    name: 'hub-killed',
    describe: () =>
      say(
        'the hub is killed (SIGKILL) at random points, and started again on the same data',
        '中枢在随机时刻被杀死（SIGKILL），再以同一份数据启动',
      ),
    write: (dice) =>
      script(dice, {
        boards: [{ ...board(dice), orders: orders(dice, { count: 24 }) }],
        steps: several(dice, 2, () => ({ do: 'hub-killed', ms: dice.between(0, 150) })),
      }),
  },
  {
    name: 'hub-stalls',
    describe: () =>
      say(
        'the hub stands still for longer than its boards are patient, and then finds what they did meanwhile',
        '中枢停顿的时间超过板子的耐心，之后才看到它们在此期间做的事',
      ),
    write: (dice) =>
      script(dice, { steps: several(dice, 2, () => ({ do: 'hub-stalls', ms: dice.between(50, 900) })) }),
  },
  {
    name: 'hub-restarted',
    describe: () => say('the hub is ended in order, and started again', '中枢正常结束后重新启动'),
    write: (dice) =>
      script(dice, { steps: several(dice, 1, () => ({ do: 'hub-restarted', ms: dice.between(0, 150) })) }),
  },
  {
    name: 'board-blocks',
    describe: () =>
      say(
        'handlers that block the board, some for longer than its hub is patient',
        '阻塞板子的处理函数，有的比中枢的耐心还长',
      ),
    write: (dice) =>
      script(dice, {
        boards: [
          { ...board(dice), orders: orders(dice, { kinds: ['block', 'mark', 'mark', 'slow'], slowMs: 800 }) },
        ],
      }),
  },
  {
    name: 'late-start',
    describe: () =>
      say(
        'the board starts while there is no access point, or no hub',
        '板子启动时还没有接入点，或者还没有中枢',
      ),
    write: (dice) => {
      const ms = dice.between(100, 600);
      const fault = dice.pick<Step['fault']>([
        { do: 'access-point-gone', ms },
        { do: 'other-password', ms },
        { do: 'hub-killed', ms },
      ]);
      return script(dice, { steps: [{ at: { board: 0, after: 'power', count: 1, ms: 0 }, fault }] });
    },
  },
  resets('board-hard-reset', 'hard', () =>
    say('the board loses power, or its reset button is pressed', '板子断电或被按下复位键'),
  ),
  resets('board-soft-reset', 'soft', () =>
    say(
      'the program is started again by a soft reset, which keeps the Wi-Fi',
      '软复位重新启动程序，Wi-Fi 保持',
    ),
  ),
  {
    name: 'disk-full',
    describe: () => say("the hub's disk is full for a while", '中枢的磁盘一度写满'),
    write: (dice) =>
      script(dice, {
        steps: several(dice, 2, () => ({
          do: 'disk-full',
          how: dice.chance(0.7) ? 'limit' : 'refused',
          ms: dice.between(50, 300),
        })),
      }),
  },
  {
    name: 'disk-slow',
    describe: () =>
      say(
        "the hub's disk is slow while connections break: what is on its way to the disk is not stored again",
        '连接断开时中枢的磁盘很慢：正在写入磁盘的内容不会再存一次',
      ),
    write: (dice) => {
      const cuts = Array.from(
        { length: dice.between(2, 5) },
        (): Cut => ({ direction: 'from-board', bytes: dice.between(900, 2_500) }),
      );
      const slow: Step = {
        at: { board: 0, after: 'online', count: 1, ms: 0 },
        fault: { do: 'disk-slow', byMs: dice.between(20, 250), ms: dice.between(500, 1_500) },
      };
      const full: Step = {
        at: moment(dice, { latest: 40 }),
        fault: { do: 'disk-full', how: 'refused', ms: dice.between(20, 200) },
      };
      return script(dice, {
        boards: [board(dice, {}, cuts)],
        steps: dice.chance(0.4) ? [slow, full] : [slow],
      });
    },
  },
  {
    name: 'disk-full-killed',
    describe: () =>
      say(
        'the hub is killed while its disk is full, and may find half of what it refused',
        '磁盘写满时中枢被杀死，之后可能发现一半它曾拒绝的数据',
      ),
    write: (dice) => {
      const at = moment(dice);
      const later = { ...at, ms: at.ms + dice.between(5, 120) };
      return script(dice, {
        steps: [
          { at, fault: { do: 'disk-full', how: 'limit', ms: 200 } },
          { at: later, fault: { do: 'hub-killed', ms: dice.between(0, 80) } },
        ],
      });
    },
  },
  overflow('oldest', () =>
    say(
      "the board's queue overflows in an outage and drops the oldest",
      '断网期间板子的队列溢出，丢弃最旧的',
    ),
  ),
  overflow('newest', () =>
    say(
      "the board's queue overflows in an outage and drops the newest",
      '断网期间板子的队列溢出，丢弃最新的',
    ),
  ),
  {
    name: 'hub-clock-jumps',
    describe: () =>
      say(
        "the hub's wall clock is set, while connected and while not",
        '中枢的时钟被调整，包括连接时和断开时',
      ),
    write: (dice) => {
      const jump = (): Step['fault'] => ({
        do: 'hub-clock',
        aheadMs: dice.pick([-86_400_000, -3_600_000, -5_000, 5_000, 3_600_000, 86_400_000]),
      });
      return script(dice, {
        clocksJump: true,
        steps: [
          ...several(dice, 2, jump),
          ...several(dice, 1, () => ({ do: 'access-point-gone', ms: dice.between(20, 100) })),
        ],
      });
    },
  },
  {
    name: 'board-clock-jumps',
    describe: () => say("the board's own clock (RTC) is set", '板子自己的时钟（RTC）被调整'),
    write: (dice) => {
      const jumps = Array.from({ length: dice.between(1, 3) }, (): [number, number] => [
        dice.between(1, 40),
        dice.pick([-7_200, -60, 60, 7_200, 800_000_000]),
      ]);
      return script(dice, { linkHolds: true, boards: [board(dice, { jumps, keepaliveMs: UNHURRIED_MS })] });
    },
  },
];
