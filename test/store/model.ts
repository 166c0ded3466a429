import fc from 'fast-check';
import { type Bucket, BucketRow } from '../../src/store/buckets.ts';
import {
  type Ack,
  type Batch,
  BOOTS_PER_BOARD,
  type Point,
  type StoredSample,
} from '../../src/store/store.ts';
import type { Value } from '../../src/wire/index.ts';

/** What came for one series, in the order in which it came. */
interface Kept {
  metric: string;
  unit?: string;
  points: Point[];
}

interface KeptBoard {
  /** -Infinity until there is a time. */
  lastAt: number;
  series: Map<string, Kept>;
  texts: { at: number; text: string }[];
  acks: Ack[];
}

const byTime = <T extends { at: number }>(things: readonly T[]): T[] =>
  things.toSorted((a, b) => a.at - b.at);
const wellFormed = (value: Value): Value => (typeof value === 'string' ? value.toWellFormed() : value);

/** What a store should answer, from arrays that are sorted whenever somebody asks. */
export class Model {
  readonly boards = new Map<string, KeptBoard>();

  append({ samples = [], texts = [], acks = [] }: Batch): void {
    for (const { board, at, values, units } of samples) {
      const kept = this.#board(board, at);
      for (const [name, value] of values) {
        const metric = name.toWellFormed();
        let series = kept.series.get(metric);
        if (!series) {
          series = { metric, points: [] };
          kept.series.set(metric, series);
        }
        const unit = units?.get(name);
        if (unit !== undefined) series.unit = unit;
        series.points.push({ at, value: wellFormed(value) });
      }
    }
    for (const { board, at, text } of texts)
      this.#board(board, at).texts.push({ at, text: text.toWellFormed() });
    for (const { board, boot: id, seq } of acks) {
      const kept = this.#board(board);
      const boot = id.toWellFormed();
      const known = kept.acks.find((ack) => ack.boot === boot);
      const others = kept.acks.filter((ack) => ack !== known);
      const raised = { board: board.toWellFormed(), boot, seq: Math.max(seq, known?.seq ?? 0) };
      kept.acks = [raised, ...others].slice(0, BOOTS_PER_BOARD);
    }
  }

  #board(name: string, at = Number.NEGATIVE_INFINITY): KeptBoard {
    const board = name.toWellFormed();
    const kept = this.boards.get(board) ?? { lastAt: at, series: new Map(), texts: [], acks: [] };
    this.boards.set(board, kept);
    kept.lastAt = Math.max(kept.lastAt, at);
    return kept;
  }

  points(board: string, metric: string): Point[] {
    return byTime(this.boards.get(board)?.series.get(metric)?.points ?? []);
  }

  range(board: string, metric: string, from: number, to: number): Point[] {
    return this.points(board, metric).filter(({ at }) => at >= from && at < to);
  }

  buckets(board: string, metric: string, from: number, to: number, count: number): Bucket[] {
    const row = new BucketRow(from, to, count);
    for (const { at, value } of this.range(board, metric, from, to))
      row.add(at, typeof value === 'string' ? undefined : Number(value));
    return row.buckets;
  }

  series(board: string) {
    return [...(this.boards.get(board)?.series.values() ?? [])].map(({ metric, unit, points }) => {
      const times = points.map(({ at }) => at);
      const from = Math.min(...times);
      return { metric, ...(unit && { unit }), points: points.length, from, to: Math.max(...times) };
    });
  }

  latest(board: string) {
    return [...(this.boards.get(board)?.series.values() ?? [])].map(({ metric, unit, points }) => ({
      metric,
      ...(byTime(points).at(-1) as Point),
      ...(unit && { unit }),
    }));
  }

  texts(board: string) {
    return byTime(this.boards.get(board)?.texts ?? []).map((text) => ({ board, ...text }));
  }
}

export const BOARDS = ['a', '板子', '__proto__', 'half \ud800'];
export const METRICS = ['x', 'y', 'constructor'];
const NOW = 1_700_000_000_000;

const someOf = <T>(...values: T[]) => fc.constantFrom(...values);
/** Mostly about now, in any order and often the same; sometimes far away, as of a board whose clock is not set. */
const time = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: NOW, max: NOW + 50 }) },
  { weight: 4, arbitrary: fc.integer({ min: NOW - 1e9, max: NOW + 1e9 }) },
  { weight: 1, arbitrary: someOf(0, 1, -1, 946_684_800_000, 8.64e15, -8.64e15) },
);
const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map((hundredths) => hundredths / 100),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  someOf(0, -0, 5e-324, -5e-324, 2 ** 53, Number.MAX_VALUE, -Number.MAX_VALUE),
);
const string = someOf(
  '',
  'open',
  '打开了',
  '\ud800',
  'half \udc00 of it',
  '\u0000',
  '\ufeffmark',
  '长'.repeat(5_000),
);
const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: string },
);
const board = someOf(...BOARDS);
const metric = someOf(...METRICS);

const sample: fc.Arbitrary<StoredSample> = fc.record(
  {
    board,
    at: time,
    values: fc
      .uniqueArray(fc.tuple(metric, value), { minLength: 1, selector: ([name]) => name })
      .map((entries) => new Map(entries)),
    units: metric.map((name) => new Map([[name, 'Cel']])),
  },
  { requiredKeys: ['board', 'at', 'values'] },
);

/** Many samples of one series, so that chunks become full; late ones among them. */
const run = fc
  .record({
    board,
    metric,
    from: time,
    step: someOf(0, 1, 1000, -1),
    count: fc.integer({ min: 200, max: 2500 }),
    values: fc.array(fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: value }), {
      minLength: 1,
      maxLength: 9,
    }),
    late: fc.array(time, { maxLength: 2 }),
  })
  .map(({ board, metric, from, step, count, values, late }) => {
    const at = (i: number) => late[i === count >> 1 ? 0 : i === count >> 2 ? 1 : 9] ?? from + step * i;
    return Array.from({ length: count }, (_, i) => ({
      board,
      at: Math.min(8.64e15, Math.max(-8.64e15, at(i))),
      values: new Map([[metric, values[i % values.length] as Value]]),
    }));
  });

const batch: fc.Arbitrary<Batch> = fc.record(
  {
    samples: fc.oneof(fc.array(sample, { maxLength: 20 }), run),
    texts: fc.array(fc.record({ board, at: time, text: string }), { maxLength: 3 }),
    acks: fc.array(fc.record({ board, boot: someOf('b1', 'b2', '\ud800'), seq: fc.nat() }), { maxLength: 3 }),
  },
  { requiredKeys: ['samples'] },
);

export interface Question {
  board: string;
  metric: string;
  from: number;
  to: number;
  limit: number;
  skip: number;
}
const edge = fc.oneof(time, someOf(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY));
export const question: fc.Arbitrary<Question> = fc.record({
  board,
  metric,
  from: edge,
  to: edge,
  limit: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 9_999 })),
  skip: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000 })),
});

/** What a store goes through. */
export type Step = { append: Batch } | { ask: Question } | 'checkpoint' | 'reopen';
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ append: batch }) },
    { weight: 4, arbitrary: fc.record({ ask: question }) },
    { weight: 2, arbitrary: fc.constant('checkpoint' as const) },
    { weight: 1, arbitrary: fc.constant('reopen' as const) },
  ),
  { maxLength: 25 },
);
