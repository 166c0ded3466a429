import type { Value } from '../wire/index.ts';

/** A value or a text, on its way out. */
export interface ExportRow {
  at: number;
  board: string;
  /** Absent for a text. */
  metric?: string;
  value: Value;
  unit?: string;
}

export interface RowFormat {
  mediaType: string;
  /** What comes first. */
  header(texts: boolean): string;
  row(row: ExportRow): string;
}

export const FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** RFC 4180: CRLF, and quotes around what has a quote, comma or line break in it. */
const csv: RowFormat = {
  mediaType: 'text/csv',
  header: (texts) => (texts ? 'time,board,text\r\n' : 'time,board,metric,value,unit\r\n'),
  row: ({ at, board, metric, value, unit = '' }) => {
    const start = `${isoTime(at)},${csvText(board)}`;
    const text = typeof value === 'string' ? csvText(value) : String(value);
    return metric === undefined
      ? `${start},${text}\r\n`
      : `${start},${csvText(metric)},${text},${csvText(unit)}\r\n`;
  },
};

/** JSON Lines: every value as it came. */
const jsonl: RowFormat = {
  mediaType: 'application/jsonl',
  header: () => '',
  row: ({ at, board, metric, value, unit }) =>
    `${JSON.stringify(
      metric === undefined
        ? { t: at, board, text: value }
        : { t: at, board, metric, v: value, ...(unit !== undefined && { unit }) },
    )}\n`,
};

export const formats: Record<ExportFormat, RowFormat> = { csv, jsonl };

/**
 * A text as a field. A spreadsheet takes what begins with one of `= + - @`, tab or CR for a formula and runs it, and a
 * board is whoever can send to us: it gets an apostrophe in front, which spreadsheets do not show
 * (OWASP, "CSV Injection"). Numbers are no texts.
 */
function csvText(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A time that no calendar reaches stays a number. */
function isoTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
