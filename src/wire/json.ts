/** A parsed JSON value. Keys such as `__proto__` are own properties of it, as JSON.parse makes them: read with Object.entries or Object.hasOwn. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface ParsedJson {
  value: Json;
  /** Bare NaN and infinities that were read as null. */
  notNumbers: number;
}

const BARE = /-?(?:nan|infinity|inf)/iy;
const WORD_BEFORE = /[\w.+-]/;

/**
 * JSON.parse that also takes what the chip's and CPython's `json.dumps` write for a float that is no number (`nan`,
 * `-inf`, `NaN`, `Infinity`): each is read as null and counted.
 * @returns undefined when the text is no JSON even so
 */
export function parseJson(text: string): ParsedJson | undefined {
  try {
    return { value: JSON.parse(text) as Json, notNumbers: 0 };
  } catch {
    return /nan|inf/i.test(text) ? parseWithNotNumbers(text) : undefined;
  }
}

function parseWithNotNumbers(text: string): ParsedJson | undefined {
  let strict = '';
  let from = 0;
  let notNumbers = 0;
  // By hand and not by one expression: a quote without its partner must not make this quadratic.
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') {
      at++;
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      continue;
    }
    if (!'-nNiI'.includes(char) || WORD_BEFORE.test(text[at - 1] ?? '')) continue;
    BARE.lastIndex = at;
    const word = BARE.exec(text)?.[0];
    if (word === undefined) continue;
    strict += `${text.slice(from, at)}null`;
    from = at + word.length;
    at = from - 1;
    notNumbers++;
  }
  try {
    return { value: JSON.parse(strict + text.slice(from)) as Json, notNumbers };
  } catch {
    return undefined;
  }
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
