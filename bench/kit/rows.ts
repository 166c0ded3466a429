/**
 * The ordinary good answer: a row a sample in SQLite, WITHOUT ROWID, one prepared statement, WAL with synchronous=FULL,
 * a transaction for about 100 ms of samples. The fastest of the row stores in MEASURED.md that run everywhere Node does.
 */
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export const COMMIT_MS = 100;

export interface RowBucket {
  bucket: number;
  count: number;
  min: number;
  mean: number;
  max: number;
}

export class RowStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #series = new Map<string, number>();
  #open = false;

  constructor(folder: string) {
    this.#db = new DatabaseSync(join(folder, 'rows.db'));
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE IF NOT EXISTS sample (
        series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (series, at)
      ) WITHOUT ROWID;
    `);
    this.#insert = this.#db.prepare('INSERT INTO sample (series, at, value) VALUES (?, ?, ?)');
    this.#begin = this.#db.prepare('BEGIN');
    this.#commit = this.#db.prepare('COMMIT');
    for (const { id, name } of this.#db.prepare('SELECT id, name FROM series').all())
      this.#series.set(String(name), Number(id));
  }

  /** The number of a series, made up when it is new. */
  series(name: string): number {
    const known = this.#series.get(name);
    if (known !== undefined) return known;
    const id = this.#series.size + 1;
    this.#db.prepare('INSERT INTO series (id, name) VALUES (?, ?)').run(id, name);
    this.#series.set(name, id);
    return id;
  }

  /** In the transaction that is open, or a new one. */
  add(series: number, at: number, value: number): void {
    if (!this.#open) {
      this.#begin.run();
      this.#open = true;
    }
    this.#insert.run(series, at, value);
  }

  /** Everything added so far is on disk. */
  commit(): void {
    if (!this.#open) return;
    this.#commit.run();
    this.#open = false;
  }

  count(): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM sample').get()?.n);
  }

  /** The newest value of a series. */
  latest(series: number): number | undefined {
    const row = this.#db
      .prepare('SELECT value FROM sample WHERE series = ? ORDER BY at DESC LIMIT 1')
      .get(series);
    return row && Number(row.value);
  }

  buckets(series: number, from: number, to: number, buckets: number): RowBucket[] {
    const width = Math.max(1, Math.ceil((to - from) / buckets));
    return this.#db
      .prepare(
        `SELECT CAST((at - ?) / ? AS INTEGER) AS bucket, count(*) AS count, min(value) AS min, avg(value) AS mean, max(value) AS max
         FROM sample WHERE series = ? AND at >= ? AND at < ? GROUP BY bucket ORDER BY bucket`,
      )
      .all(from, width, series, from, to) as unknown as RowBucket[];
  }

  close(): void {
    this.commit();
    this.#db.close();
  }
}
