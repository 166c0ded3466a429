import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import type { SeriesInfo, Store } from '../store/store.ts';
import type { TimeRange } from '../times.ts';
import { type Limit, streamOf } from './bounded.ts';
import { type ExportFormat, type ExportRow, FORMATS, formats, type RowFormat } from './export-rows.ts';
import { problem } from './problem.ts';
import { mustKnow, rangeOf, seriesOf } from './query.ts';

/** Characters that are gathered before they go out. */
const PART = 64 * 1024;
/** Texts of a board that are read at once: as many as a store keeps unless told otherwise. */
const TEXTS = 10_000;

interface Selection extends TimeRange {
  boards: string[];
  /** One metric; all of them unless told. */
  metric?: string;
}

/**
 * `GET /api/v1/export?board=&metric=&from=&to=&format=csv|jsonl&texts=1`: every point, board by board, metric by metric, by
 * time; or every text.
 */
export async function getExport(c: Context, store: Store, clock: Clock, limit: Limit): Promise<Response> {
  const format = formatOf(c.req.query('format') ?? 'csv');
  const texts = c.req.query('texts') !== undefined;
  const selection = await selectionOf(c, store, clock, texts);
  const headers = {
    'Content-Type': `${formats[format].mediaType}; charset=utf-8`,
    'Content-Disposition': `attachment; filename="kiteline.${format}"`,
    'Cache-Control': 'no-store',
  };
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  const over = limit.take();
  if (!over) {
    return problem(
      c,
      503,
      say('Too many exports are under way: try again soon.', '正在进行的导出过多，请稍后再试。'),
    );
  }
  const rows = texts ? textRows(store, selection) : sampleRows(store, selection);
  return c.body(streamOf(written(rows, formats[format], texts), clock, over), 200, headers);
}

async function selectionOf(c: Context, store: Store, clock: Clock, texts: boolean): Promise<Selection> {
  const { board, metric } = c.req.query();
  const range = rangeOf(c, clock);
  if (metric !== undefined && (board === undefined || texts)) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      texts
        ? say('Texts have no metric.', '文本没有指标。')
        : say(
            "Say which board's metric: ?board=pump&metric=temp.",
            '请指明是哪块板子的指标：?board=pump&metric=temp。',
          ),
    );
  }
  if (board === undefined) return { ...range, boards: (await store.boards()).map((stored) => stored.board) };
  await mustKnow(store, board);
  if (metric === undefined) return { ...range, boards: [board] };
  await seriesOf(store, board, metric);
  return { ...range, boards: [board], metric };
}

async function* sampleRows(
  store: Store,
  { boards, metric, ...range }: Selection,
): AsyncGenerator<ExportRow[]> {
  for (const board of boards) {
    for (const series of await store.series(board)) {
      if (metric !== undefined && series.metric !== metric) continue;
      yield* seriesRows(store, board, series, range);
    }
  }
}

async function* seriesRows(
  store: Store,
  board: string,
  { metric, unit }: SeriesInfo,
  range: TimeRange,
): AsyncGenerator<ExportRow[]> {
  for await (const page of store.points({ board, metric, ...range })) {
    yield page.map(({ at, value }) => ({ at, board, metric, value, ...(unit !== undefined && { unit }) }));
  }
}

async function* textRows(
  store: Store,
  { boards, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Selection,
): AsyncGenerator<ExportRow[]> {
  for (const board of boards) {
    const texts = await store.texts({ board, limit: TEXTS });
    yield texts.filter(({ at }) => at >= from && at < to).map(({ at, text }) => ({ at, board, value: text }));
  }
}

/** The rows as bytes, in parts of a size that a socket likes. */
async function* written(
  pages: AsyncGenerator<ExportRow[]>,
  format: RowFormat,
  texts: boolean,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let text = format.header(texts);
  for await (const page of pages) {
    for (const row of page) {
      text += format.row(row);
      if (text.length < PART) continue;
      yield encoder.encode(text);
      text = '';
    }
  }
  if (text !== '') yield encoder.encode(text);
}

function formatOf(text: string): ExportFormat {
  const format = FORMATS.find((one) => one === text);
  if (format) return format;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `There is no format "${text}": it is one of ${FORMATS.join(', ')}.`,
      `没有格式“${text}”：只能是 ${FORMATS.join('、')} 之一。`,
    ),
  );
}
