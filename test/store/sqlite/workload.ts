/**
 * Batches with known numbers: what batch n holds follows from n alone, so that whoever opens a store can tell from the
 * store itself up to which batch it holds everything, and whether anything is lost, doubled or wrong.
 */
import { PackedSamples } from '../../../src/store/packed.ts';
import { isUnfinished } from '../../../src/store/sqlite/log.ts';
import { type Ack, BOOTS_PER_BOARD, type Point, type StoredText } from '../../../src/store/store.ts';
import type { Value } from '../../../src/wire/index.ts';

export const BOARDS = ['north', '南', 'a "quoted"\nname'] as const;
export const METRICS = ['n', 'isEven', 'name'] as const;
export type Metric = (typeof METRICS)[number];

const START = 1_760_000_000_000;
/** One sample of so many is so late. */
const LATE_EVERY = 11;
const LATE_MS = 5_000;
const BATCHES_PER_BOOT = 7;

/** What is asked of a store or an engine to be audited. */
export interface Answers {
  points(board: string, metric: string): Promise<Point[]> | Point[];
  texts(board: string): Promise<StoredText[]> | StoredText[];
  acks(board: string): Promise<Ack[]> | Ack[];
  check(): Promise<{ points: number; texts: number; damage: string[] }>;
}

export interface Batch {
  samples: PackedSamples;
  texts: StoredText[];
  acks: Ack[];
}

/** A row of batches, numbered from 1; each has the same number of samples. */
export class Workload {
  readonly perBatch: number;
  readonly #lateMs: number;

  constructor(perBatch: number, { areSomeLate = true } = {}) {
    this.perBatch = perBatch;
    this.#lateMs = areSomeLate ? LATE_MS : 0;
  }

