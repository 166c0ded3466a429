import type { HistoryAnswer } from '../../http/history.ts';
import { say } from '../../language.ts';
import { openHistory } from '../history-source.ts';
import type { HubOptions } from '../hub-file.ts';
import { parseRangeOptions, queryString, type RangeOptions, rangeQuery } from '../range-options.ts';
import { print, printable, printableJson, tell } from '../terminal.ts';
import { picture } from './picture.ts';
import { localTimes, wholeNumber } from './words.ts';

export interface HistoryOptions extends HubOptions, RangeOptions {
  points?: number;
  json?: boolean;
}

const JSON_POINTS = 500;
const MOST_POINTS = 10_000;

/** @throws KitelineError BAD_ARGUMENT; USAGE for a board or metric that nobody knows, or where there is no history */
export async function showHistory(board: string, metric: string, options: HistoryOptions): Promise<void> {
  const now = Date.now();
  const range = parseRangeOptions(options, now);
  const size = { columns: terminalColumns(), rows: process.stdout.rows ?? 24 };
  const points = options.points ?? (options.json ? JSON_POINTS : Math.min(MOST_POINTS, 2 * size.columns));
  const source = await openHistory(options);
  const path = `/api/v1/boards/${encodeURIComponent(board)}/history`;
  const answer = await source
    .json<HistoryAnswer>(path + queryString({ metric, ...rangeQuery(range), points }))
    .finally(() => source.close());
  if (answer.count === 0) tell(nothingSentence(answer));
  else if (options.json) await print(jsonLines(answer));
  else await print(`${picture(answer, size, now).join('\n')}\n`);
}

/** Where stdout is no terminal, what `COLUMNS` says, or 80. */
function terminalColumns(): number {
  const told = process.stdout.columns ?? Number(process.env.COLUMNS);
  return Number.isInteger(told) && told > 0 ? told : 80;
}

function jsonLines({ points, buckets = [] }: HistoryAnswer): string {
  return (points ?? buckets).map((row) => `${printableJson(JSON.stringify(row))}\n`).join('');
}

function nothingSentence({ board, metric, stored }: HistoryAnswer): string {
  const name = printable(`${board} ${metric}`);
  const count = wholeNumber(stored.points);
  const times = localTimes(stored.from, stored.to);
  return say(
    `${name} has no points in that range. There are ${count}, of ${times}.`,
    `${name} 在该时间范围内没有数据点。共有 ${count} 个，时间为 ${times}。`,
  );
}
