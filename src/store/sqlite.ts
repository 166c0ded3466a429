import { access, constants, mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, KitelineError, systemCode } from '../errors.ts';
import { language, say } from '../language.ts';
import type { Bucket } from './buckets.ts';
import type { PointColumns } from './chunk/index.ts';
import type { PackedSamples } from './packed.ts';
import { bucketsOf, pointsOf } from './sqlite/answers.ts';
import type { FromThread, Question, ThreadSetup, Trouble } from './sqlite/messages.ts';
import {
  type Ack,
  type LatestValue,
  newStoreCounts,
  type Point,
  type PointRange,
  type SeriesInfo,
  Store,
  type StoreCheck,
  type StoreCounts,
  type StoredBoard,
  type StoredText,
  type StoreInfo,
} from './store.ts';

export interface SqliteStoreOptions {
  /** Milliseconds; older points are not served, and their space is used again. Kept for ever unless told. */
  maxAge?: number;
  /** Bytes on disk; beyond it the oldest goes. Unlimited unless told. */
  maxBytes?: number;
  /** Opens what is there and changes nothing. */
  readOnly?: boolean;
  /** Boards; values of more are not taken. 10,000. */
  boards?: number;
  /** Series of a board; values of more are not taken. 1,000. */
  seriesPerBoard?: number;
  /** Series of all boards together. 200,000, which take about 1 GB of memory while points come for all of them. */
  series?: number;
  /** Texts kept of a board, the newest. 10,000. */
  textsPerBoard?: number;
  /** Told of what is damaged and of what fails beside a call, a sentence each time. */
  onProblem?: (problem: KitelineError) => void;
}

/** The log is moved into the database when it has so many bytes: that long is what a start has to replay at most. */
const LOG_BYTES = 16 * 1024 * 1024;
/** Bytes of points in memory that are moved into the database, however short the log is. */
const OPEN_BYTES = 192 * 1024 * 1024;

/** The thread begins in plain JavaScript and switches Node's compile cache on before it loads ours. */
const START = `require('node:module').enableCompileCache?.(); import(require('node:worker_threads').workerData.entry)`;
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite/thread.ts' : './sqlite/thread.js',
  import.meta.url,
).href;

/**
 * Opens the store in a folder, which is made where it is missing; one process at a time. What is appended is on disk when
 * the promise resolves. The work is done in a thread of its own.
 * @throws KitelineError STORE_LOCKED (another process has it open), STORE_VERSION (written by a newer Kiteline),
 *   STORE_FAILED (cannot be opened; the message says why), NOT_FOUND (read only, and there is no store)
 */
export async function openSqliteStore(
  folder: string,
  options: SqliteStoreOptions = {},
): Promise<SqliteStore> {
  const path = resolve(folder);
  if (options.readOnly) {
    const found = await stat(join(path, 'history.db')).catch(() => undefined);
    if (!found) throw nothingThere(path);
  } else {
    await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: Error) => {
      throw cannotMake(path, error);
    });
    await mustBeWritable(path);
  }
  const thread = new StoreThread(
    {
      folder: path,
      readOnly: options.readOnly ?? false,
      language: language(),
      limits: {
        boards: options.boards ?? 10_000,
        seriesPerBoard: options.seriesPerBoard ?? 1_000,
        series: options.series ?? 200_000,
        textsPerBoard: options.textsPerBoard ?? 10_000,
        maxAge: options.maxAge,
        maxBytes: options.maxBytes,
        logBytes: Math.min(LOG_BYTES, (options.maxBytes ?? Number.POSITIVE_INFINITY) / 8),
        openBytes: OPEN_BYTES,
      },
    },
    options.onProblem ?? (() => {}),
  );
  await thread.opened;
  return new SqliteStore(thread);
}

/** Keeps samples and texts on disk: an append-only log, and SQLite. Made by `openSqliteStore`. */
export class SqliteStore extends Store {
  readonly #thread: StoreThread;

  constructor(thread: StoreThread) {
    super();
    this.#thread = thread;
  }

  get counts(): StoreCounts {
    return this.#thread.counts;
  }

  protected override async _append(
    samples: PackedSamples,
    texts: readonly StoredText[],
    acks: readonly Ack[],
  ): Promise<void> {
    await this.#thread.ask({ ask: 'append', samples: samples.parts, texts, acks });
  }

  protected override _acks(board: string): Promise<Ack[]> {
    return this.#thread.ask({ ask: 'acks', board });
  }

  protected override _latest(board: string): Promise<LatestValue[]> {
    return this.#thread.ask({ ask: 'latest', board });
  }

