import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Value } from './rows.ts';

/** A row as it stands on a page. */
export interface PageRow {
  /** Of a table with row ids; undefined where the row is an entry of an index or of a table without them. */
  id: number | undefined;
  /** A column that is the row id itself is null here. */
  columns: readonly Value[];
}

// The format is at sqlite.org/fileformat2.html: sections 1.3 (the file's header), 1.6 (pages and cells), 2.1 (records).
const FILE_HEADER = 100;
const PAGE_SIZE = 8192; // ours, where the file does not say it any more
const INDEX_INTERIOR = 0x02;
const INDEX_LEAF = 0x0a;
const TABLE_LEAF = 0x0d;
/** No row of ours has more: a chunk has at most 65,535 points, a text is one message. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Every row that can be found on the pages of an SQLite file, page by page, without the tree that leads to them: for a file that
 * SQLite itself refuses. Rows that were deleted may be among them, and what only looks like a row: whoever takes one looks at
 * its checksum. Damage never throws.
 * @throws the system's error where there is no such file
 */
export function* rowsOnPages(path: string): Generator<PageRow, void> {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const header = readAt(file, 0, FILE_HEADER);
    const declared = header.length === FILE_HEADER ? header.readUInt16BE(16) : 0;
    const isPower = declared >= 512 && (declared & (declared - 1)) === 0;
    const pages = new Pages(file, isPower ? declared : PAGE_SIZE);
    for (let number = 1; (number - 1) * pages.size < size; number++) yield* rowsOf(pages, number);
  } finally {
    closeSync(file);
  }
}

class Pages {
  readonly size: number;
  readonly #file: number;

  constructor(file: number, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** @param number from 1 on @returns what there is of it */
  read(number: number): Buffer {
    return readAt(this.#file, (number - 1) * this.size, this.size);
  }
}

/** @returns what there is; nothing where the disk itself cannot read it */
function readAt(file: number, at: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, size, at));
  } catch {
    return bytes.subarray(0, 0);
  }
}

function* rowsOf(pages: Pages, number: number): Generator<PageRow, void> {
  const page = pages.read(number);
  const at = number === 1 ? FILE_HEADER : 0;
  if (page.length < at + 12) return;
  const kind = page[at];
  if (kind !== TABLE_LEAF && kind !== INDEX_LEAF && kind !== INDEX_INTERIOR) return;
  const pointers = at + (kind === INDEX_INTERIOR ? 12 : 8);
  const cells = Math.min(page.readUInt16BE(at + 3), Math.floor((page.length - pointers) / 2));
  for (let cell = 0; cell < cells; cell++) {
    const row = rowAt(pages, page, kind, page.readUInt16BE(pointers + 2 * cell));
    if (row) yield row;
  }
}

/** @returns undefined where there is no row */
function rowAt(pages: Pages, page: Buffer, kind: number, cell: number): PageRow | undefined {
  const reader = new Reader(page, kind === INDEX_INTERIOR ? cell + 4 : cell);
  const size = reader.varint();
  const id = kind === TABLE_LEAF ? reader.varint() : undefined;
  if (!(size > 0 && size <= MOST_BYTES)) return undefined;
  const payload = payloadAt(pages, page, reader.at, size, kind === TABLE_LEAF);
  const columns = payload && columnsOf(payload);
  return columns && { id, columns };
}

/** The bytes of a record: what stands on the page, and behind it what does not fit there, from a chain of other pages. */
function payloadAt(
  pages: Pages,
  page: Buffer,
  at: number,
  size: number,
  isTable: boolean,
): Buffer | undefined {
  const most = isTable ? pages.size - 35 : Math.floor(((pages.size - 12) * 64) / 255) - 23;
  if (size <= most) return at + size <= page.length ? page.subarray(at, at + size) : undefined;
  const least = Math.floor(((pages.size - 12) * 32) / 255) - 23;
  const rest = least + ((size - least) % (pages.size - 4));
  const local = rest <= most ? rest : least;
  if (at + local + 4 > page.length) return undefined;
  const parts = [page.subarray(at, at + local)];
  let missing = size - local;
  for (let next = page.readUInt32BE(at + local); missing > 0; ) {
    const overflow = next > 0 ? pages.read(next) : undefined;
    const take = Math.min(missing, pages.size - 4);
    if (!overflow || overflow.length < 4 + take) return undefined;
    parts.push(overflow.subarray(4, 4 + take));
    missing -= take;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function columnsOf(payload: Buffer): Value[] | undefined {
  const header = new Reader(payload, 0);
  const end = header.varint();
  if (!(end <= payload.length)) return undefined;
  const columns: Value[] = [];
  let at = end;
  while (header.at < end) {
    const type = header.varint();
    const size = sizeOf(type);
    if (!(size >= 0) || at + size > payload.length) return undefined;
    columns.push(valueAt(payload, at, type, size));
    at += size;
  }
  return columns;
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8];
const FLOAT = 7;
const ZERO = 8;
const ONE = 9;
const FIRST_BLOB = 12;

/** Bytes of a value of this serial type; NaN for one that is none. */
function sizeOf(type: number): number {
  if (type >= FIRST_BLOB) return Math.floor((type - FIRST_BLOB) / 2);
  if (type === FLOAT) return 8;
  if (type === ZERO || type === ONE) return 0;
  return INTEGER_BYTES[type] ?? Number.NaN;
}

function valueAt(payload: Buffer, at: number, type: number, size: number): Value {
  if (type >= FIRST_BLOB) {
    const bytes = payload.subarray(at, at + size);
    return type % 2 === 0 ? bytes : bytes.toString();
  }
  if (type === FLOAT) return payload.readDoubleBE(at);
  if (type === ZERO || type === ONE) return type - ZERO;
  if (size === 0) return null;
  return size === 8 ? Number(payload.readBigInt64BE(at)) : payload.readIntBE(at, size);
}

/** Reads numbers of variable length; NaN behind the end. */
class Reader {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  varint(): number {
    let value = 0;
    for (let i = 0; i < 9; i++) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) return Number.NaN;
      if (i === 8) return value * 256 + byte;
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    return value;
  }
}
