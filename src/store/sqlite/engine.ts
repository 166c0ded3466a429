import { join } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { Bucket } from '../buckets.ts';
import { KIND } from '../chunk/index.ts';
import { type PackedParts, PackedSamples } from '../packed.ts';
import type {
  Ack,
  LatestValue,
  PointRange,
  SeriesInfo,
  StoreCheck,
  StoreCounts,
  StoredBoard,
  StoredText,
  StoreInfo,
} from '../store.ts';
import { type BoundLayout, Catalog, type CatalogLimits } from './catalog.ts';
import { checkAll } from './check.ts';
import { checkpoint } from './checkpoint.ts';
import { isCorrupt, type OpenDatabase, openDatabase } from './database.ts';
import { Directory } from './directory.ts';
import type { Files } from './files.ts';
import type { Commit } from './frame.ts';
import { Log } from './log.ts';
import type { Piece } from './merge.ts';
import { OpenChunk } from './open-chunk.ts';
import { Reader } from './reader.ts';
import { retain } from './retention.ts';
import type { Series } from './series.ts';
import { DamagedState, Tables } from './tables.ts';
import { quarantined, storeFailed } from './trouble.ts';

export interface EngineLimits extends CatalogLimits {
  textsPerBoard: number;
  /** Milliseconds; older points are not served, and their space is used again. */
  maxAge: number | undefined;
  /** Bytes of the database; beyond it the oldest goes. */
  maxBytes: number | undefined;
  /** Bytes of the log from which on it is moved into the database. */
  logBytes: number;
  /** Bytes of points in memory from which on that is done as well. */
  openBytes: number;
}

export interface EngineOptions {
  folder: string;
  readOnly: boolean;
  limits: EngineLimits;
  clock: Clock;
  files: Files;
  openDatabase: OpenDatabase;
  /** Told of what is damaged and of what fails beside a call, a sentence each time. */
  problem: (problem: KitelineError) => void;
}

/** While the database cannot be written, the log grows to so many times `logBytes`; then appends are refused. */
const LOG_RESERVE = 4;
/** Milliseconds between attempts to write a database that could not be written. */
const RETRY_MS = 1_000;
/** Sentences about damage that are remembered, so that each is told once. */
const MAX_DAMAGE = 1_000;

/**
 * The store itself, in one thread and synchronous. A commit goes into the log, then into open chunks in memory; when the
 * log is long, all that is in memory goes into the database, and the log begins anew (docs/adr/0005).
 */
export class Engine {
  readonly counts: StoreCounts = {
    tooManySeries: 0,
    evicted: 0,
    evictedBoards: 0,
    tooManyBoards: 0,
    damaged: 0,
  };
  readonly #options: EngineOptions;
  readonly #path: string;
  readonly #damage = new Set<string>();
  #db!: DatabaseSync;
  #tables!: Tables;
  #catalog!: Catalog;
  #directory!: Directory;
  #reader!: Reader;
  #log!: Log;
  #opened = new Set<Series>();
  #openBytes = 0;
  #commit = 0; // the number of the last
  #stored = 0; // the number of the last that the database holds
  #retryAt = 0;

  /** @throws KitelineError STORE_LOCKED, STORE_VERSION, STORE_FAILED */
  constructor(options: EngineOptions) {
    this.#options = options;
    this.#path = join(options.folder, 'history.db');
    try {
      this.#openOrSetAside();
    } catch (error) {
      throw storeFailed(options.folder, error);
    }
  }