  protected override async _query(board: string, metric: string, range: PointRange): Promise<Point[]> {
    return pointsOf(await this.#thread.ask<PointColumns>({ ask: 'query', board, metric, range }));
  }

  protected override async _buckets(
    board: string,
    metric: string,
    from: number,
    to: number,
    count: number,
  ): Promise<Bucket[]> {
    return bucketsOf(
      await this.#thread.ask<Float64Array>({ ask: 'buckets', board, metric, from, to, count }),
    );
  }

  protected override _texts(board: string, limit: number): Promise<StoredText[]> {
    return this.#thread.ask({ ask: 'texts', board, limit });
  }

  protected override _boards(): Promise<StoredBoard[]> {
    return this.#thread.ask({ ask: 'boards' });
  }

  protected override _series(board: string): Promise<SeriesInfo[]> {
    return this.#thread.ask({ ask: 'series', board });
  }

  protected override _info(): Promise<StoreInfo> {
    return this.#thread.ask({ ask: 'info' });
  }

  protected override _check(): Promise<StoreCheck> {
    return this.#thread.ask({ ask: 'check' });
  }

  protected override async _backup(file: string): Promise<void> {
    await this.#thread.ask({ ask: 'backup', file: resolve(file) });
  }

  protected override async _close(): Promise<void> {
    await this.#thread.ask({ ask: 'close' });
    await this.#thread.ended;
  }
}

/** The thread that the engine runs in, and the questions that it has not answered yet. */
class StoreThread {
  counts = newStoreCounts();
  readonly opened: Promise<void>;
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #problem: (problem: KitelineError) => void;
  readonly #open = Promise.withResolvers<void>();
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #number = 0;
  #over: KitelineError | undefined;

  constructor(setup: ThreadSetup, problem: (problem: KitelineError) => void) {
    this.#problem = problem;
    this.opened = this.#open.promise;
    this.#worker = new Worker(START, {
      eval: true,
      workerData: { entry: ENTRY, setup },
      execArgv: ['--disable-warning=ExperimentalWarning'], // Node's SQLite says that it is new
    });
    this.#worker.on('message', (message: FromThread) => this.#told(message));
    this.#worker.on('error', (error) => this.#fail(error));
    const { promise, resolve: end } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#worker.on('exit', () => {
      this.#fail(new Error('its thread has ended'));
      end();
    });
  }

  ask<T>(question: Question): Promise<T> {
    if (this.#over) return Promise.reject(this.#over);
    const waiting = Promise.withResolvers<unknown>();
    const number = this.#number++;
    this.#waiting.set(number, waiting);
    this.#worker.postMessage({ number, question });
    return waiting.promise as Promise<T>;
  }

  #told(message: FromThread): void {
    if ('problem' in message) {
      this.#problem(errorOf(message.problem));
    } else if ('failedToOpen' in message) {
      this.#open.reject(errorOf(message.failedToOpen));
    } else if ('opened' in message) {
      this.counts = message.counts;
      this.#open.resolve();
    } else {
      this.counts = message.counts;
      const waiting = this.#waiting.get(message.number);
      this.#waiting.delete(message.number);
      if ('failed' in message) waiting?.reject(errorOf(message.failed));
      else waiting?.resolve(message.value);
    }
  }

  #fail(error: Error): void {
    this.#over ??= new KitelineError(
      'STORE_FAILED',
      say(`The store has stopped: ${error.message}`, `数据存储已停止：${error.message}`),
      { cause: error },
    );
    this.#open.reject(this.#over);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#over);
    this.#waiting.clear();
  }
}

const errorOf = ({ code, message }: Trouble): KitelineError => new KitelineError(code as ErrorCode, message);

function nothingThere(folder: string): KitelineError {
  return new KitelineError(
    'NOT_FOUND',
    say(
      `There is no store in ${folder}: a hub that runs with this data folder makes one (kiteline up).`,
      `${folder} 中没有数据存储：使用该数据文件夹运行中枢（kiteline up）时会创建。`,
    ),
  );
}

/** Asked first, for SQLite says no more than "disk I/O error". @throws KitelineError STORE_FAILED */
async function mustBeWritable(folder: string): Promise<void> {
  for (const path of [folder, join(folder, 'history.db')]) {
    await access(path, constants.W_OK).catch((error) => {
      const code = systemCode(error);
      if (code === 'ENOENT') return; // it will be made
      throw new KitelineError(
        'STORE_FAILED',
        say(`${path} cannot be written (${code}).`, `无法写入 ${path}（${code}）。`),
        { cause: error },
      );
    });
  }
}

function cannotMake(folder: string, error: Error): KitelineError {
  const code = systemCode(error);
  return new KitelineError(
    'STORE_FAILED',
    say(`The folder ${folder} cannot be made (${code}).`, `无法创建文件夹 ${folder}（${code}）。`),
    { cause: error },
  );
}
