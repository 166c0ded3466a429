import { say } from '../language.ts';
import { columns, styled } from './terminal.ts';

/** Rows under a header, in columns two spaces apart; the last column is not padded. */
export function table(header: string[], rows: string[][]): string[] {
  const widths = header.map((_, at) => Math.max(...[header, ...rows].map((row) => columns(row[at] ?? ''))));
  const line = (row: string[]): string =>
    row
      .map((cell, at) =>
        at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - columns(cell)),
      )
      .join('  ');
  return [styled('bold', line(header)), ...rows.map(line)];
}

/** How long something lasted, to the second unit: `2 s`, `1 h 30 min`, `1 d`. */
export function lasting(ms: number): string {
  const units: [number, string, string][] = [
    [86_400, 'd', '天'],
    [3600, 'h', '小时'],
    [60, 'min', '分钟'],
    [1, 's', '秒'],
  ];
  const seconds = Math.max(0, Math.round(ms / 1000));
  // Rounded to the unit below the largest, so that a day less some seconds is a day; beside many days hours say nothing.
  const largest = units.findIndex(([size]) => seconds >= size);
  const step = seconds >= 10 * 86_400 ? 86_400 : (units[largest + 1]?.[0] ?? 1);
  let rest = Math.round(seconds / step) * step;
  const words: string[] = [];
  for (const [size, en, zh] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && words.length < 2) words.push(say(`${count} ${en}`, `${count} ${zh}`));
  }
  return words.join(' ') || say('0 s', '0 秒');
}

/** A span of time as a person says it, in its largest unit: `3 s`, `5 min`, `2 h`, `4 d`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return say(`${seconds} s`, `${seconds} 秒`);
  if (seconds < 3600) return say(`${Math.floor(seconds / 60)} min`, `${Math.floor(seconds / 60)} 分钟`);
  if (seconds < 86_400) return say(`${Math.floor(seconds / 3600)} h`, `${Math.floor(seconds / 3600)} 小时`);
  return say(`${Math.floor(seconds / 86_400)} d`, `${Math.floor(seconds / 86_400)} 天`);
}
