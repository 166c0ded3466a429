/** Times and spans of time as people write them, on the command line and in the HTTP API alike. */
import { KitelineError } from './errors.ts';
import { say } from './language.ts';

/** What the ranges of both mean: from the first millisecond up to the one that is not included any more. */
export interface TimeRange {
  from?: number;
  to?: number;
}

const UNITS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** Milliseconds before 1970 that a Date goes back (ECMAScript section 21.4.1.1). */
const EARLIEST = -8.64e15;
const SPAN = /^(?:\d{1,9}(?:\.\d{1,3})?[smhdw])+$/;
/** ISO 8601: a date, a time of day where it is told, a zone where it is told. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** `90s`, `15m`, `1h30m`, `7d`, `2w`. @returns milliseconds. @throws KitelineError BAD_ARGUMENT */
export function parseDuration(text: string): number {
  const ms = durationOf(text);
  if (ms !== undefined) return ms;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${text}" is not a span of time: write for example 90s, 15m, 1h or 7d.`,
      `“${text}”不是时间长度：请写成例如 90s、15m、1h 或 7d。`,
    ),
  );
}

/**
 * ISO 8601 (local time when no zone is given), milliseconds since 1970 UTC, `now`, or a span before now such as `-1h`.
 * @throws KitelineError BAD_ARGUMENT
 */
export function parseTime(text: string, now: number): number {
  if (text === 'now') return now;
  if (text.startsWith('-') && SPAN.test(text.slice(1)))
    return Math.max(EARLIEST, now - spanOf(text.slice(1)));
  // Fewer digits are seconds or a year, which would be taken for an hour of 1970.
  if (/^(?:0|\d{12,15})$/.test(text)) return Number(text);
  const at = timeOf(text);
  if (at !== undefined) return at;
  const isSeconds = /^\d{9,11}$/.test(text);
  throw new KitelineError(
    'BAD_ARGUMENT',
    isSeconds
      ? say(
          `"${text}" looks like seconds; a time is given in milliseconds: ${text}000.`,
          `“${text}”看起来是秒数；时间要用毫秒：${text}000。`,
        )
      : say(
          `"${text}" is not a time: write for example 2026-07-30T14:00 (local), 2026-07-30T14:00:00Z, -1h, now, or milliseconds since 1970.`,
          `“${text}”不是时间：请写成例如 2026-07-30T14:00（本地时间）、2026-07-30T14:00:00Z、-1h、now，或 1970 年以来的毫秒数。`,
        ),
  );
}

/** Both ends as `parseTime` reads them. @throws KitelineError BAD_ARGUMENT, also for a range that ends before it begins */
export function parseRange(from: string | undefined, to: string | undefined, now: number): TimeRange {
  const range: TimeRange = {
    ...(from !== undefined && { from: parseTime(from, now) }),
    ...(to !== undefined && { to: parseTime(to, now) }),
  };
  if (range.from === undefined || range.to === undefined || range.from < range.to) return range;
  // As it was written and what that is: a time without a zone may lie in the hour that a change of the clock leaves out.
  const told = (text: string | undefined, at: number) => `${text} (${new Date(at).toISOString()})`;
  const [first, last] = [told(from, range.from), told(to, range.to)];
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `The range ends before it has begun: from ${first} to ${last}.`,
      `时间范围的终点不晚于起点：从 ${first} 到 ${last}。`,
    ),
  );
}

/** The same for a caller with a sentence of its own; undefined for what is no span of time, and for 0. */
export function durationOf(text: string): number | undefined {
  return SPAN.test(text) ? spanOf(text) || undefined : undefined;
}

function spanOf(text: string): number {
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/([\d.]+)([smhdw])/g)) {
    ms += Number(count) * (UNITS[unit as string] as number);
  }
  return Math.round(ms);
}

function timeOf(text: string): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Math.trunc(Number(`0.${match[7] ?? 0}`) * 1000);
  // In UTC first, where every time of day exists: it shows whether there is such a date at all. The years are set apart:
  // Date.UTC and new Date take those below 100 for the twentieth century's.
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  utc.setUTCHours(hour, minute, second, ms);
  const isReal =
    utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && minute < 60 && second < 60 && hour < 24;
  if (!isReal) return undefined;
  const zone = match[8];
  if (zone === undefined) {
    const local = new Date(2000, 0, 1);
    local.setFullYear(year, month - 1, day);
    return local.setHours(hour, minute, second, ms);
  }
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return utc.getTime() - (sign === '-' ? -1 : 1) * (Number(hours) * 3_600_000 + Number(minutes) * 60_000);
}
