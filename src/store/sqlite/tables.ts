import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { checksumOf, checksumOfText } from './checksum.ts';
import type { ChunkInfo, NewChunk } from './series.ts';

export interface BoardRow {
  id: number;
  name: string;
  lastAt: number;
}

export interface SeriesRow {
  id: number;
  board: number;
  metric: string;
  unit: string | null;
  points: number;
  firstAt: number;
  lastAt: number;
  /** JSON of the newest value. */
  latest: string;
  nextNo: number;
  /** Whether the chunk of that number has a row: it is not full. */
  tail: boolean;
  chunks: number;
}

export interface ChunkRow extends ChunkInfo {
  series: number;
  /** Its row in chunk_data. */
  data: number;
}

export interface TextRow {
  board: number;
  at: number;
  text: string;
}

export interface AckRow {
  board: number;
  boot: string;
  seq: number;
  place: number;
}

type Value = string | number | bigint | Uint8Array | null;
type Column =
  | 'at'
  | 'board'
  | 'boot'
  | 'chunks'
  | 'count'
  | 'crc'
  | 'data'
  | 'first_at'
  | 'id'
  | 'last_at'
  | 'last_commit'
  | 'latest'
  | 'max'
  | 'metric'
  | 'min'
  | 'name'
  | 'next_no'
  | 'no'
  | 'numbers'
  | 'place'
  | 'points'
  | 'seq'
  | 'series'
  | 'sum'
  | 'tail'
  | 'text'
  | 'unit';
/** A row as SQLite gives it, with the columns that were asked for. */
type Sql = { readonly [column in Column]: Value };

const STATEMENTS = {
  state: 'SELECT last_commit, crc FROM state',
  putState: 'UPDATE state SET last_commit = ?, crc = ?',
  boards: 'SELECT id, name, last_at, crc FROM boards ORDER BY last_at, id',
  putBoard:
    'INSERT INTO boards VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, crc = excluded.crc',
  dropBoard: 'DELETE FROM boards WHERE id = ?',
  series: 'SELECT * FROM series ORDER BY id',
  putSeries: 'INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  dropSeries: 'DELETE FROM series WHERE id = ?',
  highestSeries:
    'SELECT max(a) AS id FROM (SELECT max(id) AS a FROM series UNION ALL SELECT max(series) FROM chunks)',
  highestBoard:
    'SELECT max(a) AS id FROM (SELECT max(id) AS a FROM boards UNION ALL SELECT max(board) FROM series UNION ALL SELECT max(board) FROM texts UNION ALL SELECT max(board) FROM acks)',
  chunksOf: 'SELECT * FROM chunks WHERE series = ? ORDER BY no',
  firstAt: 'SELECT min(first_at) AS at FROM chunks WHERE series = ?',
  chunk: 'SELECT * FROM chunks WHERE series = ? AND no = ?',
  oldestChunks: 'SELECT * FROM chunks ORDER BY last_at LIMIT ?',
  chunksBefore: 'SELECT * FROM chunks WHERE last_at < ? ORDER BY last_at LIMIT ?',
  putChunk: 'INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  dropChunk: 'DELETE FROM chunks WHERE series = ? AND no = ?',
  data: 'SELECT data FROM chunk_data WHERE id = ?',
  addData: 'INSERT INTO chunk_data (data) VALUES (?)',
  putData: 'UPDATE chunk_data SET data = ? WHERE id = ?',
  dropData: 'DELETE FROM chunk_data WHERE id = ?',
  texts: 'SELECT board, at, text, crc FROM texts WHERE board = ? ORDER BY at DESC, id DESC LIMIT ?',
  allTexts: 'SELECT board, at, text, crc FROM texts',
  countTexts: 'SELECT count(*) AS count FROM texts',
  addText: 'INSERT INTO texts (board, at, text, crc) VALUES (?, ?, ?, ?)',
  trimTexts:
    'DELETE FROM texts WHERE id IN (SELECT id FROM texts WHERE board = ? ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)',
  dropTextsBefore: 'DELETE FROM texts WHERE at < ?',
  dropOldestTexts: 'DELETE FROM texts WHERE id IN (SELECT id FROM texts ORDER BY at, id LIMIT ?)',
  acks: 'SELECT board, boot, seq, place, crc FROM acks ORDER BY place',
  dropAcks: 'DELETE FROM acks WHERE board = ?',
  addAck: 'INSERT INTO acks VALUES (?, ?, ?, ?, ?)',
} as const;

