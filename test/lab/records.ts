/** Records of runs in which all is well, for tests to break. */
import type { BoardRecord, BootRecord, MadeSample, RunRecord, Value } from '../../src/lab/record.ts';

export const FROM = 1_700_000_000_000;

/** A start whose `count` samples are all queued, acknowledged and, every third, with a text. */
export function boot(tag: number, count: number, over: Partial<BootRecord> = {}): BootRecord {
  const made = Array.from({ length: count }, (_, i) => {
    const n = tag * 1_000 + i + 1;
    return { n, seq: i + 1, values: { count: i, ...((i + 1) % 3 === 0 && { text: `№${n}` }) } };
  });
  const flash = { hasTime: true, spilled: 0, unspilled: 0, givenUp: [], gaveUp: 0 };
  return {
    boot: `boot-${tag}`,
    made,
    queued: count,
    acked: count,
    dropped: 0,
    ...flash,
    ended: 'alive',
    ...over,
  };
}

/** Two starts, the first of which lost what was not acknowledged; four commands, each with another outcome. */
export function boardRecord(over: Partial<BoardRecord> = {}): BoardRecord {
  const boots = [boot(1, 9, { acked: 6, ended: 'reset' }), boot(2, 6)];
  const kept = boots.flatMap(({ made, acked }) =>
    made.filter(({ seq }) => seq !== undefined && seq <= acked),
  );
  return {
    name: 'lamp',
    boots,
    offline: ['the Wi-Fi is gone'],
    handlers: [
      { k: 1, boot: 0, beganMs: 100, end: { how: 'returned', result: { k: 1 } } },
      { k: 2, boot: 0, beganMs: 100, end: { how: 'raised', message: 'ValueError: no' } },
      { k: 4, boot: 1, beganMs: 100, end: { how: 'none' } },
      { k: 5, boot: 1, beganMs: 100, end: { how: 'cancelled' } },
    ],
    commands: [
      { k: 1, name: 'mark', outcome: { outcome: 'done', result: { k: 1 } } },
      {
        k: 2,
        name: 'fail',
        outcome: { outcome: 'failed', error: { code: -32000, message: 'ValueError: no' } },
      },
      { k: 3, name: 'mark', outcome: { outcome: 'expired', why: 'TOO_LATE', message: '' } },
      { k: 4, name: 'slow', outcome: { outcome: 'unknown', why: 'NOT_BACK', message: '' } },
      { k: 5, name: 'slow', outcome: { outcome: 'failed', error: { code: -32002, message: 'stopped' } } },
      { k: 6, name: 'nosuch', outcome: { outcome: 'failed', error: { code: -32601, message: 'unknown' } } },
      { k: 7, name: 'mark', outcome: { outcome: 'hub-died' } },
    ],
    badCalls: [],
    stored: kept.map(({ n }, i) => ({ n, at: FROM + i })),
    storedValues: valuesOf(kept),
    arrived: kept.map(({ n }) => n),
    logs: ['one', 'two'],
    saidLogs: ['one', 'two', 'three'],
    hub: { duplicates: 3, reconnects: 1, restarts: 1, reportedDrops: 0 },
    queue: { most: 9, limit: 20 },
    heap: { first: 50_000, last: 52_000 },
    ...over,
  };
}

export function runRecord(board: BoardRecord = boardRecord(), over: Partial<RunRecord> = {}): RunRecord {
  return {
    boards: [board],
    notRecovered: [],
    broke: [],
    linkHolds: false,
    lagMs: 10,
    clocksJump: false,
    from: FROM,
    to: FROM + 1_000,
    ...over,
  };
}

/** The values of samples by metric, as a store has them. */
export function valuesOf(samples: readonly MadeSample[]): { [metric: string]: Value[] } {
  return {
    count: samples.map(({ values }) => values.count ?? -1),
    text: samples.flatMap(({ values }) => values.text ?? []),
  };
}
