import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';

/** A duration as a person gives it, in seconds; @returns milliseconds. @throws KitelineError BAD_ARGUMENT */
export function parseSeconds(text: string): number {
  const seconds = /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isNaN(seconds)) return Math.round(seconds * 1000);
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(`"${text}" is not a number of seconds.`, `“${text}”不是秒数。`),
  );
}

/** A whole number from `least` to `most`. @throws KitelineError BAD_ARGUMENT */
export function parseCount(text: string, least: number, most: number): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${text}" will not do: give a whole number from ${least} to ${most}.`,
      `“${text}”不可用：请给出 ${least} 到 ${most} 之间的整数。`,
    ),
  );
}
