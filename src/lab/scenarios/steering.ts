/** Control streams under everything that breaks: a lease is kept by the board alone. */
import { say } from '../../language.ts';
import type { Cut } from '../../virtual/index.ts';
import type { Dice } from '../dice.ts';
import type {
  BoardScript,
  Fault,
  Holder,
  Order,
  ProgramSettings,
  Script,
  SteerStep,
  Step,
} from '../script.ts';
import type { Scenario } from './scenario.ts';
import { always, board, moment, orders, script, UNHURRIED_MS } from './workload.ts';

/** Milliseconds of a handler that blocks for as long as any program dares. */
const LONG_MS = 5_000;

/** Setpoints as a person's hand makes them: mostly dense, with pauses in which the lease lapses, and the control given back now and then. */
export function holder(dice: Dice, name: string, options: Partial<Holder> & { count?: number } = {}): Holder {
  const steps = Array.from({ length: options.count ?? 45 }, (): SteerStep => {
    const afterMs = dice.chance(0.08) ? dice.between(150, 500) : dice.between(2, 35);
    const does = dice.chance(0.2) ? 'renew' : dice.chance(0.05) ? 'release' : 'set';
    return { afterMs, does, takesMs: does === 'set' && dice.chance(0.05) ? dice.between(10, 300) : 0 };
  });
  return { name, takeover: false, holdMs: dice.between(40, 300), steps, ...options };
}

/** A board that is steered, with the usual samples and commands beside it. */
export function steered(
  dice: Dice,
  program: Partial<ProgramSettings> = {},
  cuts: readonly Cut[] = [],
): BoardScript {
  const leaseMs = dice.chance(0.2) ? 50 : dice.between(80, 250);
  return {
    ...board(dice, { leaseMs, everyMs: 25, ...program }, cuts),
    orders: orders(dice, { count: 8 }),
    holders: [holder(dice, 'app')],
  };
}

/** One or two of a fault, once the board acts. */
function struck(dice: Dice, make: () => Fault): Step[] {
  return Array.from({ length: dice.between(1, 2) }, (_, i) => ({
    at: { board: 0, after: 'act', count: dice.between(1, 12) + 12 * i, ms: dice.between(0, 30) },
    fault: make(),
  }));
}

function under(name: string, describe: () => string, write: (dice: Dice) => Partial<Script>): Scenario {
  return {
    name: `steer-${name}`,
    describe,
    write: (dice) => script(dice, { boards: [steered(dice)], workMs: 800, ...write(dice) }),
  };
}

