import { say } from '../language.ts';
import type { Store, StoredSample, StoredText } from '../store/store.ts';
import { isName, limits, type Value } from '../wire/index.ts';

/** A point, or a text, on its way in: what a line of an export's JSON Lines says. */
export type ImportRow =
  | { t: number; board: string; metric: string; v: Value; unit?: string }
  | { t: number; board: string; text: string };

/** What became of rows. */
export interface ImportCounts {
  /** They are stored now. */
  added: number;
  /** They were stored before. */
  present: number;
  /** The store does not take them: too old, or too many boards or series. */
  leftOut: number;
}

/** UTF-16 units of a board's name and of a unit. */
const NAME = 64;
/** Milliseconds that a Date holds. */
const MOST_TIME = 8.64e15;
/** Texts of a board that are looked at: as many as a store keeps unless told otherwise. */
const TEXTS = 10_000;

/** Reads a line of JSON Lines. @returns what is wrong with it, a sentence */
export function importRowOf(line: string): ImportRow | string {
  const value = valueIn(line);
  if (typeof value !== 'object' || value === null) return say('It is no JSON object.', '它不是 JSON 对象。');
  return checkedRow(value);
}

function valueIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Whether that is a row. @returns what is wrong with it, a sentence */
export function checkedRow(row: Partial<Record<string, unknown>>): ImportRow | string {
  const { t, board, metric, v, text, unit } = row;
  if (typeof t !== 'number' || !Number.isInteger(t) || Math.abs(t) > MOST_TIME)
    return say('Its time is none.', '时间无效。');
  if (typeof board !== 'string' || !isName(board, NAME))
    return say("Its board's name is none.", '板子名称无效。');
  if (typeof text === 'string' && text.length <= limits.lineBytes) return { t, board, text };
  if (typeof metric !== 'string' || !isName(metric, limits.nameLength))
    return say("Its metric's name is none.", '指标名称无效。');
  if (!isValue(v)) return say('Its value is none.', '值无效。');
  if (unit === undefined || unit === '') return { t, board, metric, v };
  return typeof unit === 'string' && isName(unit, NAME)
    ? { t, board, metric, v, unit }
    : say('Its unit is none.', '单位无效。');
}

const isValue = (value: unknown): value is Value =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value.length <= limits.lineBytes);

/** Stores what is not stored yet: the same rows may come again and again. @throws KitelineError CLOSED, STORE_FAILED */
export async function importRows(store: Store, rows: readonly ImportRow[]): Promise<ImportCounts> {
  const missing = await missingOf(store, rows);
  const samples: StoredSample[] = [];
  const texts: StoredText[] = [];
  for (const row of missing) {
    const { t: at, board } = row;
    if ('text' in row) texts.push({ board, at, text: row.text });
    else samples.push(sampleOf(row));
  }
  const before = leftOutBy(store);
  if (missing.length > 0) await store.append({ samples, texts });
  const leftOut = Math.min(missing.length, leftOutBy(store) - before);
  return { added: missing.length - leftOut, present: rows.length - missing.length, leftOut };
}

const sampleOf = ({ t, board, metric, v, unit }: Extract<ImportRow, { metric: string }>): StoredSample => ({
  board,
  at: t,
  values: new Map([[metric, v]]),
  ...(unit !== undefined && { units: new Map([[metric, unit]]) }),
});

/** Others may be counted with it that come at the same moment. */
const leftOutBy = ({ counts }: Store): number => counts.tooOld + counts.tooManySeries + counts.tooManyBoards;

/** The rows of which the store has not as many already, in their order. */
async function missingOf(store: Store, rows: readonly ImportRow[]): Promise<ImportRow[]> {
  const series = Map.groupBy(rows, (row) => JSON.stringify([row.board, 'text' in row ? null : row.metric]));
  const missing = new Set<ImportRow>();
  for (const group of series.values()) {
    const wanted = Map.groupBy(group, (row) => keyOf(row.t, 'text' in row ? row.text : row.v));
    for await (const key of storedKeys(store, group)) wanted.get(key)?.pop();
    for (const left of wanted.values()) for (const row of left) missing.add(row);
  }
  return rows.filter((row) => missing.has(row));
}

/** What is stored of a series, or of a board's texts, in the time of the rows. */
async function* storedKeys(store: Store, group: readonly ImportRow[]): AsyncGenerator<string> {
  const [first] = group;
  if (!first) return;
  let [from, to] = [first.t, first.t];
  for (const { t } of group) [from, to] = [Math.min(from, t), Math.max(to, t)];
  if ('text' in first) {
    for (const { at, text } of await store.texts({ board: first.board, limit: TEXTS })) yield keyOf(at, text);
    return;
  }
  const { board, metric } = first;
  for await (const page of store.points({ board, metric, from, to: to + 1 }))
    for (const { at, value } of page) yield keyOf(at, value);
}

/** CSV does not tell 1 from "1": they count as the same. */
const keyOf = (at: number, value: Value): string => `${at} ${value}`;
