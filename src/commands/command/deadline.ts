import { KitelineError } from '../../errors.ts';
import { LONGEST_DEADLINE_MS } from '../../hub/command-text.ts';
import { say } from '../../language.ts';
import { durationOf } from '../../times.ts';
import { printable } from '../terminal.ts';

/** As other spans of time, and milliseconds: `500ms`. @returns milliseconds; undefined for what is none, or not above 0 and at most a day */
export function shortSpanOf(text: string): number | undefined {
  const [, digits] = /^(\d{1,9})ms$/.exec(text) ?? [];
  const ms = digits === undefined ? durationOf(text) : Number(digits);
  return ms !== undefined && ms > 0 && ms <= LONGEST_DEADLINE_MS ? ms : undefined;
}

/** @returns milliseconds. @throws KitelineError BAD_ARGUMENT */
export function parseDeadline(text: string): number {
  const ms = shortSpanOf(text);
  if (ms !== undefined) return ms;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${printable(text)}" is no deadline: write for example 500ms, 5s, 1m or 2h; it is more than 0 and at most 1d.`,
      `“${printable(text)}”不能作为截止时间：请写成例如 500ms、5s、1m 或 2h；须大于 0，最长 1d。`,
    ),
  );
}
