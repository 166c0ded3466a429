/** The rows of the store's tables: their columns, and their checksums. */
import { checksumOf, checksumOfText } from './checksum.ts';
import type { ChunkInfo } from './series.ts';

/** The one row of the state table. */
export interface State {
  /** The number of the last commit that the database holds. */
  commit: number;
  /** Rows of the tables. */
  boards: number;
  series: number;
  acks: number;
  texts: number;
}

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
  /** What the checksum of that is: a row may be found under another's number. */
  dataCrc: number;
}

export interface TextRow {
  /** Of its row; none before it is stored. */
  id?: number;
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

export type Value = string | number | bigint | Uint8Array | null;
type Column =
  | 'acks'
  | 'at'
  | 'board'
  | 'boards'
  | 'boot'
  | 'chunks'
  | 'count'
  | 'crc'
  | 'data'
  | 'data_crc'
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
  | 'texts'
  | 'unit';
/** A row as SQLite gives it, with the columns that were asked for. */
export type Sql = { readonly [column in Column]: Value };

/** A row that was read: what it says, what its checksum should be, and what it is called when that is wrong. */
export interface Read<T> {
  row: T;
  crc: number;
  name: string;
}

export function readState(sql: Sql): Read<State> {
  const row = {
    commit: Number(sql.last_commit),
    boards: Number(sql.boards),
    series: Number(sql.series),
    acks: Number(sql.acks),
    texts: Number(sql.texts),
  };
  return { row, crc: checksumOf(...stateColumns(row)), name: 'state' };
}

export const stateColumns = ({ commit, boards, series, acks, texts }: State) => [
  commit,
  boards,
  series,
  acks,
  texts,
];

export function readBoard(sql: Sql): Read<BoardRow> {
  const row = { id: Number(sql.id), name: String(sql.name), lastAt: Number(sql.last_at) };
  return { row, crc: boardChecksum(row), name: `boards ${row.id}` };
}

export const boardChecksum = ({ id, name, lastAt }: BoardRow): number => checksumOfText(id, name, lastAt);

export function readSeries(sql: Sql): Read<SeriesRow> {
  const row = {
    id: Number(sql.id),
    board: Number(sql.board),
    metric: String(sql.metric),
    unit: sql.unit === null ? null : String(sql.unit),
    points: Number(sql.points),
    firstAt: Number(sql.first_at),
    lastAt: Number(sql.last_at),
    latest: String(sql.latest),
    nextNo: Number(sql.next_no),
    tail: Number(sql.tail) === 1,
    chunks: Number(sql.chunks),
  };
  return { row, crc: checksumOfText(...seriesColumns(row)), name: `series ${row.id}` };
}

export const seriesColumns = (row: SeriesRow) => [
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

export function readChunk(sql: Sql): Read<ChunkRow> {
  const number = (value: Value) => (value === null ? Number.NaN : Number(value));
  const row = {
    series: Number(sql.series),
    no: Number(sql.no),
    firstAt: Number(sql.first_at),
    lastAt: Number(sql.last_at),
    count: Number(sql.count),
    numbers: Number(sql.numbers),
    min: number(sql.min),
    max: number(sql.max),
    sum: number(sql.sum),
    data: Number(sql.data),
    dataCrc: Number(sql.data_crc),
  };
  return { row, crc: checksumOf(...chunkColumns(row)), name: `chunks ${row.series}/${row.no}` };
}

/** NaN stands for NULL. */
export const chunkColumns = (row: ChunkRow) => [
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
  row.dataCrc,
];

export function readText(sql: Sql): Read<TextRow> {
  const row = { id: Number(sql.id), board: Number(sql.board), at: Number(sql.at), text: String(sql.text) };
  return { row, crc: textChecksum(row), name: `texts of board ${row.board}` };
}

export const textChecksum = ({ board, at, text }: TextRow): number => checksumOfText(board, at, text);

export function readAck(sql: Sql): Read<AckRow> {
  const row = {
    board: Number(sql.board),
    boot: String(sql.boot),
    seq: Number(sql.seq),
    place: Number(sql.place),
  };
  return { row, crc: checksumOfText(...ackColumns(row)), name: `acks of board ${row.board}` };
}

export const ackColumns = ({ board, boot, seq, place }: AckRow) => [board, boot, seq, place];
