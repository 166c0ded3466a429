import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import type { Bucket } from '../store/buckets.ts';
import type { Point, Store } from '../store/store.ts';
import type { Value } from '../wire/index.ts';
import { rangeOf, seriesOf } from './query.ts';

/** A point as it stands in JSON: time in milliseconds since 1970 UTC, and value. */
export interface JsonPoint {
  t: number;
  v: Value;
}

/** A bucket as it stands in JSON; `min`, `mean` and `max` are of its numbers and booleans, and absent where it has none. */
export interface JsonBucket {
  /** Where it begins. */
  t: number;
  count: number;
  min?: number;
  mean?: number;
  max?: number;
}

/** What `GET /api/v1/boards/:name/history` answers. */
export interface HistoryAnswer {
  board: string;
  metric: string;
  unit?: string;
  /** What was asked for; where nothing was, what is stored. `to` is not included. */
  from: number;
  to: number;
  /** Points of the range, and what they come to. */
  count: number;
  min?: number;
  mean?: number;
  max?: number;
  /** The last point of the range. */
  newest?: JsonPoint;
  /** Of a series of strings or booleans: when it became what, the newest of the range; its last 100,000 points are looked at. */
  changes?: JsonPoint[];
  /** Every point of the range where there are at most as many as asked for, else buckets of equal length. */
  points?: JsonPoint[];
  buckets?: JsonBucket[];
  /** All that is stored of the series. */
  stored: { points: number; from: number; to: number };
}

/** A line of the answer with `shape=rows`: a point, or a bucket's mean between its least and greatest. For tools that take one kind of line. */
export interface JsonRow extends JsonPoint {
  min?: number;
  max?: number;
}

const POINTS = 500;
const MOST_POINTS = 10_000;
/** Points that are read at once, and how often, to find changes: of strings as long as a message, a page takes 80 MB. */
const PAGE = 10_000;
const PAGES = 10;
const MOST_CHANGES = 100;

/** `GET /api/v1/boards/:name/history?metric=&from=&to=&points=&shape=rows` */
export async function getHistory(c: Context, store: Store, clock: Clock): Promise<Response> {
  const board = c.req.param('name') ?? '';
  const metric = c.req.query('metric');
  if (metric === undefined) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say('Say which metric: ?metric=temp.', '请指明指标：?metric=temp。'),
    );
  }
  const wanted = pointsOf(c.req.query('points'));
  const isRows = isRowsIn(c.req.query('shape'));
  const told = rangeOf(c, clock);
  const { unit, points, from, to } = await seriesOf(store, board, metric);
  const end = told.to ?? Math.max(to, told.from ?? to) + 1;
  const range = { board, metric, from: told.from ?? Math.min(from, end), to: end };
  const [newest, [total]] = await Promise.all([
    store.query({ ...range, limit: wanted + 1 }),
    store.buckets({ ...range, buckets: 1 }),
  ]);
  const last = newest.at(-1);
  const { at: _, ...sums } = total ?? { at: 0, count: 0 };
  const answer: HistoryAnswer = {
    ...range,
    ...(unit !== undefined && { unit }),
    ...sums,
    ...(last && { newest: jsonPoint(last) }),
    ...(last && typeof last.value !== 'number' && { changes: await changesOf(store, range) }),
    ...(newest.length <= wanted
      ? { points: newest.map(jsonPoint) }
      : { buckets: (await store.buckets({ ...range, buckets: wanted })).map(jsonBucket) }),
    stored: { points, from, to },
  };
  return c.json(isRows ? rowsOf(answer) : answer);
}

/** Page by page from the newest point back, until there are enough of them. */
async function changesOf(
  store: Store,
  range: { board: string; metric: string; from: number; to: number },
): Promise<JsonPoint[]> {
  const changes: Point[] = [];
  for (let { to } = range, pages = 0; pages < PAGES && changes.length < MOST_CHANGES; pages++) {
    const points = await store.query({ ...range, to, limit: PAGE });
    const first = points[0]?.at ?? 0;
    const isAll = points.length < PAGE;
    // Of its first millisecond a full page may have only a part: that is read again, with what was before.
    const whole = isAll ? 0 : points.findIndex(({ at }) => at > first);
    if (whole < 0) break;
    changes.unshift(
      ...points
        .filter(({ value }, at) => at >= whole && value !== points[at - 1]?.value)
        .slice(-MOST_CHANGES),
    );
    if (isAll) break;
    to = first + 1;
  }
  return changes.slice(-MOST_CHANGES).map(jsonPoint);
}

function pointsOf(text: string | undefined): number {
  if (text === undefined) return POINTS;
  const points = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (points >= 1 && points <= MOST_POINTS) return points;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"points" is a whole number from 1 to ${MOST_POINTS}, not "${text}".`,
      `“points”必须是 1 到 ${MOST_POINTS} 之间的整数，而不是“${text}”。`,
    ),
  );
}

/** A bucket without a number in it has no value of its own, and is left out. */
function rowsOf({ points, buckets = [] }: HistoryAnswer): JsonRow[] {
  if (points) return points;
  return buckets.flatMap(({ t, min, mean, max }) =>
    mean === undefined || min === undefined || max === undefined ? [] : [{ t, v: mean, min, max }],
  );
}

function isRowsIn(shape: string | undefined): boolean {
  if (shape === undefined || shape === 'rows') return shape === 'rows';
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(`"shape" is rows, not "${shape}".`, `“shape”只能是 rows，而不是“${shape}”。`),
  );
}

const jsonPoint = ({ at, value }: Point): JsonPoint => ({ t: at, v: value });
const jsonBucket = ({ at, ...sums }: Bucket): JsonBucket => ({ t: at, ...sums });