/**
 * Every statement the store makes, and the checksums of its rows: a row whose checksum is wrong is told to `damaged` and
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

  /** The number of the last commit that the database holds. */
  lastCommit(): number {
    const row = this.#get('state');
    const number = Number(row?.last_commit ?? 0);
    // A wrong number would drop what the log still has, or take it twice.
    if (number !== 0 && row?.crc !== checksumOf(number)) throw new DamagedState();
    return number;
  }

  putLastCommit(number: number): void {
    this.#run('putState', number, checksumOf(number));
  }

  boards(): BoardRow[] {
    return this.#all('boards', (row) => {
      const board = { id: Number(row.id), name: String(row.name), lastAt: Number(row.last_at) };
      return { board, crc: checksumOfText(board.id, board.name, board.lastAt), what: `boards ${board.id}` };
    }).map(({ board }) => board);
  }

  putBoard({ id, name, lastAt }: BoardRow): void {
    this.#run('putBoard', id, name, lastAt, checksumOfText(id, name, lastAt));
  }

  dropBoard(id: number): void {
    this.#run('dropAcks', id);
    this.#run('dropBoard', id);
  }

  series(): SeriesRow[] {
    return this.#all('series', (row) => {
      const series = seriesRow(row);
      return { series, crc: checksumOfText(...seriesColumns(series)), what: `series ${series.id}` };
    }).map(({ series }) => series);
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
    return this.#chunks('chunksOf', series);
  }

  chunk(series: number, no: number): ChunkRow | undefined {
    return this.#chunks('chunk', series, no)[0];
  }

  /** When the first point of a series was; undefined when it has none. */
  firstAt(series: number): number | undefined {
    return (this.#get('firstAt', series)?.at as number | null) ?? undefined;
  }

  /** Those with the oldest ends, oldest first. @param before only chunks that ended before it */
  oldestChunks(count: number, before?: number): ChunkRow[] {
    return before === undefined
      ? this.#chunks('oldestChunks', count)
      : this.#chunks('chunksBefore', before, count);
  }

  /** @returns its row */
  putChunk(series: number, { blob, replaces, ...info }: NewChunk): ChunkRow {
    const replaced = replaces ? this.chunk(series, info.no) : undefined;
    if (replaced) this.#run('putData', blob, replaced.data);
    const data = replaced?.data ?? Number(this.#statement('addData').run(blob).lastInsertRowid);
    const row = { ...info, series, data };
    const columns = chunkColumns(row);
    const values = columns.map((number) => (Number.isNaN(number) ? null : number));
    this.#run('putChunk', ...values, checksumOf(...columns));
    return row;
  }

  dropChunk({ series, no, data }: ChunkRow): void {
    this.#run('dropData', data);
    this.#run('dropChunk', series, no);
  }

  /** The bytes of a chunk, which have a checksum of their own; undefined where there is no such row. */
  data(id: number): Uint8Array | undefined {
    return this.#get('data', id)?.data as Uint8Array | undefined;
  }

  /** The newest texts of a board, newest first. */
  texts(board: number, limit: number): TextRow[] {
    return this.#all('texts', textRow, board, limit).map(({ text }) => text);
  }

  /** Reads every text. @returns how many are whole */
  checkTexts(): number {
    return this.#all('allTexts', textRow).length;
  }

  countTexts(): number {
    return Number(this.#get('countTexts')?.count);
  }

  addText({ board, at, text }: TextRow): void {
    this.#run('addText', board, at, text, checksumOfText(board, at, text));
  }

  /** Keeps the newest texts of a board. @returns how many others there were */
  trimTexts(board: number, keep: number): number {
    return this.#run('trimTexts', board, keep);
  }

  dropTextsBefore(at: number): number {
    return this.#run('dropTextsBefore', at);
  }

  /** @returns how many there were, at most `count` */
  dropOldestTexts(count: number): number {
    return this.#run('dropOldestTexts', count);
  }

  /** Oldest first. */
  acks(): AckRow[] {
    return this.#all('acks', (row) => {
      const ack = {
        board: Number(row.board),
        boot: String(row.boot),
        seq: Number(row.seq),
        place: Number(row.place),
      };
      return { ack, crc: checksumOfText(...Object.values(ack)), what: `acks ${ack.board}` };
    }).map(({ ack }) => ack);
  }

  /** @param acks all of this board */
  putAcks(board: number, acks: readonly AckRow[]): void {
    this.#run('dropAcks', board);
    for (const ack of acks) {
      const columns = [ack.board, ack.boot, ack.seq, ack.place];
      this.#run('addAck', ...columns, checksumOfText(...columns));
    }
  }

  #chunks(name: 'chunksOf' | 'chunk' | 'oldestChunks' | 'chunksBefore', ...values: number[]): ChunkRow[] {
    return this.#all(
      name,
      (row) => {
        const chunk = chunkRow(row);
        const what = `chunks ${chunk.series}/${chunk.no}`;
        return { chunk, crc: checksumOf(...chunkColumns(chunk)), what };
      },
      ...values,
    ).map(({ chunk }) => chunk);
  }

  #all<T extends { crc: number; what: string }>(
    name: keyof typeof STATEMENTS,
    read: (row: Sql) => T,
    ...values: (string | number)[]
  ): T[] {
    const rows: T[] = [];
    for (const row of this.#statement(name).iterate(...values) as Iterable<Sql>) {
      const found = read(row);
      if (found.crc === row.crc) rows.push(found);
      else this.#damaged(found.what);
    }
    return rows;
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
      this.#prepared.set(name, statement);
    }
    return statement;
  }
}

