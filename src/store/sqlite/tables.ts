import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { checksumOf, checksumOfBlob, checksumOfText } from './checksum.ts';
import { DamagedDatabase, isCorrupt } from './database.ts';
import {
  type AckRow,
  ackColumns,
  type BoardRow,
  boardChecksum,
  type ChunkRow,
  chunkColumns,
  type Read,
  readAck,
  readBoard,
  readChunk,
  readSeries,
  readState,
  readText,
  type SeriesRow,
  type Sql,
  type State,
  seriesColumns,
  stateColumns,
  type TextRow,
  textChecksum,
} from './rows.ts';
import type { NewChunk } from './series.ts';
import { STATEMENTS } from './statements.ts';

/**
 * Makes the statements of statements.ts, and the checksums of their rows: a row whose checksum is wrong is told to `damaged` and
 * left out. Errors are SQLite's.
 */
export class Tables {
  readonly #db: DatabaseSync;
  readonly #damaged: (what: string) => void;
  readonly #prepared = new Map<keyof typeof STATEMENTS, StatementSync>();

  /** @param damaged is told which row is damaged, by table and key */
  constructor(db: DatabaseSync, damaged: (what: string) => void) {
    this.#db = db;
    this.#damaged = damaged;
  }

  get isOpen(): boolean {
    return this.#db.isOpen;
  }

  /** Up to where the database goes. @throws DamagedDatabase: a wrong number would drop what the log still has, or take it twice */
  state(): State {
    const [state] = this.#all('state', readState);
    if (!state) throw new DamagedDatabase('the number of its last commit is damaged');
    return state;
  }

  putState(state: State): void {
    const columns = stateColumns(state);
    this.#run('putState', ...columns, checksumOf(...columns));
  }

  boards(): BoardRow[] {
    return this.#all('boards', readBoard);
  }

  putBoard({ id, name, lastAt }: BoardRow): void {
    this.#run('putBoard', id, name, lastAt, boardChecksum({ id, name, lastAt }));
  }

  dropBoard(id: number): void {
    this.#run('dropAcks', id);
    this.#run('dropBoard', id);
  }

  series(): SeriesRow[] {
    return this.#all('series', readSeries);
  }

  putSeries(series: SeriesRow): void {
    const columns = seriesColumns(series);
    this.#run('putSeries', ...columns, checksumOfText(...columns));
  }

  dropSeries(id: number): void {
    this.#run('dropSeries', id);
  }

