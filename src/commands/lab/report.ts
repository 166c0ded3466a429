import type { LabResult } from '../../lab/lab.ts';
import { EXCHANGE, positions } from '../../lab/scenarios/cuts.ts';
import { type Row, rowsOf, totalOf } from '../../lab/table.ts';
import { say } from '../../language.ts';
import { countOf, wholeNumber } from '../history/words.ts';
import { lasting, table } from '../table.ts';
import { styled } from '../terminal.ts';

/** Each fault, how often, and what was lost, doubled or told wrongly. */
export function guaranteeTable(result: LabResult, seed: number): string[] {
  const rows = rowsOf(result.runs);
  const total = totalOf(rows, say('all', '合计'));
  const header = [
    say('FAULT', '故障'),
    say('RUNS', '运行'),
    say('FAULTS', '故障次数'),
    say('SAMPLES', '采样'),
    say('COMMANDS', '命令'),
    say('LOST', '丢失'),
    say('DUPLICATED', '重复'),
    say('WRONG OUTCOME', '结果错误'),
    say('CONTROL', '控制'),
    say('TRUST', '信任'),
    say('OTHER', '其他'),
    say('LATEST STOP', '最晚停止'),
  ];
  return [...table(header, [...rows, total].map(cells)), '', ...endLines(result, total, seed)];
}

function cells(row: Row): string[] {
  const bad = (count: number) => (count > 0 ? styled('red', wholeNumber(count)) : '0');
  const { scenario, runs, faults, samples, commands, lost, duplicated, wrongOutcome } = row;
  const { control, trust, other, lateStopMs } = row;
  return [
    scenario,
    ...[runs, faults, samples, commands].map(wholeNumber),
    ...[lost, duplicated, wrongOutcome, control, trust, other].map(bad),
    lateStopMs === undefined ? '–' : `${lateStopMs} ms`,
  ];
}

function endLines(result: LabResult, total: Row, seed: number): string[] {
  const broken = result.runs.filter(({ breaches }) => breaches.length > 0).length;
  const time = lasting(result.ms);
  const runs = countOf(total.runs, 'run');
  return [
    broken === 0
      ? say(
          `${runs}, no promise broken. Seed ${seed}, ${time}.`,
          `${wholeNumber(total.runs)} 次运行，没有承诺被打破。种子 ${seed}，用时 ${time}。`,
        )
      : say(
          `${runs}; ${wholeNumber(broken)} broke a promise. Seed ${seed}, ${time}.`,
          `${wholeNumber(total.runs)} 次运行，${wholeNumber(broken)} 次打破了承诺。种子 ${seed}，用时 ${time}。`,
        ),
    ...coverageLines(result),
    ...result.hubs,
    ...result.notes,
  ];
}

/** How much of an exchange the sweeps have come through. */
function coverageLines({ runs }: LabResult): string[] {
  return (['from-board', 'to-board'] as const).flatMap((direction) => {
    const cut = runs.filter(({ scenario }) => scenario === `cut-${direction}`);
    if (cut.length === 0) return [];
    const seen = new Set(cut.flatMap(({ seed }) => positions(direction, seed))).size;
    const all = EXCHANGE[direction];
    return direction === 'from-board'
      ? say(
          `Cut after ${seen} of the ${all} first bytes that a board sends.`,
          `在板子发送的前 ${all} 个字节中，已在 ${seen} 个位置切断。`,
        )
      : say(
          `Cut after ${seen} of the ${all} first bytes that a hub sends.`,
          `在中枢发送的前 ${all} 个字节中，已在 ${seen} 个位置切断。`,
        );
  });
}

/** The same for programs. */
export function jsonOf(result: LabResult, seed: number): object {
  const rows = rowsOf(result.runs);
  return {
    seed,
    ms: Math.round(result.ms),
    ...totalOf(rows, 'all'),
    broken: result.isBroken,
    scenarios: rows,
    failed: result.runs
      .filter(({ breaches }) => breaches.length > 0)
      .map(({ scenario, seed: own, breaches, story }) => ({ scenario, seed: own, breaches, story })),
    hubs: result.hubs,
    notes: result.notes,
  };
}
