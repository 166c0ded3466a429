import { KitelineError } from './errors.ts';
import { say } from './language.ts';

/** Names that a sentence lists; of a fleet's thousands the nearest help. */
const MOST_NAMES = 10;

/** What was asked for is not there: a sentence that names what is, near matches first. */
export function unknownName(
  what: 'board' | 'metric',
  wanted: string,
  names: string[],
  of = '',
): KitelineError {
  const { en, zh } = listed(wanted, names);
  if (what === 'board') {
    return new KitelineError(
      'NOT_FOUND',
      names.length === 0
        ? say(
            `There is no board ${wanted}: nothing has been stored yet.`,
            `没有板子 ${wanted}：还没有保存任何数据。`,
          )
        : say(`There is no board ${wanted}. There are: ${en}.`, `没有板子 ${wanted}。现有：${zh}。`),
    );
  }
  return new KitelineError(
    'NOT_FOUND',
    names.length === 0
      ? say(
          `${of} has no metrics: it has sent only texts, or its samples are too old to be kept.`,
          `${of} 没有指标：它只发送过文本，或者采样已超过保存期限。`,
        )
      : say(`${of} has no metric ${wanted}. It has: ${en}.`, `${of} 没有指标 ${wanted}。现有：${zh}。`),
  );
}

function listed(wanted: string, names: string[]): { en: string; zh: string } {
  const near = nearFirst(wanted, names);
  const shown = near.slice(0, MOST_NAMES).join(', ');
  const more = near.length - MOST_NAMES;
  return {
    en: `${shown}${more > 0 ? ` and ${more} more` : ''}`,
    zh: `${shown}${more > 0 ? ` 等 ${near.length} 个` : ''}`,
  };
}

/** Characters of what was asked for that are compared: a request may bring thousands, and a fleet as many names. */
const COMPARED = 64;

/** The names, those that are most like `wanted` first; the rest in their own order. */
export function nearFirst(wanted: string, names: string[]): string[] {
  const lower = wanted.slice(0, COMPARED).toLowerCase();
  const distances = new Map(names.map((name) => [name, distance(lower, name.toLowerCase())]));
  return names.toSorted((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0));
}

/** Levenshtein's, but a part of the other counts as one step, whatever its length. */
function distance(a: string, b: string): number {
  if (a === b) return 0;
  if (a !== '' && b !== '' && (a.includes(b) || b.includes(a))) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
