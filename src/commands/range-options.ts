import type { Command } from 'commander';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { parseDuration, parseRange, parseTime, type TimeRange } from '../times.ts';

/** What the person gave, as it was typed. */
export interface RangeOptions {
  last?: string;
  from?: string;
  to?: string;
}

/** `--last`, `--from` and `--to` of every command that shows a range of time. */
export function addRangeOptions(command: Command): Command {
  return command
    .option('--last <SPAN>', say('the last 90s, 15m, 1h, 7d …', '最近的一段时间：90s、15m、1h、7d……'))
    .option(
      '--from <TIME>',
      say(
        'from then on: 2026-07-30T14:00 (local unless it ends in Z or a zone), -1h, or milliseconds',
        '起始时间：2026-07-30T14:00（不带 Z 或时区时为本地时间）、-1h，或毫秒数',
      ),
    )
    .option(
      '--to <TIME>',
      say('up to then, itself not included; now is a time as well', '结束时间（不含）；也可以写 now'),
    );
}

/** @throws KitelineError BAD_ARGUMENT */
export function parseRangeOptions({ last, from, to }: RangeOptions, now: number): TimeRange {
  if (last === undefined) return parseRange(from, to, now);
  if (from !== undefined) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        '--last and --from both say where to begin: give one of them.',
        '--last 和 --from 都指定起点：请只用其中一个。',
      ),
    );
  }
  // The newest millisecond is a part of what was last.
  const end = to === undefined ? now + 1 : parseTime(to, now);
  return { from: end - parseDuration(last), to: end };
}

/** The first and last millisecond that ISO 8601 writes with a year of four digits. */
const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** A range as the API takes it whenever it is: in milliseconds a time before 1973 would be taken for seconds, or for none. */
export function rangeQuery({ from, to }: TimeRange): Record<'from' | 'to', string | undefined> {
  const iso = (at: number | undefined) =>
    at === undefined ? undefined : new Date(Math.min(LAST, Math.max(FIRST, at))).toISOString();
  return { from: iso(from), to: iso(to) };
}

/** As a query string with everything else that is asked; what is undefined is left out. */
export function queryString(parts: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
