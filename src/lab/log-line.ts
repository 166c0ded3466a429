/** A line of a board's record: U+001E, the board's ticks_ms() and a JSON array, behind whatever the program printed without a line's end. */

const MARK = '\u001e';

export interface Told {
  event: string;
  args: unknown[];
  /** Milliseconds of the board's own clock. */
  ticks: number;
}

/** @returns what is told in it, if anything is, and what the program printed */
export function readLine(line: string): { told: Told | undefined; printed: string } {
  const at = line.lastIndexOf(MARK);
  const told = at < 0 ? undefined : toldIn(line.slice(at + 1));
  return { told, printed: told ? line.slice(0, at) : line };
}

/** What a line of programs/lab.py says; undefined for anything else, as a program may print it. */
function toldIn(text: string): Told | undefined {
  const [, ticks, json] = /^(\d+)(\[.*\])$/s.exec(text.trimEnd()) ?? [];
  if (json === undefined) return undefined;
  try {
    const [event, ...args] = JSON.parse(json) as [string, ...unknown[]];
    return { event, args, ticks: Number(ticks) };
  } catch {
    return undefined;
  }
}