  /**
   * Returns when the batch is on disk.
   * @throws KitelineError STORE_FAILED: nothing of it is stored
   */
  append(samples: PackedParts, texts: readonly StoredText[], acks: readonly Ack[]): void {
    if (samples.words.length + texts.length + acks.length === 0) return;
    const { limits, folder } = this.#options;
    try {
      if (this.#log.broken || this.#log.size >= LOG_RESERVE * limits.logBytes) this.checkpoint();
      const commit = { number: this.#commit + 1, samples, texts, acks };
      this.#commit++; // also if it fails: then nobody may find it under this number
      this.#log.append(commit);
      this.#apply(commit);
    } catch (error) {
      throw storeFailed(folder, error);
    }
  }

  /** What is due beside the appends. Never throws. */
  maintain(): void {
    const { limits, clock } = this.#options;
    if (this.#log.size < limits.logBytes && this.#openBytes < limits.openBytes) return;
    if (clock.monotonic() < this.#retryAt) return;
    try {
      this.checkpoint();
    } catch (error) {
      this.#retryAt = clock.monotonic() + RETRY_MS;
      this.#tell(error);
    }
  }

  /** Gives up what is older or more than is to be kept. Never throws. */
  retain(): void {
    const { maxAge, maxBytes } = this.#options.limits;
    if (maxAge === undefined && maxBytes === undefined) return;
    try {
      this.checkpoint();
      const range = { before: this.#cutoff, maxBytes };
      this.counts.evicted += retain(this.#db, this.#tables, this.#catalog, this.#directory, range);
      this.#db.exec('PRAGMA incremental_vacuum');
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Brings the database up to the last commit, and begins a new log. @throws the system's error */
  checkpoint(): void {
    const { textsPerBoard } = this.#options.limits;
    if (this.#commit > this.#stored) {
      const to = { commit: this.#commit, textsPerBoard };
      try {
        this.counts.evicted += checkpoint(this.#db, this.#tables, this.#catalog, this.#directory, to);
      } catch (error) {
        if (!isCorrupt(error)) throw error;
        this.#log.close();
        this.#setAside(error);
        this.#open();
        return;
      }
      this.#stored = this.#commit;
      this.#forgetIdle();
    }
    this.#log.startNew();
  }

  latest(board: string): LatestValue[] {
    return [...(this.#catalog.board(board)?.series.values() ?? [])].map(
      ({ metric, latest, lastAt, unit }) => ({
        metric,
        value: latest,
        at: lastAt,
        ...(unit !== undefined && { unit }),
      }),
    );
  }

  query(board: string, metric: string, range: PointRange): Piece[] {
    const series = this.#catalog.find(board, metric);
    const from = Math.max(range.from, this.#cutoff ?? Number.NEGATIVE_INFINITY);
    return series ? this.#reader.query(series, { ...range, from }) : [];
  }

  buckets(board: string, metric: string, from: number, to: number, count: number): Bucket[] {
    const series = this.#catalog.find(board, metric);
    return series ? this.#reader.buckets(series, from, to, count) : [];
  }

  texts(board: string, limit: number): StoredText[] {
    const known = this.#catalog.board(board);
    if (!known) return [];
    const stored = this.#tables.texts(known.id, limit).reverse();
    const all = [...stored, ...known.texts].map(({ at, text }) => ({ board: known.name, at, text }));
    return all.sort((a, b) => a.at - b.at).slice(-limit);
  }

  boards(): StoredBoard[] {
    return [...this.#catalog.boards.values()].map(({ name, series, lastAt }) => ({
      board: name,
      series: series.size,
      lastAt,
    }));
  }

  series(board: string): SeriesInfo[] {
    return [...(this.#catalog.board(board)?.series.values() ?? [])].map(
      ({ metric, unit, points, firstAt, lastAt }) => ({
        metric,
        ...(unit !== undefined && { unit }),
        points,
        from: firstAt,
        to: lastAt,
      }),
    );
  }

  acks(board: string): Ack[] {
    const acks = [...(this.#catalog.board(board)?.acks.values() ?? [])];
    return acks.map(({ boot, seq }) => ({ board, boot, seq })).reverse();
  }

  info(): StoreInfo {
    const { files, folder } = this.#options;
    let points = 0;
    for (const series of this.#catalog.byId.values()) points += series.points;
    let texts = this.#tables.countTexts();
    for (const board of this.#catalog.boards.values()) texts += board.texts.length;
    let bytes = 0;
    for (const name of files.list(folder)) bytes += files.size(join(folder, name));
    const { boards, seriesCount: series } = this.#catalog;
    return {
      kind: 'sqlite',
      folder,
      boards: boards.size,
      series,
      points,
      texts,
      bytes,
      counts: { ...this.counts },
    };
  }

  /** Reads everything. Lets other work go on in between. */
  async check(): Promise<StoreCheck> {
    const found = await checkAll(this.#db, this.#tables, this.#catalog, this.#directory);
    for (const sentence of found.damage) this.#damaged(sentence);
    return { ...found, damage: [...this.#damage] };
  }

  /** Everything that is committed, as one database file. Lets other work go on meanwhile. */
  async backup(file: string): Promise<void> {
    this.checkpoint();
    await backup(this.#db, file);
  }

  /** Everything goes into the database, if it can; if not, it stays in the log. */
  close(): void {
    try {
      if (!this.#options.readOnly) this.checkpoint();
    } catch (error) {
      this.#tell(error);
    }
    this.#log.close();
    this.#db.close();
  }

  get #cutoff(): number | undefined {
    const { maxAge } = this.#options.limits;
    return maxAge === undefined ? undefined : this.#options.clock.now() - maxAge;
  }

  #openOrSetAside(): void {
    try {
      this.#open();
    } catch (error) {
      const damaged = isCorrupt(error) || error instanceof DamagedState;
      if (!damaged || this.#options.readOnly) throw error;
      this.#setAside(error);
      this.#open();
    }
  }

  #open(): void {
    const { folder, files, readOnly, limits, openDatabase: open } = this.#options;
    this.#db = openDatabase(this.#path, readOnly, open);
    try {
      this.#tables = new Tables(this.#db, (what) => this.#damaged(rowSentence(this.#path, what)));
      this.#directory = new Directory(this.#tables, (sentence) => this.#damaged(sentence));
      this.#reader = new Reader(this.#directory);
      this.#stored = this.#tables.lastCommit();
      this.#catalog = new Catalog(this.#tables, limits, (what) =>
        this.#damaged(rowSentence(this.#path, what)),
      );
      this.#opened.clear();
      this.#openBytes = 0;
      this.#commit = this.#stored;
      this.#log = new Log(files, folder);
      this.#log.replay(
        this.#stored,
        (commit) => {
          this.#commit = commit.number;
          this.#apply(commit);
        },
        (sentence) => this.#damaged(sentence),
      );
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Moves a database that cannot be read out of the way, for somebody to look at. */
  #setAside(error: unknown): void {
    const { files, folder } = this.#options;
    try {
      this.#db.close();
    } catch {
      // it was never opened, or is closed
    }
    const names = files.list(folder);
    let number = 1;
    while (names.includes(`damaged-${number}.db`)) number++;
    const to = join(folder, `damaged-${number}.db`);
    for (const end of ['-wal', '-shm']) {
      if (names.includes(`history.db${end}`)) files.rename(`${this.#path}${end}`, `${to}${end}`);
    }
    files.rename(this.#path, to);
    files.syncFolder(folder);
    this.counts.damaged++;
    this.#options.problem(quarantined(to, error));
  }

  /** Takes a commit that is on disk into memory. */
  #apply({ samples, texts, acks }: Pick<Commit, 'samples' | 'texts' | 'acks'>): void {
    const packed = PackedSamples.fromParts(samples, (key) => this.#catalog.bind(key));
    packed.forEach((layout, at, first) => {
      const { owner, series } = layout as BoundLayout;
      if (!owner) {
        this.counts.tooManyBoards++;
        return;
      }
      if (at > owner.lastAt) owner.lastAt = at;
      for (let i = 0; i < series.length; i++) {
        const one = series[i];
        if (one) this.#add(one, at, packed, first + i);
        else this.counts.tooManySeries++;
      }
    });
    for (const text of texts) {
      const owner = this.#catalog.touch(text.board, text.at);
      if (owner) owner.texts.push({ ...text, text: text.text.toWellFormed() });
      else this.counts.tooManyBoards++;
    }
    for (const ack of acks) {
      const owner = this.#catalog.touch(ack.board, Number.NEGATIVE_INFINITY);
      if (owner) this.#catalog.raise(owner, ack);
    }
  }

  #add(series: Series, at: number, packed: PackedSamples, word: number): void {
    const open = series.open ?? this.#openChunk(series);
    const kind = packed.kindAt(word);
    const isLatest = at >= series.lastAt;
    if (kind === KIND.STRING) {
      const value = String(packed.valueAt(word));
      open.addString(at, value);
      if (isLatest) series.latest = value;
    } else {
      const number = packed.numberAt(word);
      open.add(at, kind, number);
      if (isLatest) series.latest = kind === KIND.BOOLEAN ? number === 1 : number;
    }
    series.points++;
    series.changed = true;
    series.isIdle = false;
    if (isLatest) series.lastAt = at;
    if (at < series.firstAt) series.firstAt = at;
    if (!open.isFull) return;
    series.seal(open);
    this.#opened.delete(series);
  }

  /** The chunk that a series' next points go into: the one that was begun, where it is not full. */
  #openChunk(series: Series): OpenChunk {
    let open: OpenChunk | undefined;
    if (series.tailStored) {
      const row = this.#directory.chunksOf(series).findLast(({ no }) => no === series.nextNo);
      const points = row && this.#directory.open(series, row);
      if (points) {
        open = OpenChunk.of(points);
      } else {
        // Told of already. It stays as it is, and the next begins.
        series.tailStored = false;
        series.nextNo++;
      }
    }
    open ??= new OpenChunk();
    series.open = open;
    this.#opened.add(series);
    this.#openBytes += open.bytes;
    return open;
  }

  /** After a checkpoint: whoever got nothing since the one before leaves the memory; everybody does when there is too much in it. */
  #forgetIdle(): void {
    let bytes = 0;
    for (const series of this.#opened) bytes += series.open?.bytes ?? 0;
    const crowded = bytes >= this.#options.limits.openBytes / 2;
    this.#openBytes = 0;
    for (const series of this.#opened) {
      if (crowded || series.isIdle) {
        series.open = undefined;
        this.#opened.delete(series);
      } else {
        series.isIdle = true;
        this.#openBytes += series.open?.bytes ?? 0;
      }
    }
  }

  #damaged(sentence: string): void {
    if (this.#damage.has(sentence) || this.#damage.size >= MAX_DAMAGE) return;
    this.#damage.add(sentence);
    this.counts.damaged++;
    this.#options.problem(new KitelineError('STORE_FAILED', sentence));
  }

  #tell(error: unknown): void {
    this.#options.problem(storeFailed(this.#options.folder, error));
  }
}

function rowSentence(path: string, what: string): string {
  return say(
    `${path}: a row is damaged and left out (${what}).`,
    `${path}：有一行数据已损坏，被跳过（${what}）。`,
  );
}
