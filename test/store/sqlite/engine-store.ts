import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import type { KitelineError } from '../../../src/errors.ts';
import type { Bucket } from '../../../src/store/buckets.ts';
import type { PackedSamples } from '../../../src/store/packed.ts';
import { columnsOf, pointsOf } from '../../../src/store/sqlite/answers.ts';
import { openSqlite } from '../../../src/store/sqlite/database.ts';
import { Engine, type EngineLimits } from '../../../src/store/sqlite/engine.ts';
import { systemFiles } from '../../../src/store/sqlite/files.ts';
import { type Ack, type Point, type PointRange, Store, type StoredText } from '../../../src/store/store.ts';

export const LIMITS: EngineLimits = {
  boards: 100,
  seriesPerBoard: 100,
  series: 1_000,
  textsPerBoard: 1_000,
  maxAge: undefined,
  maxBytes: undefined,
  logBytes: 16 * 1024,
  openBytes: 1024 * 1024,
};

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-engine-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The engine in this thread, behind the store's contract: every call is done when it returns. */
export class EngineStore extends Store {
  readonly clock: ManualClock;
  readonly problems: KitelineError[] = [];
  readonly folder: string;
  readonly limits: EngineLimits;
  engine: Engine;

  constructor(folder: string, limits: Partial<EngineLimits> = {}, clock = new ManualClock()) {
    super();
    this.clock = clock;
    this.folder = folder;
    this.limits = { ...LIMITS, ...limits };
    this.engine = this.#open();
  }

  /** As a hub that ends and is started again. */
  reopen(): void {
    this.engine.close();
    this.engine = this.#open();
  }

  get counts() {
    return this.engine.counts;
  }

  #open(): Engine {
    return new Engine({
      folder: this.folder,
      readOnly: false,
      limits: this.limits,
      clock: this.clock,
      files: systemFiles,
      openDatabase: openSqlite,
      problem: (problem) => this.problems.push(problem),
    });
  }

  protected override async _append(
    samples: PackedSamples,
    texts: readonly StoredText[],
    acks: readonly Ack[],
  ): Promise<void> {
    this.engine.append(samples.parts, texts, acks);
    this.engine.maintain();
  }
  protected override async _query(board: string, metric: string, range: PointRange): Promise<Point[]> {
    return pointsOf(columnsOf(this.engine.query(board, metric, range)));
  }
  protected override async _buckets(
    board: string,
    metric: string,
    from: number,
    to: number,
    count: number,
  ): Promise<Bucket[]> {
    return this.engine.buckets(board, metric, from, to, count);
  }
  protected override _acks = async (board: string) => this.engine.acks(board);
  protected override _latest = async (board: string) => this.engine.latest(board);
  protected override _texts = async (board: string, limit: number) => this.engine.texts(board, limit);
  protected override _boards = async () => this.engine.boards();
  protected override _series = async (board: string) => this.engine.series(board);
  protected override _info = async () => this.engine.info();
  protected override _check = () => this.engine.check();
  protected override _backup = (file: string) => this.engine.backup(file);
  protected override _close = async () => this.engine.close();
}
