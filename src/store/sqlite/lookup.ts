/** What an open store says of boards, series, texts and acks: from memory, but for the texts. `since`: what is older is not served. */
import type { Ack, LatestValue, SeriesInfo, StoredBoard, StoredText, StoreInfo } from '../store.ts';
import type { Catalog } from './catalog.ts';
import type { Opened } from './opening.ts';
import type { Series } from './series.ts';

export function latestOf(catalog: Catalog, board: string, since: number): LatestValue[] {
  return servedOf(catalog, board, since).map((series) => ({
    metric: series.metric,
    value: series.latest,
    at: series.lastAt,
    ...(series.unit !== undefined && { unit: series.unit }),
  }));
}

export function seriesOf(catalog: Catalog, board: string, since: number): SeriesInfo[] {
  return servedOf(catalog, board, since).map((series) => ({
    metric: series.metric,
    ...(series.unit !== undefined && { unit: series.unit }),
    points: series.points,
    from: Math.max(series.firstAt, since),
    to: series.lastAt,
  }));
}

export function boardsOf({ boards }: Catalog): StoredBoard[] {
  return [...boards.values()].map(({ name, series, lastAt }) => ({
    board: name,
    series: series.size,
    lastAt: Number.isFinite(lastAt) ? lastAt : 0,
  }));
}

export function acksOf(catalog: Catalog, board: string): Ack[] {
  const acks = [...(catalog.board(board)?.acks.values() ?? [])];
  return acks.map(({ boot, seq }) => ({ board, boot, seq })).reverse();
}

/** The newest texts of a board, by time. */
export function textsOf(
  { catalog, tables }: Pick<Opened, 'catalog' | 'tables'>,
  board: string,
  limit: number,
  since: number,
): StoredText[] {
  const known = catalog.board(board);
  if (!known) return [];
  const stored = tables.texts(known.id, limit).reverse();
  const all = [...stored, ...known.texts].map(({ at, text }) => ({ board: known.name, at, text }));
  return all
    .sort((a, b) => a.at - b.at)
    .slice(-limit)
    .filter(({ at }) => at >= since);
}

/** How much there is of everything. */
export function totalsOf({
  catalog,
  tables,
}: Pick<Opened, 'catalog' | 'tables'>): Pick<StoreInfo, 'boards' | 'series' | 'points' | 'texts'> {
  const { boards, byId } = catalog;
  let points = 0;
  for (const series of byId.values()) points += series.points;
  let texts = tables.countTexts();
  for (const board of boards.values()) texts += board.texts.length;
  return { boards: boards.size, series: byId.size, points, texts };
}

/** Those of which there is something that is served. */
function servedOf(catalog: Catalog, board: string, since: number): Series[] {
  return [...(catalog.board(board)?.series.values() ?? [])].filter(({ lastAt }) => lastAt >= since);
}
