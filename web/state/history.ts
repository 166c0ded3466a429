import type { HistoryAnswer } from '../../src/http/history.ts';
import { askHub, sentenceOf } from './answers.ts';

/** A series to draw: times in seconds since 1970, as uPlot takes them; a gap is null. */
export interface Drawn {
  t: number[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  /** Points that each of them stands for. */
  count: number[];
  unit: string | undefined;
}

/** Silences of more than so many usual intervals are shown as gaps. */
const GAP_INTERVALS = 4;
/** And of at least so many milliseconds: what comes fast comes unevenly over Wi-Fi. */
const GAP_LEAST_MS = 2_000;

/**
 * A metric's past, of as many points as the chart has pixels.
 * @returns undefined when there is none of it
 * @throws Error with the hub's sentence
 */
export async function history(
  board: string,
  metric: string,
  fromMs: number,
  toMs: number,
  points: number,
): Promise<Drawn | undefined> {
  const query = new URLSearchParams({
    metric,
    from: String(fromMs),
    to: String(toMs),
    points: String(points),
  });
  const answer = await askHub(`/api/v1/boards/${encodeURIComponent(board)}/history?${query}`);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(await sentenceOf(answer));
  return drawn((await answer.json()) as HistoryAnswer);
}

function drawn(answer: HistoryAnswer): Drawn {
  const rows = answer.points
    ? answer.points.flatMap(({ t, v }) => {
        const n = asNumber(v);
        return n === undefined ? [] : [{ t, min: n, mean: n, max: n, count: 1 }];
      })
    : (answer.buckets ?? []).flatMap(({ t, min, mean, max, count }) =>
        min === undefined || mean === undefined || max === undefined ? [] : [{ t, min, mean, max, count }],
      );
  const out = emptySeries(answer.unit);
  const gap = gapOf(rows.map(({ t }) => t));
  let before: number | undefined;
  for (const row of rows) {
    if (before !== undefined && row.t - before > gap) push(out, gapAt((before + row.t) / 2));
    push(out, row);
    before = row.t;
  }
  return out;
}

/** What came after it, appended; a silence before it is a gap. */
export function append(series: Drawn, t: number, value: number): void {
  const last = series.t.at(-1);
  if (last !== undefined && t / 1_000 < last) return; // late: it is in the history, and there with the next look at it
  if (last !== undefined && series.mean.at(-1) !== null) {
    const gap = gapOf(series.t.slice(-20).map((s) => s * 1_000));
    if (t - last * 1_000 > gap) push(series, gapAt((last * 1_000 + t) / 2));
  }
  push(series, { t, min: value, mean: value, max: value, count: 1 });
}

/** What a series comes to from one time to another, seconds since 1970. */
export function inRange(
  series: Drawn,
  from: number,
  to: number,
): { count: number; min: number; mean: number; max: number } {
  let [count, sum, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = series.t.length - 1; i >= 0; i--) {
    const [at, mean, min, max, times] = [
      series.t[i] as number,
      series.mean[i],
      series.min[i],
      series.max[i],
      series.count[i] as number,
    ];
    if (at < from) break;
    if (at > to || mean == null || min == null || max == null) continue;
    count += times;
    sum += mean * times;
    least = Math.min(least, min);
    most = Math.max(most, max);
  }
  return { count, min: least, mean: sum / count, max: most };
}

export const emptySeries = (unit?: string): Drawn => ({
  t: [],
  mean: [],
  min: [],
  max: [],
  count: [],
  unit,
});

export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : undefined;

/** The older half of it goes: of what cannot be read anew. */
export function forgetHalf({ t, min, mean, max, count }: Drawn): void {
  const half = t.length >> 1;
  for (const list of [t, min, mean, max, count]) list.splice(0, half);
}

interface Row {
  /** Milliseconds since 1970. */
  t: number;
  min: number | null;
  mean: number | null;
  max: number | null;
  count: number;
}

const gapAt = (t: number): Row => ({ t, min: null, mean: null, max: null, count: 0 });

function push(series: Drawn, { t, min, mean, max, count }: Row): void {
  series.t.push(t / 1_000);
  series.min.push(min);
  series.mean.push(mean);
  series.max.push(max);
  series.count.push(count);
}

const gapOf = (times: readonly number[]): number => Math.max(GAP_INTERVALS * usual(times), GAP_LEAST_MS);

/** The median interval, in milliseconds; Infinity for fewer than three points. */
function usual(times: readonly number[]): number {
  if (times.length < 3) return Number.POSITIVE_INFINITY;
  const intervals = times.slice(1).map((time, i) => time - (times[i] ?? time));
  intervals.sort((a, b) => a - b);
  return Math.max(intervals[intervals.length >> 1] ?? 0, 1);
}
