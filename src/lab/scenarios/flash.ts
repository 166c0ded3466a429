/** The sample queue goes on in flash, and the power goes. */
import { say } from '../../language.ts';
import type { Dice } from '../dice.ts';
import type { BoardScript, ProgramSettings, Step } from '../script.ts';
import type { Scenario } from './scenario.ts';
import { board, moment, script } from './workload.ts';

/** Bytes of a file of samples, and some: beyond its end the power goes when it is closed. */
export const FILE_BYTES = 4_200;
/** Power cuts in a run, one after the other. */
export const TEARS = 3;

/** Where the power goes in one run: consecutive seeds follow one another, so that they come past every byte. */
export function tearsAt(seed: number): number[] {
  const turn = ((seed % FILE_BYTES) + FILE_BYTES) % FILE_BYTES;
  return Array.from({ length: TEARS }, (_, i) => (turn * TEARS + i) % FILE_BYTES);
}

/** So many samples that a block of flash is full after a tenth of a second. */
function busy(dice: Dice, program: Partial<ProgramSettings> = {}): BoardScript {
  return board(dice, {
    everyMs: dice.between(6, 9),
    queue: dice.between(30, 100),
    spill: 65_536,
    ...program,
  });
}

/** Nobody is there to take samples, from early on. */
const away = (dice: Dice, from: number, to: number): Step => ({
  at: moment(dice),
  fault: dice.chance(0.5)
    ? { do: 'access-point-gone', ms: dice.between(from, to) }
    : { do: 'hub-killed', ms: dice.between(from, to) },
});

export const flashScenarios: Scenario[] = [
  {
    name: 'spill-outage',
    describe: () =>
      say('an outage longer than RAM lasts: samples wait in flash', '断网时间超出内存容量：采样在闪存中等待'),
    write: (dice) => script(dice, { boards: [busy(dice)], steps: [away(dice, 300, 700)], workMs: 1_000 }),
  },
  {
    name: 'spill-resets',
    describe: () =>
      say(
        'the board is reset once or more while samples wait in flash: they are sent under the boot id that numbered them',
        '采样在闪存中等待时板子被复位一次或多次：它们以编号时的启动标识发送',
      ),
    write: (dice) => {
      const resets = Array.from({ length: dice.between(1, 3) }, (_, i): Step => {
        const at = {
          board: 0,
          after: 'spilled' as const,
          count: dice.between(1, 3) + 2 * i,
          ms: dice.between(0, 40),
        };
        return { at, fault: { do: 'board-reset', kind: dice.pick(['hard', 'hard', 'soft']) } };
      });
      return script(dice, { boards: [busy(dice)], steps: [away(dice, 500, 900), ...resets], workMs: 1_200 });
    },
  },
  {
    name: 'spill-torn',
    describe: () =>
      say(
        'the power goes while samples are written to flash, three times, each after a byte of the file; the seeds go through every byte',
        '采样写入闪存时断电三次，每次在文件的某个字节之后；各个种子依次经过每一个字节',
      ),
    write: (dice, seed) => {
      // Each start has its power cut once; what is written to flash in it are samples, and where the hub is.
      const cuts = tearsAt(seed).map(
        (afterBytes, i): Step => ({
          at: { board: 0, after: 'begin', count: i + 1, ms: 0 },
          fault: { do: 'power-cut', afterBytes, torn: dice.chance(0.5) },
        }),
      );
      const gone: Step = {
        at: { board: 0, after: 'made', count: dice.between(1, 10), ms: 0 },
        fault: { do: 'access-point-gone', ms: 900 },
      };
      return script(dice, { boards: [busy(dice)], steps: [gone, ...cuts], workMs: 1_200 });
    },
  },
  {
    name: 'spill-full',
    describe: () =>
      say(
        'flash is full as well: what is given up for want of room is counted',
        '闪存也满了：因空间不足而放弃的采样会被计数',
      ),
    write: (dice) => {
      const spill = dice.between(8_192, 16_000);
      const resets: Step[] = dice.chance(0.5)
        ? [
            {
              at: { board: 0, after: 'spilled', count: dice.between(3, 6), ms: 0 },
              fault: { do: 'board-reset', kind: 'hard' },
            },
          ]
        : [];
      const program = { spill, drop: dice.pick(['oldest', 'newest'] as const), queue: dice.between(20, 50) };
      return script(dice, {
        boards: [busy(dice, program)],
        steps: [away(dice, 500, 900), ...resets],
        workMs: 1_200,
      });
    },
  },
];
