import type { HistoryAnswer } from '../../src/http/history.ts';

/** A series to draw: times in seconds since 1970, as uPlot takes them; a gap is null. */
export interface Drawn {
  t: number[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  unit: string | undefined;
}

/** Silences of more than so many usual intervals are shown as gaps. */
const GAP_INTERVALS = 4;

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
  const answer = await fetch(`/api/v1/boards/${encodeURIComponent(board)}/history?${query}`);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(((await answer.json()) as { detail?: string }).detail ?? answer.statusText);
  return drawn((await answer.json()) as HistoryAnswer);
}

function drawn(answer: HistoryAnswer): Drawn {
  const rows = answer.points
    ? answer.points.flatMap(({ t, v }) => {
        const n = asNumber(v);
        return n === undefined ? [] : [{ t, min: n, mean: n, max: n }];
      })
    : (answer.buckets ?? []).flatMap(({ t, min, mean, max }) =>
        min === undefined || mean === undefined || max === undefined ? [] : [{ t, min, mean, max }],
      );
  const out: Drawn = { t: [], mean: [], min: [], max: [], unit: answer.unit };
  const gap = GAP_INTERVALS * usual(rows.map(({ t }) => t));
  let before: number | undefined;
  for (const { t, min, mean, max } of rows) {
    if (before !== undefined && t - before > gap) push(out, (before + t) / 2, null, null, null);
    push(out, t, min, mean, max);
    before = t;
  }
  return out;
}

/** What came after it, appended; a silence before it is a gap. */
export function append(series: Drawn, t: number, value: number): void {
  const last = series.t.at(-1);
  if (last !== undefined && t / 1_000 < last) return; // late: it is in the history, and there with the next look at it
  if (last !== undefined && series.mean.at(-1) !== null) {
    const gap = GAP_INTERVALS * usual(series.t.slice(-20).map((s) => s * 1_000));
    if (t - last * 1_000 > gap) push(series, (last * 1_000 + t) / 2, null, null, null);
  }
  push(series, t, value, value, value);
}

export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : undefined;

function push(series: Drawn, ms: number, min: number | null, mean: number | null, max: number | null): void {
  series.t.push(ms / 1_000);
  series.min.push(min);
  series.mean.push(mean);
  series.max.push(max);
}

/** The median interval, in milliseconds; Infinity for fewer than three points. */
function usual(times: readonly number[]): number {
  if (times.length < 3) return Number.POSITIVE_INFINITY;
  const intervals = times.slice(1).map((time, i) => time - (times[i] ?? time));
  intervals.sort((a, b) => a - b);
  return Math.max(intervals[intervals.length >> 1] ?? 0, 1);
}