  /** The highest ids in use, rows included whose own row is lost: an id must never come to mean another. */
  highest(): { board: number; series: number } {
    return {
      board: Number(this.#get('highestBoard')?.id ?? 0),
      series: Number(this.#get('highestSeries')?.id ?? 0),
    };
  }

  /** The chunks of a series, by number. */
  chunksOf(series: number): ChunkRow[] {
    // A damaged page may lead to another series' rows, here and below.
    return this.#all('chunksOf', readChunk, series).filter((row) => row.series === series);
  }

  chunk(series: number, no: number): ChunkRow | undefined {
    return this.#all('chunk', readChunk, series, no).find((row) => row.series === series && row.no === no);
  }

  /** When the first point of a series was; undefined when it has none. */
  firstAt(series: number): number | undefined {
    const at = this.#get('firstAt', series)?.at ?? undefined;
    return at === undefined ? undefined : Number(at);
  }

  /** Those that ended before `before`, oldest first, the damaged ones too. */
  oldestChunks(count: number, before: number): { row: ChunkRow; isWhole: boolean }[] {
    const all = this.#statement('chunksBefore').all(before, count) as unknown as Sql[];
    return all.map((sql) => {
      const { row, crc, name } = readChunk(sql);
      const isWhole = crc === Number(sql.crc);
      if (!isWhole) this.#damaged(name);
      return { row, isWhole };
    });
  }

  /** The last in the order of `oldestChunks`, even if it is damaged; undefined where there is none. */
  newestChunk(): ChunkRow | undefined {
    const sql = this.#get('newestChunk');
    return sql && readChunk(sql).row;
  }

  /** @returns its row */
  putChunk(series: number, { blob, replaces, ...info }: NewChunk): ChunkRow {
    const replaced = replaces ? this.chunk(series, info.no) : undefined;
    const dataCrc = checksumOfBlob(blob);
    const crc = checksumOf(series, info.no, dataCrc);
    if (replaced) this.#run('putData', blob, crc, replaced.data);
    const data =
      replaced?.data ?? Number(this.#statement('addData').run(series, info.no, blob, crc).lastInsertRowid);
    const row = { ...info, series, data, dataCrc };
    const columns = chunkColumns(row);
    const values = columns.map((number) => (Number.isNaN(number) ? null : number));
    this.#run('putChunk', ...values, checksumOf(...columns));
    return row;
  }

  dropData({ data }: ChunkRow): void {
    this.#run('dropData', data);
  }

  /** @returns how many rows that were */
  dropChunk({ series, no }: ChunkRow): number {
    return this.#run('dropChunk', series, no);
  }

  /** The bytes of a chunk, which have a checksum of their own; undefined where there is no such row. */
  data(id: number): Uint8Array | undefined {
    return this.#get('data', id)?.data as Uint8Array | undefined;
  }

  /** The newest texts of a board, newest first. */
  texts(board: number, limit: number): TextRow[] {
    // A damaged page may lead to another board's.
    const rows = this.#all('texts', readText, board, limit);
    return this.#onceEach(rows.filter((row) => row.board === board));
  }

  /**
   * Reads so many texts behind the one of this id, up to another one's.
   * @returns how many of them are whole, and the last id; undefined when no more follow
   */
  checkTexts(after: number, to: number, count: number): { whole: number; last: number | undefined } {
    let last = after;
    const read = (sql: Sql) => {
      const text = readText(sql);
      // A damaged list may name some twice: their ids do not rise.
      if (Number(sql.id) <= last) return { ...text, crc: Number.NaN };
      last = Number(sql.id);
      return text;
    };
    const { length: whole } = this.#all('textsBetween', read, after, to, count);
    return { whole, last: last > after ? last : undefined };
  }

  /** The id of the text that came last. */
  newestText(): number {
    return Number(this.#get('newestText')?.id ?? 0);
  }

  /** As many texts as SQLite's index names. */
  listedTexts(): number {
    return Number(this.#get('listedTexts')?.count);
  }

  /** Series of which there are chunks and nothing else. */
  strayChunks(): number[] {
    return (this.#statement('strayChunks').all() as unknown as Sql[]).map(({ series }) => Number(series));
  }

  /** As many as there should be. */
  countTexts(): number {
    return this.state().texts;
  }

  addText({ board, at, text }: TextRow): void {
    this.#run('addText', board, at, text, textChecksum({ board, at, text }));
  }

  /** Keeps the newest texts of a board. @returns how many others there were */
  trimTexts(board: number, keep: number): number {
    return this.#run('trimTexts', board, keep);
  }

  /** At most so many. @returns how many there were */
  dropTextsBefore(at: number, most: number): number {
    return this.#run('dropTextsBefore', at, most);
  }

  /** Those of boards that there are not. @returns how many there were */
  dropStrayTexts(): number {
    return this.#run('dropStrayTexts');
  }

  /** Those that came first. */
  oldestTexts(count: number): { id: number; at: number }[] {
    const rows = this.#statement('oldestTexts').all(count) as unknown as Sql[];
    return rows.map(({ id, at }) => ({ id: Number(id), at: Number(at) }));
  }

  /** @returns how many there were: 1 or 0 */
  dropText(id: number): number {
    return this.#run('dropText', id);
  }

  hasTexts(board: number): boolean {
    return this.#get('hasTexts', board) !== undefined;
  }

  /** Oldest first. */
  acks(): AckRow[] {
    return this.#all('acks', readAck);
  }

  /** @param acks all of this board */
  putAcks(board: number, acks: readonly AckRow[]): void {
    this.#run('dropAcks', board);
    for (const ack of acks) {
      const columns = ackColumns(ack);
      this.#run('addAck', ...columns, checksumOfText(...columns));
    }
  }

  #all<T>(name: keyof typeof STATEMENTS, read: (sql: Sql) => Read<T>, ...values: number[]): T[] {
    const rows: T[] = [];
    try {
      for (const sql of this.#statement(name).iterate(...values) as Iterable<Sql>) {
        const found = read(sql);
        if (found.crc === Number(sql.crc)) rows.push(found.row);
        else this.#damaged(found.name);
      }
    } catch (error) {
      // Those before the damaged place are served. Of the others it must be known whether they are whole.
      if (!['texts', 'textsBetween', 'chunksOf'].includes(name) || !isCorrupt(error)) throw error;
      this.#damaged(`${name}: ${(error as Error).message}`);
    }
    return rows;
  }

  /** Without those that a damaged list names twice. */
  #onceEach(texts: TextRow[]): TextRow[] {
    const seen = new Set<number | undefined>();
    return texts.filter(({ id, board }) => {
      if (seen.has(id)) this.#damaged(`texts of board ${board}, twice`);
      else return seen.add(id);
      return false;
    });
  }

  #get(name: keyof typeof STATEMENTS, ...values: number[]): Sql | undefined {
    return this.#statement(name).get(...values) as Sql | undefined;
  }

  /** @returns how many rows changed */
  #run(name: keyof typeof STATEMENTS, ...values: (string | number | Uint8Array | null)[]): number {
    return Number(this.#statement(name).run(...values).changes);
  }

  #statement(name: keyof typeof STATEMENTS): StatementSync {
    let statement = this.#prepared.get(name);
    if (!statement) {
      statement = this.#db.prepare(STATEMENTS[name]);
      statement.setReadBigInts(true); // a damaged integer must not throw before its checksum is looked at
      this.#prepared.set(name, statement);
    }
    return statement;
  }
}
