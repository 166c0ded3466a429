import { history } from './history.ts';

/** Where a value has been, for a line without axes: times in milliseconds since 1970, in order. */
export type Trail = readonly (readonly [t: number, value: number])[];

/** An hour, or what there is of it. */
const SPAN_MS = 3_600_000;
/** Points that a line is thinned to; it has twice as many at most. */
const POINTS = 60;

/** A trail with one more point; of one that is late the same trail. */
export function longer(trail: Trail, t: number, value: number): Trail {
  const last = trail.at(-1);
  if (last && t <= last[0]) return trail;
  const more = [...trail, [t, value] as const];
  return more.length > 2 * POINTS ? thinned(more.filter(([at]) => at > t - SPAN_MS)) : more;
}

/** Where it was before the page was opened. @param to milliseconds since 1970, not included */
export async function before(board: string, metric: string, to: number): Promise<Trail> {
  const past = await history(board, metric, to - SPAN_MS, to, POINTS);
  return (past?.t ?? []).flatMap((s, i) => {
    const value = past?.mean[i];
    return value === null || value === undefined ? [] : [[s * 1_000, value] as const];
  });
}

/** One point, the mean, of each stretch of the same length: where points come slowly and where they come fast. */
function thinned(trail: Trail): Trail {
  const [first, last] = [trail[0]?.[0] ?? 0, trail.at(-1)?.[0] ?? 0];
  const stretch = Math.max((last - first) / POINTS, 1);
  const out: [t: number, value: number][] = [];
  let here = -1;
  let count = 0;
  for (const [t, value] of trail) {
    const index = Math.floor((t - first) / stretch);
    const newest = out.at(-1);
    if (newest && index === here) {
      count++;
      newest[0] = t;
      newest[1] += (value - newest[1]) / count;
    } else {
      out.push([t, value]);
      here = index;
      count = 1;
    }
  }
  return out;
}
