/** Numbers and times as the history shows them. */
import { say } from '../../language.ts';

const DAY_MS = 86_400_000;

/** Local: `2026-07-30 14:03:07`. */
export function localTime(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  return `${dayOf(date)} ${clockOf(date)}`;
}

/** `2026-07-30 14:03:07 to 15:03:07`: the day is said once where it is the same. */
export function localTimes(from: number, to: number): string {
  const [first, last] = [localTime(from), localTime(to)];
  const [day, clock] = last.split(' ');
  const end = clock !== undefined && day === first.split(' ')[0] ? clock : last;
  return say(`${first} to ${end}`, `${first} 至 ${end}`);
}

/** As short as a range allows: a time of day, or a day with it where the range is of more than one. */
export function shortTime(at: number, range: { from: number; to: number }): string {
  const day = (time: number) => dayOf(new Date(time));
  if (day(range.from) === day(range.to - 1)) return clockOf(new Date(at));
  return localTime(at).slice(range.to - range.from > 300 * DAY_MS ? 0 : 5, -3);
}

/** `12,345` */
export const wholeNumber = (count: number): string => count.toLocaleString('en');

/** `1 point`, `12,345 points`: English, where Chinese says `12,345 个点`. */
export const countOf = (count: number, what: string): string =>
  `${wholeNumber(count)} ${what}${count === 1 ? '' : 's'}`;

/** With as many digits as tell values of a span apart; very large and very small ones with a power of ten. */
export function roundedTo(span: number, value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toExponential(3);
  if (!(span > 0)) return String(Number(value.toPrecision(7)));
  const digits = 2 - Math.floor(Math.log10(span));
  return String(Number(value.toFixed(Math.max(0, Math.min(9, digits)))));
}

const two = (part: number): string => String(part).padStart(2, '0');
const dayOf = (date: Date): string =>
  `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const clockOf = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
