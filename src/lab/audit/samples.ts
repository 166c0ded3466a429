/** Promise 1: a sample that was acknowledged is on disk, once, in order; what is lost was counted. */
import { say } from '../../language.ts';
import type { BoardRecord, BootRecord, MadeSample, StoredNumber, Value } from '../record.ts';
import { type Breach, some } from './breach.ts';

/** Milliseconds by which a sample's time may lie outside of the run: the clocks of two processes are read at different moments. */
const TIME_SLACK_MS = 2_000;

export interface RunTimes {
  clocksJump: boolean;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
}

/** What is wrong with a board's samples; nothing, where all is as promised. */
export function auditSamples(board: BoardRecord, times: RunTimes): Breach[] {
  const counts = countEach(board.stored.map(({ n }) => n));
  return [
    ...lost(board, counts),
    ...doubled(board, counts),
    ...invented(board, counts),
    ...disorder(board, board.arrived, ARRIVED()),
    ...(times.clocksJump ? [] : disorder(withTime(board), inTime(board.stored), IN_TIME())),
    ...(times.clocksJump ? [] : outOfTime(board, times)),
    ...(isEachOnce(counts) ? changed(board, counts) : []),
    ...reportedDrops(board),
  ];
}

const countEach = <T>(values: readonly T[]): Map<T, number> => {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

/** Where a sample is doubled its values are, too, and it is told of once. */
const isEachOnce = (counts: Map<number, number>): boolean =>
  [...counts.values()].every((count) => count === 1);

/** A start's samples that were taken into its queue. */
const queued = ({ made }: BootRecord): MadeSample[] => made.filter(({ seq }) => seq !== undefined);

function* lost(board: BoardRecord, counts: Map<number, number>): Generator<Breach> {
  for (const boot of board.boots) {
    // Of a start that ended, what was neither acknowledged nor whole on flash died with it; of the last one nothing did.
    const kept = Math.max(boot.acked, boot.spilled);
    const owed = queued(boot).filter(({ seq = 0 }) => boot.ended === 'alive' || seq <= kept);
    const missing = owed.filter(({ n, seq }) => !counts.has(n) && !isGivenUp(boot, seq)).map(({ n }) => n);
    const refused = boot.made.length - queued(boot).length;
    const more = missing.length - Math.max(0, boot.dropped - boot.gaveUp - refused);
    if (more > 0) {
      yield {
        kind: 'lost',
        count: more,
        sentence: say(
          `${board.name} lost ${more} samples that were acknowledged, or that it did not count as dropped (acknowledged up to ${boot.acked}, ${boot.dropped} dropped; not stored: ${some(missing)}).`,
          `${board.name} 丢失了 ${more} 个已确认或未计入丢弃的采样（已确认到 ${boot.acked}，丢弃 ${boot.dropped} 个；未存储：${some(missing)}）。`,
        ),
      };
    }
    if (refused + boot.gaveUp > boot.dropped) {
      yield {
        kind: 'lost',
        count: refused + boot.gaveUp - boot.dropped,
        sentence: say(
          `${board.name} did not take ${refused} samples into its queue, gave up ${boot.gaveUp} on flash, and counted ${boot.dropped} of them.`,
          `${board.name} 有 ${refused} 个采样未进入队列，放弃了闪存中的 ${boot.gaveUp} 个，但只计了 ${boot.dropped} 个。`,
        ),
      };
    }
  }
}

const isGivenUp = ({ givenUp }: BootRecord, seq = 0): boolean =>
  givenUp.some(([first, last]) => first <= seq && seq <= last);

function doubled(board: BoardRecord, counts: Map<number, number>): Breach[] {
  const twice = [...counts].filter(([, count]) => count > 1).map(([n]) => n);
  if (twice.length === 0) return [];
  return [
    {
      kind: 'doubled',
      count: twice.length,
      sentence: say(
        `${board.name}: samples stored more than once: ${some(twice)}.`,
        `${board.name}：重复存储的采样：${some(twice)}。`,
      ),
    },
  ];
}

function invented(board: BoardRecord, counts: Map<number, number>): Breach[] {
  const taken = new Set(board.boots.flatMap((boot) => queued(boot).map(({ n }) => n)));
  const strange = [...counts.keys()].filter((n) => !taken.has(n));
  if (strange.length === 0) return [];
  return [
    {
      kind: 'garbled',
      count: strange.length,
      sentence: say(
        `${board.name}: stored, and never made or never queued by the board: ${some(strange)}.`,
        `${board.name}：存储了板子从未产生或从未排队的采样：${some(strange)}。`,
      ),
    },
  ];
}

/** Of a start that never had a session samples have been on flash, and another start has estimated their times, perhaps twice. */
const withTime = (board: BoardRecord): BoardRecord => ({
  ...board,
  boots: board.boots.filter(({ hasTime }) => hasTime),
});

const ARRIVED = () => say('in the order of storing', '按存储顺序');
const IN_TIME = () => say('in the order of times', '按时间顺序');
const inTime = (stored: readonly StoredNumber[]): number[] => stored.map(({ n }) => n);

/** Each start's samples, in the order in which they were made. */
function disorder({ name, boots }: BoardRecord, numbers: readonly number[], order: string): Breach[] {
  const place = new Map<number, { boot: BootRecord; index: number }>();
  for (const boot of boots) for (const [index, { n }] of boot.made.entries()) place.set(n, { boot, index });
  const last = new Map<BootRecord, number>();
  const behind: number[] = [];
  for (const n of numbers) {
    const at = place.get(n);
    if (!at) continue; // that one is told of elsewhere
    // The same number again is a double, and told of as such.
    if (at.index < (last.get(at.boot) ?? -1)) behind.push(n);
    else last.set(at.boot, at.index);
  }
  if (behind.length === 0) return [];
  return [
    {
      kind: 'disorder',
      count: behind.length,
      sentence: say(
        `${name}: behind later samples, ${order}: ${some(behind)}.`,
        `${name}：${order}，排在较晚采样之后的采样：${some(behind)}。`,
      ),
    },
  ];
}

function outOfTime({ name, stored }: BoardRecord, { from, to }: RunTimes): Breach[] {
  const strange = stored.filter(({ at }) => at < from - TIME_SLACK_MS || at > to + TIME_SLACK_MS);
  if (strange.length === 0) return [];
  return [
    {
      kind: 'disorder',
      count: strange.length,
      sentence: say(
        `${name}: samples with a time at which the run was not: ${some(strange.map(({ n, at }) => `${n} (${new Date(at).toISOString()})`))}.`,
        `${name}：时间不在运行期间的采样：${some(strange.map(({ n, at }) => `${n}（${new Date(at).toISOString()}）`))}。`,
      ),
    },
  ];
}

/** What is in a sample is stored as it was made, once, wherever the sample is. */
function changed(board: BoardRecord, counts: Map<number, number>): Breach[] {
  const owed = new Map<string, Value[]>();
  for (const { made } of board.boots) {
    for (const { n, values } of made) {
      if (!counts.has(n)) continue;
      for (const [metric, value] of Object.entries(values)) {
        const list = owed.get(metric) ?? [];
        owed.set(metric, list);
        list.push(value);
      }
    }
  }
  const wrong: string[] = [];
  for (const metric of new Set([...owed.keys(), ...Object.keys(board.storedValues)])) {
    const left = countEach(owed.get(metric) ?? []);
    for (const value of board.storedValues[metric] ?? []) {
      const count = left.get(value) ?? 0;
      if (count === 0) wrong.push(`${metric} ${JSON.stringify(value)}`);
      else left.set(value, count - 1);
    }
    for (const [value, count] of left) if (count > 0) wrong.push(`${metric} ${JSON.stringify(value)}`);
  }
  if (wrong.length === 0) return [];
  return [
    {
      kind: 'garbled',
      count: wrong.length,
      sentence: say(
        `${board.name}: values that are not stored once and as they were made: ${some(wrong)}.`,
        `${board.name}：没有原样存储一次的值：${some(wrong)}。`,
      ),
    },
  ];
}

/** What the last start dropped is known to the hub, and nothing that nobody dropped. */
function reportedDrops({ name, boots, hub }: BoardRecord): Breach[] {
  if (!hub) return [];
  const least = boots.filter(({ ended }) => ended === 'alive').reduce((sum, { dropped }) => sum + dropped, 0);
  const most = boots.reduce((sum, { dropped }) => sum + dropped, 0);
  if (hub.reportedDrops >= least && hub.reportedDrops <= most) return [];
  return [
    {
      kind: 'lost',
      count: Math.max(1, least - hub.reportedDrops),
      sentence: say(
        `${name} dropped ${least} samples since its last start, ${most} in all; the hub was told of ${hub.reportedDrops}.`,
        `${name} 自上次启动以来丢弃了 ${least} 个采样，总共 ${most} 个；中枢得知的是 ${hub.reportedDrops} 个。`,
      ),
    },
  ];
}
