import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import { unknownName } from '../near.ts';
import type { SeriesInfo, Store } from '../store/store.ts';
import { parseRange, type TimeRange } from '../times.ts';

/** `from` and `to` of a request. @throws KitelineError BAD_ARGUMENT */
export const rangeOf = (c: Context, clock: Clock): TimeRange =>
  parseRange(c.req.query('from'), c.req.query('to'), clock.now());

/** @throws KitelineError NOT_FOUND with a sentence that names what there is */
export async function mustKnow(store: Store, board: string): Promise<void> {
  const boards = (await store.boards()).map((stored) => stored.board);
  if (!boards.includes(board)) throw unknownName('board', board, boards);
}

/** @throws KitelineError NOT_FOUND with a sentence that names what there is */
export async function seriesOf(store: Store, board: string, metric: string): Promise<SeriesInfo> {
  const all = await store.series(board);
  const found = all.find((series) => series.metric === metric);
  if (found) return found;
  await mustKnow(store, board);
  const metrics = all.map((series) => series.metric);
  throw unknownName('metric', metric, metrics, board);
}
