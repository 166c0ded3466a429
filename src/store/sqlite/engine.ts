import type { Clock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import type { Bucket } from '../buckets.ts';
import type { PackedParts } from '../packed.ts';
import type {
  Ack,
  LatestValue,
  PointRange,
  SeriesInfo,
  StoreCheck,
  StoredBoard,
  StoredText,
  StoreInfo,
} from '../store.ts';
import { newStoreCounts } from '../store.ts';
import { backupTo } from './backup.ts';
import type { CatalogLimits } from './catalog.ts';
import { checkAll } from './check.ts';
import { checkpoint } from './checkpoint.ts';
import { DamagedDatabase } from './database.ts';
import { folderBytes } from './files.ts';
import { Held } from './held.ts';
import { acksOf, boardsOf, latestOf, seriesOf, textsOf, totalsOf } from './lookup.ts';
import type { Piece } from './merge.ts';
import { type Opened, openFiles, type Place } from './opening.ts';
import { retain, usedBytes } from './retention.ts';
import { logLeft, notSetAside, openedReadOnly, storeFailed, tooOldSentence } from './trouble.ts';

export interface EngineLimits extends CatalogLimits {
  textsPerBoard: number;
  /** Milliseconds; older points are not served, and their space is used again. */
  maxAge: number | undefined;
  /** Bytes on disk, the log's among them; beyond it the oldest goes. */
  maxBytes: number | undefined;
  /** Bytes of the log from which on it is moved into the database. */
  logBytes: number;
  /** Bytes of points in memory from which on that is done as well. */
  openBytes: number;
}

export interface EngineOptions extends Place {
  limits: EngineLimits;
  clock: Clock;
}

/** While the database cannot be written, the log grows to so many times `logBytes`; then appends are refused. */
const LOG_RESERVE = 4;
/** Free pages that are given back to the system at a time: 32 MiB. */
const VACUUM_PAGES = 4_096;
/** Milliseconds between attempts to write a database that could not be written. */
const RETRY_MS = 1_000;
/** Milliseconds between sentences about samples that are too old. */
const TOO_OLD_MS = 3_600_000;
/** Sentences about damage that are remembered, so that each is told once. */
const MAX_DAMAGE = 1_000;

/**
 * The store itself, in one thread and synchronous. A commit goes into the log, then into open chunks in memory; when the
 * log is long, all that is in memory goes into the database, and the log begins anew (docs/adr/0005).
 */
export class Engine {
  readonly counts = newStoreCounts();
  readonly #options: EngineOptions;
  readonly #damage = new Set<string>();
  readonly #held: Held;
  #retryAt = 0;
  #tellAt = 0;

  /** @throws KitelineError STORE_LOCKED, STORE_VERSION, STORE_FAILED */
  constructor(options: EngineOptions) {
    this.#options = options;
    this.#held = new Held(options, this.counts, () => this.#open());
  }

  /**
   * Returns when the batch is on disk.
   * @throws KitelineError STORE_FAILED: nothing of it is stored; BAD_ARGUMENT for a store that was opened to be read
   */
  append(samples: PackedParts, texts: readonly StoredText[], acks: readonly Ack[]): void {
    if (samples.words.length + texts.length + acks.length === 0) return;
    const { limits, folder, readOnly } = this.#options;
    if (readOnly) throw openedReadOnly(folder);
    try {
      if (this.#at.log.broken || this.#at.log.size >= LOG_RESERVE * limits.logBytes) this.checkpoint();
      const { log, ingest } = this.#at;
      const commit = { number: ++this.#at.commit, samples, texts, acks };
      try {
        log.append(commit);
      } catch (error) {
        // What may be left of it must not be found under its number; else there are no gaps, so that a lost one is noticed.
        if (!log.broken) this.#at.commit--;
        throw error;
      }
      const tooOld = ingest.apply(commit, this.#since);
      if (tooOld) this.#tellTooOld(tooOld);
    } catch (error) {
      throw storeFailed(folder, error);
    }
  }

  /** What is due beside the appends. Never throws. @returns whether `retain` has more to do */
  maintain(): boolean {
    const { limits, clock } = this.#options;
    if (this.#at.log.size < limits.logBytes && this.#at.ingest.bytes < limits.openBytes) return false;
    if (clock.monotonic() < this.#retryAt) return false;
    try {
      this.checkpoint();
    } catch (error) {
      this.#retryAt = clock.monotonic() + RETRY_MS;
      this.#tell(error);
      return false;
    }
    return this.retain(true);
  }

  /**
   * Gives up a good deal of what is older or more than is to be kept. Never throws.
   * @param ifFull only where there is more than is to be kept
   * @returns whether there may be more of it
   */
  retain(ifFull = false): boolean {
    const { limits, readOnly } = this.#options;
    const room = this.#room;
    if (readOnly || (limits.maxAge === undefined && room === undefined)) return false;
    try {
      if (ifFull && (room === undefined || usedBytes(this.#at.db) <= room)) return false;
      this.checkpoint();
      const spare = Math.min(limits.logBytes, (room ?? 0) / 8);
      const isCrowded = this.#at.catalog.boards.size > 0.9 * limits.boards;
      const bounds = { before: this.#cutoff, room, spare, isCrowded };
      const gone = this.#held.write((at) => retain(at, bounds));
      if (!gone) return false; // it is set aside, and the new one is looked at the next time
      this.counts.evicted += gone.lost;
      this.#at.db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES}); PRAGMA wal_checkpoint(TRUNCATE)`);
      return gone.isMore;
    } catch (error) {
      this.#tell(error);
      return false;
    }
  }

  /** Brings the database up to the last commit, and begins a new log. @throws the system's error */
  checkpoint(): void {
    this.#held.openAgain();
    // One that is set aside has not taken it: then the new one is to.
    if (!this.#store() && !this.#store()) throw new DamagedDatabase('the new one as well');
    const { db, log, stored } = this.#at;
    // Into the file itself before the log goes: what SQLite keeps beside it is read after a crash as far as it is whole.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    log.startNew(stored);
  }

  latest(board: string): LatestValue[] {
    return latestOf(this.#at.catalog, board, this.#since);
  }

  query(board: string, metric: string, range: PointRange): Piece[] {
    const { catalog, reader } = this.#readable;
    const series = catalog.find(board, metric);
    const since = this.#since;
    const served = since > range.from ? { ...range, from: since, skip: 0 } : range;
    return series ? reader.query(series, served) : [];
  }

  buckets(board: string, metric: string, from: number, to: number, count: number): Bucket[] {
    const { catalog, reader } = this.#readable;
    const series = catalog.find(board, metric);
    return series ? reader.buckets(series, from, to, count, this.#since) : [];
  }

  texts(board: string, limit: number): StoredText[] {
    const most = Math.min(limit, this.#options.limits.textsPerBoard);
    return textsOf(this.#readable, board, most, this.#since);
  }

  boards(): StoredBoard[] {
    return boardsOf(this.#at.catalog);
  }

  series(board: string): SeriesInfo[] {
    return seriesOf(this.#at.catalog, board, this.#since);
  }

  acks(board: string): Ack[] {
    return acksOf(this.#at.catalog, board);
  }

  info(): StoreInfo {
    const { files, folder } = this.#options;
    const totals = totalsOf(this.#readable);
    return {
      kind: 'sqlite',
      folder,
      ...totals,
      bytes: folderBytes(files, folder),
      counts: { ...this.counts },
    };
  }

  /** Reads everything. Lets other work go on in between. */
  async check(): Promise<StoreCheck> {
    const { db, tables, catalog, directory } = this.#readable;
    let found: StoreCheck;
    try {
      found = await checkAll(db, tables, catalog, directory);
    } catch (error) {
      if (db.isOpen) throw error;
      return this.check(); // it has been set aside meanwhile, and there is another
    }
    for (const sentence of found.damage) this.#damaged(sentence);
    return { ...found, damage: [...this.#damage] };
  }

  /**
   * Everything that is committed, as one database file. Lets other work go on meanwhile.
   * @throws KitelineError BAD_ARGUMENT, STORE_FAILED
   */
  async backup(file: string): Promise<void> {
    if (this.#options.readOnly && this.#at.commit > this.#at.stored) throw logLeft(this.#options.folder);
    if (!this.#options.readOnly) this.checkpoint();
    await backupTo(this.#at.db, file, this.#options.files);
  }

  /** Everything goes into the database, if it can; if not, it stays in the log. */
  close(): void {
    try {
      if (!this.#options.readOnly) this.checkpoint();
    } catch (error) {
      this.#tell(error);
    }
    this.#held.close();
  }

  /** Brings the database up to the last commit. @returns whether it has taken that: a damaged one is set aside */
  #store(): boolean {
    const at = this.#at;
    const { textsPerBoard, openBytes } = this.#options.limits;
    if (at.commit === at.stored) return true;
    const to = { commit: at.commit, textsPerBoard };
    const trimmed = this.#held.write(() => checkpoint(at.db, at.tables, at.catalog, at.directory, to));
    if (trimmed === undefined) return false;
    this.counts.evicted += trimmed;
    at.stored = at.commit;
    at.ingest.forgetIdle(openBytes / 2);
    return true;
  }

  get #at(): Opened {
    return this.#held.at;
  }

  /** @throws KitelineError STORE_FAILED while a damaged database is closed and could not be set aside */
  get #readable(): Opened {
    if (!this.#at.db.isOpen) throw notSetAside(this.#options.folder);
    return this.#at;
  }

  get #cutoff(): number | undefined {
    const { maxAge } = this.#options.limits;
    return maxAge === undefined ? undefined : this.#options.clock.now() - maxAge;
  }

  /** What is older is not served. */
  get #since(): number {
    return this.#cutoff ?? Number.NEGATIVE_INFINITY;
  }

  /** What of `maxBytes` the database may need: the log, SQLite's own log of a checkpoint, and what that adds stand beside it. */
  get #room(): number | undefined {
    const { maxBytes, logBytes } = this.#options.limits;
    return maxBytes === undefined ? undefined : Math.max(maxBytes - 3 * logBytes, maxBytes / 4);
  }

  #open(): Opened {
    try {
      return openFiles(this.#options, this.counts, this.#since, (sentence) => this.#damaged(sentence));
    } catch (error) {
      throw storeFailed(this.#options.folder, error);
    }
  }

  #damaged(sentence: string): void {
    if (this.#damage.has(sentence) || this.#damage.size >= MAX_DAMAGE) return;
    this.#damage.add(sentence);
    this.counts.damaged++;
    this.#options.problem(new KitelineError('STORE_FAILED', sentence));
  }

  /** Nobody else notices: the sender is told that its sample is stored, as its numbers are. */
  #tellTooOld({ board, at }: { board: string; at: number }): void {
    const now = this.#options.clock.monotonic();
    if (now < this.#tellAt) return;
    this.#tellAt = now + TOO_OLD_MS;
    this.#options.problem(tooOldSentence(board, at));
  }

  #tell(error: unknown): void {
    this.#options.problem(storeFailed(this.#options.folder, error));
  }
}