/** The state row's checksum is wrong. */
export class DamagedState extends Error {}

function seriesRow(row: Sql): SeriesRow {
  return {
    id: Number(row.id),
    board: Number(row.board),
    metric: String(row.metric),
    unit: row.unit === null ? null : String(row.unit),
    points: Number(row.points),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at),
    latest: String(row.latest),
    nextNo: Number(row.next_no),
    tail: row.tail === 1,
    chunks: Number(row.chunks),
  };
}

const seriesColumns = (row: SeriesRow) => [
  row.id,
  row.board,
  row.metric,
  row.unit,
  row.points,
  row.firstAt,
  row.lastAt,
  row.latest,
  row.nextNo,
  Number(row.tail),
  row.chunks,
];

function chunkRow(row: Sql): ChunkRow {
  const number = (value: Value) => (value === null ? Number.NaN : Number(value));
  return {
    series: Number(row.series),
    no: Number(row.no),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at),
    count: Number(row.count),
    numbers: Number(row.numbers),
    min: number(row.min),
    max: number(row.max),
    sum: number(row.sum),
    data: Number(row.data),
  };
}

const chunkColumns = (row: ChunkRow) => [
  row.series,
  row.no,
  row.firstAt,
  row.lastAt,
  row.count,
  row.numbers,
  row.min,
  row.max,
  row.sum,
  row.data,
];

function textRow(row: Sql) {
  const text = { board: Number(row.board), at: Number(row.at), text: String(row.text) };
  return { text, crc: checksumOfText(text.board, text.at, text.text), what: `texts of board ${text.board}` };
}