  batch(n: number): Batch {
    const samples = [];
    for (let i = this.perBatch * (n - 1); i < this.perBatch * n; i++) {
      const values = new Map(METRICS.map((metric) => [metric as string, knownValue(metric, i)]));
      samples.push({ board: boardOf(i), at: this.#timeOf(i), values });
    }
    const texts = n % 2 === 0 ? [{ board: boardOf(n), at: START + n, text: textOf(n) }] : [];
    return {
      samples: PackedSamples.of(samples),
      texts,
      acks: [{ board: boardOf(n), boot: bootOf(n), seq: n }],
    };
  }

  /** Every point of a series up to a batch, as a store gives them. */
  points(board: string, metric: Metric, batches: number): Point[] {
    const points: Point[] = [];
    for (let i = 0; i < this.perBatch * batches; i++) {
      if (boardOf(i) === board) points.push({ at: this.#timeOf(i), value: knownValue(metric, i) });
    }
    return points.sort((a, b) => a.at - b.at);
  }

  texts(board: string, batches: number): StoredText[] {
    const texts: StoredText[] = [];
    for (let n = 2; n <= batches; n += 2) {
      if (boardOf(n) === board) texts.push({ board, at: START + n, text: textOf(n) });
    }
    return texts;
  }

  acks(board: string, batches: number): Ack[] {
    const acks = new Map<string, Ack>();
    for (let n = 1; n <= batches; n++) {
      if (boardOf(n) === board) acks.set(bootOf(n), { board, boot: bootOf(n), seq: n });
    }
    return [...acks.values()].reverse().slice(0, BOOTS_PER_BOARD);
  }

  /**
   * Holds a store against what batches 1 to K make, for the K that its acks name.
   * @param least the last batch that was reported as committed
   * @param most the last batch that was begun
   * @returns K
   * @throws Error with a sentence for the first thing that is lost, doubled or wrong
   */
  async audit(store: Answers, least: number, most: number): Promise<number> {
    const held = await this.#held(store, least, most);
    let points = 0;
    let texts = 0;
    for (const board of BOARDS) {
      for (const metric of METRICS) {
        const expected = this.points(board, metric, held);
        same(`${board} ${metric}`, await store.points(board, metric), expected);
        points += expected.length;
      }
      const expected = this.texts(board, held);
      same(`texts of ${board}`, await store.texts(board), expected);
      texts += expected.length;
      same(`acks of ${board}`, await store.acks(board), this.acks(board, held));
    }
    const found = await soundCheck(store);
    if (found.points !== points) throw new Error(`check() counts ${found.points} points of ${points}`);
    if (found.texts !== texts) throw new Error(`check() counts ${found.texts} texts of ${texts}`);
    return held;
  }

  /** The same where the oldest was given up: the newest is there without a gap. For times that rise. */
  async auditNewest(store: Answers, least: number, most: number): Promise<number> {
    const held = await this.#held(store, least, most);
    for (const board of BOARDS) {
      for (const metric of METRICS) {
        const found = await store.points(board, metric);
        same(`${board} ${metric}`, found, newest(this.points(board, metric, held), found.length));
      }
      const found = await store.texts(board);
      same(`texts of ${board}`, found, newest(this.texts(board, held), found.length));
      same(`acks of ${board}`, await store.acks(board), this.acks(board, held));
    }
    await soundCheck(store);
    return held;
  }

  /**
   * The same where part was given up or damaged: nothing is there that was not stored, and nothing twice.
   * @returns points that are there
   */
  async auditPart(store: Answers, most: number): Promise<number> {
    let count = 0;
    for (const board of BOARDS) {
      for (const metric of METRICS) {
        const found = await store.points(board, metric);
        part(`${board} ${metric}`, found, this.points(board, metric, most));
        count += found.length;
      }
      part(`texts of ${board}`, await store.texts(board), this.texts(board, most));
      for (const ack of await store.acks(board)) {
        const n = ack.seq;
        const isTrue = n >= 1 && n <= most && boardOf(n) === board && bootOf(n) === ack.boot;
        if (!isTrue) throw new Error(`acks of ${board}: ${show(ack)} was never stored`);
      }
    }
    return count;
  }

  async #held(store: Answers, least: number, most: number): Promise<number> {
    const held = await highestAck(store);
    if (held < least) throw new Error(`batch ${least} was committed, and the acks know up to ${held}`);
    if (held > most) throw new Error(`batch ${most} was the last, and the acks know ${held}`);
    return held;
  }

  #timeOf(i: number): number {
    return START + 10 * i - (i % LATE_EVERY === 0 ? this.#lateMs : 0);
  }
}

async function soundCheck(store: Answers): ReturnType<Answers['check']> {
  const found = await store.check();
  const unexplained = found.damage.filter((sentence) => !isUnfinished(sentence));
  if (unexplained.length > 0) throw new Error(`check() says: ${unexplained.join(' ')}`);
  return found;
}

const newest = <T>(all: T[], count: number): T[] => all.slice(all.length - Math.min(count, all.length));

async function highestAck(store: Answers): Promise<number> {
  let highest = 0;
  for (const board of BOARDS) for (const { seq } of await store.acks(board)) highest = Math.max(highest, seq);
  return highest;
}

const boardOf = (number: number): string => BOARDS[number % BOARDS.length] as string;
const bootOf = (n: number): string => `boot ${Math.floor(n / BATCHES_PER_BOOT)}`;
const textOf = (n: number): string => `text ${n} 你好\n`;

function knownValue(metric: Metric, i: number): Value {
  if (metric === 'n') return i;
  return metric === 'isEven' ? i % 2 === 0 : `name ${i % 50}`;
}

const show = (what: unknown): string => JSON.stringify(what) ?? 'nothing';

function same(name: string, found: readonly object[], expected: readonly object[]): void {
  const length = Math.max(found.length, expected.length);
  for (let i = 0; i < length; i++) {
    if (show(found[i]) === show(expected[i])) continue;
    throw new Error(
      `${name}: ${found.length} of ${expected.length}; number ${i} is ${show(found[i])} and not ${show(expected[i])}`,
    );
  }
}

function part(name: string, found: readonly object[], expected: readonly object[]): void {
  let at = 0;
  for (const one of found) {
    while (at < expected.length && show(expected[at]) !== show(one)) at++;
    if (at === expected.length) throw new Error(`${name}: ${show(one)} was never stored, or is there twice`);
    at++;
  }
}