export const steeringScenarios: Scenario[] = [
  under(
    'calm',
    () => say('a board is steered, and nothing breaks', '控制板子，没有任何故障'),
    () => ({}),
  ),
  under(
    'weather',
    () =>
      say(
        'datagrams and segments are lost, doubled, late by up to 2 s, and overtake each other',
        '数据报和报文段丢失、重复、延迟最多 2 秒、互相超越',
      ),
    (dice) => {
      const shares = {
        loss: dice.between(0, 30) / 100,
        duplicate: dice.between(0, 40) / 100,
        reorder: dice.between(0, 40) / 100,
        jitterMs: dice.between(0, 150),
      };
      // What is seconds late keeps every hello from being answered, so it passes.
      const storm: Fault = {
        do: 'weather',
        weather: { ...shares, delayMs: dice.between(100, 2_000) },
        ms: dice.between(200, 700),
      };
      const steps = dice.chance(0.4)
        ? struck(dice, () => storm)
        : [
            always({
              ...shares,
              loss: shares.loss / 2,
              jitterMs: shares.jitterMs / 3,
              delayMs: dice.between(0, 60),
            }),
          ];
      return { boards: [{ ...steered(dice, { keepaliveMs: dice.chance(0.5) ? UNHURRIED_MS : 0 }) }], steps };
    },
  ),
  under(
    'hub-killed',
    () => say('the hub is killed while it steers', '中枢在控制过程中被杀死'),
    (dice) => ({ steps: struck(dice, () => ({ do: 'hub-killed', ms: dice.between(0, 150) })) }),
  ),
  under(
    'hub-frozen',
    () =>
      say(
        'the hub gets no processor (SIGSTOP) while it steers, and then finds all that it had to do',
        '中枢在控制过程中得不到处理器（SIGSTOP），之后才处理积压的一切',
      ),
    (dice) => ({ steps: struck(dice, () => ({ do: 'hub-frozen', ms: dice.between(50, 900) })) }),
  ),
  under(
    'air-gone',
    () => say('the access point goes while the board is steered', '控制过程中接入点消失'),
    (dice) => ({ steps: struck(dice, () => ({ do: 'access-point-gone', ms: dice.between(20, 500) })) }),
  ),
  under(
    'blocked',
    () =>
      say(
        'commands and handlers of setpoints block the board, some for 5 s: its stop runs on time all the same',
        '命令和设定值的处理函数阻塞板子，有的长达 5 秒：停止动作仍按时执行',
      ),
    (dice) => {
      const steps: SteerStep[] = Array.from({ length: 40 }, () => ({
        afterMs: dice.between(5, 40),
        does: 'set',
        takesMs: dice.chance(0.15) ? dice.between(50, 800) : 0,
      }));
      const isLong = dice.chance(0.3);
      const block = (takesMs: number, gapMs: number): Order => {
        return { name: 'block', takesMs, gapMs, deadlineMs: 4_000, giveUpMs: 0 };
      };
      const blocks = isLong
        ? [block(LONG_MS, dice.between(100, 400))]
        : Array.from({ length: 3 }, () => block(dice.between(100, 900), dice.between(50, 300)));
      const handler: SteerStep = { afterMs: 10, does: 'set', takesMs: dice.chance(0.5) ? LONG_MS : 1_000 };
      const all = isLong || dice.chance(0.7) ? steps : [...steps, handler];
      return {
        boards: [
          {
            ...steered(dice),
            orders: [...orders(dice, { count: 4 }), ...blocks],
            holders: [{ ...holder(dice, 'app'), steps: all }],
          },
        ],
      };
    },
  ),
  under(
    'cuts',
    () =>
      say(
        'sessions are cut, or fall silent, while datagrams go on',
        '会话被切断或陷入静默，而数据报仍然通行',
      ),
    (dice) => {
      const cuts = Array.from(
        { length: dice.between(1, 4) },
        (): Cut => ({
          direction: dice.pick(['from-board', 'to-board']),
          bytes: dice.between(900, 4_000),
          how: dice.chance(0.5) ? 'silence' : 'reset',
        }),
      );
      return { boards: [steered(dice, {}, cuts)] };
    },
  ),
  under(
    'takeover',
    () =>
      say(
        'a second holder wants the control, an operator takes it over, and it is given back',
        '第二个持有者要求控制，操作员接管，之后归还',
      ),
    (dice) => ({
      boards: [
        {
          ...steered(dice),
          holders: [
            holder(dice, 'app'),
            holder(dice, 'other', { count: 25 }),
            holder(dice, 'operator', { takeover: true, count: 25 }),
          ],
        },
      ],
      steps: dice.chance(0.5)
        ? [always({ loss: 0.1, duplicate: 0.2, reorder: 0.3, jitterMs: dice.between(0, 60) })]
        : [],
    }),
  ),
  under(
    'resets',
    () => say('the board is reset while it is steered', '板子在被控制时复位'),
    (dice) => ({
      steps: [
        ...struck(dice, () => ({ do: 'board-reset', kind: dice.pick(['hard', 'soft']) })),
        ...(dice.chance(0.3)
          ? [{ at: moment(dice), fault: { do: 'access-point-gone', ms: 100 } as const }]
          : []),
      ],
    }),
  ),
];
