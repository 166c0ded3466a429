import { KitelineError } from '../../errors.ts';
import { checkedRow, type ImportRow, importRowOf } from '../../http/import-rows.ts';
import { plainValue } from '../../http/plain-value.ts';
import { say } from '../../language.ts';
import { CsvReader, type CsvRecord } from './csv.ts';

/** A row, and on which line of its file it stands. */
export interface FoundRow {
  line: number;
  row: ImportRow;
}

/** What an export's header is. */
const POINTS = 'time,board,metric,value,unit';
const TEXTS = 'time,board,text';
/** Characters of a line of JSON. */
const LONGEST = 64 * 1024;

/** A line cannot be imported; what stood before it can. */
export class BadLine extends KitelineError {
  constructor(line: number, what: string) {
    super('USAGE', say(`Line ${line}: ${what}`, `第 ${line} 行：${what}`));
  }
}

/** Reads a part of a file; after a line that is wrong nothing of it counts. */
type Reader = (text: string, isEnd: boolean) => (FoundRow | BadLine)[];

/** The rows of an export, however long: CSV, or JSON Lines, which begin with a brace. @throws BadLine after all that stands before it */
export async function* rowsIn(parts: AsyncIterable<Uint8Array>): AsyncGenerator<FoundRow> {
  const decoder = new TextDecoder(); // takes a byte order mark out
  let read: Reader | undefined;
  for await (const part of parts) {
    const text = decoder.decode(part, { stream: true });
    read ??= readerFor(text);
    if (read) yield* untilWrong(read(text, false));
  }
  if (read) yield* untilWrong(read(decoder.decode(), true));
}

function* untilWrong(rows: (FoundRow | BadLine)[]): Generator<FoundRow> {
  for (const row of rows) {
    if (row instanceof BadLine) throw row;
    yield row;
  }
}

function readerFor(text: string): Reader | undefined {
  const first = text.trimStart()[0];
  if (first === undefined) return undefined;
  return first === '{' ? jsonLines() : csvLines();
}

function jsonLines(): Reader {
  let [rest, line] = ['', 0];
  return (text, isEnd) => {
    const lines = (rest + text).split('\n');
    rest = isEnd ? '' : (lines.pop() ?? '');
    const rows = lines.flatMap((one) => {
      line++;
      return one.trim() === '' ? [] : [found(line, importRowOf(one))];
    });
    return rest.length > LONGEST ? [...rows, new BadLine(line + 1, say('It is too long.', '过长。'))] : rows;
  };
}

function csvLines(): Reader {
  const reader = new CsvReader();
  let header: string | undefined;
  return (text, isEnd) => {
    const records = [...reader.push(text), ...(isEnd ? reader.end() : [])];
    const rows = records.flatMap((record) => {
      if (header !== undefined) return [found(record.line, rowOf(record, header))];
      header = record.fields.join(',');
      return isHeader(header) ? [] : [new BadLine(record.line, NO_HEADER())];
    });
    const broken = () => new BadLine(reader.line, say('A quotation mark is not closed.', '引号没有闭合。'));
    return reader.isBroken ? [...rows, broken()] : rows;
  };
}

const isHeader = (text: string): boolean => text === POINTS || text === TEXTS;

const NO_HEADER = () =>
  say(`An export begins with "${POINTS}" or "${TEXTS}".`, `导出文件以“${POINTS}”或“${TEXTS}”开头。`);

function rowOf({ fields }: CsvRecord, header: string): ImportRow | string {
  const wanted = header.split(',').length;
  if (fields.length !== wanted) {
    return say(
      `It has ${fields.length} fields, not ${wanted}.`,
      `它有 ${fields.length} 个字段，而不是 ${wanted} 个。`,
    );
  }
  const [time = '', board = '', third = '', value = '', unit = ''] = fields;
  const t = timeOf(time);
  if (header === TEXTS) return checkedRow({ t, board: asItCame(board), text: asItCame(third) });
  const v = plainValue(value);
  return checkedRow({
    t,
    board: asItCame(board),
    metric: asItCame(third),
    v: typeof v === 'string' ? asItCame(v) : v,
    unit: asItCame(unit),
  });
}

/** ISO 8601 in UTC, or what no calendar reaches, in milliseconds. */
const timeOf = (text: string): number =>
  /^-?\d+$/.test(text) ? Number(text) : /(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;

/** Without the apostrophe that keeps spreadsheets from taking a text for a formula. */
const asItCame = (text: string): string => (/^'[=+\-@\t\r]/.test(text) ? text.slice(1) : text);

const found = (line: number, row: ImportRow | string): FoundRow | BadLine =>
  typeof row === 'string' ? new BadLine(line, row) : { line, row };
