import type { Value } from '../wire/index.ts';

/** A number as JSON has it (RFC 8259 section 6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What a value is that came as text, as a form's or a CSV's: a number, true, false, or that text. */
export function plainValue(text: string): Value {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : text;
}
