import type { BoardCard } from '../../src/http/pages/messages.ts';
import type { Json } from '../../src/wire/index.ts';

/** Whether something is on, and since when that is known (milliseconds since 1970). */
export interface Reported {
  value: boolean;
  at: number;
}

/**
 * Whether what a command switches is on, as its board said last: by what the command gave back, or by what it measures, where a metric
 * is called as the command is, or as the command and its argument. Undefined where it has said neither since it was started.
 */
export function reportedBy(card: BoardCard | undefined, command: string, arg: string): Reported | undefined {
  const said = [ranBy(card, command, arg), ...measuredBy(card, command, arg)].filter(
    (one) => one !== undefined,
  );
  return said.sort((a, b) => b.at - a.at)[0];
}

function ranBy(card: BoardCard | undefined, command: string, arg: string): Reported | undefined {
  const last = card?.info?.commands?.[command]?.last;
  const value = last && (booleanIn(last.result, arg) ?? booleanIn(last.args, arg));
  return last && value !== undefined ? { value, at: last.at } : undefined;
}

function measuredBy(card: BoardCard | undefined, command: string, arg: string): (Reported | undefined)[] {
  return [command, `${command}.${arg}`].map((metric) => {
    const [value, at = 0] = card?.newest[metric] ?? [];
    // What it measured before this start is not of now.
    const isOld = at < (card?.info?.session?.since ?? 0);
    return typeof value === 'boolean' && !isOld ? { value, at } : undefined;
  });
}

const booleanIn = (value: Json, name: string): boolean | undefined => {
  const member = typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : value;
  return typeof member === 'boolean' ? member : undefined;
};
