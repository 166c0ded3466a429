import type { HistoryAnswer } from '../../http/history.ts';
import { say } from '../../language.ts';
import { lasting, span, table } from '../table.ts';
import { columns, printable, styled } from '../terminal.ts';
import { type ChartRow, drawChart, type Mark } from './chart.ts';
import { countOf, localTime, localTimes, roundedTo, shortTime, wholeNumber } from './words.ts';

interface TerminalSize {
  columns: number;
  rows: number;
}

/** Characters: fewer would show nothing. */
const LEAST_WIDTH = 8;
const MOST_ROWS = 8;
/** Of a terminal's rows, those that the other lines and the next prompt take. */
const OTHER_ROWS = 6;
const SWITCH_ROWS = 2;
/** Changes of a string that are listed. */
const CHANGES = 15;

/** A history with at least one point, as lines for a terminal: what it is now, its course, and what it comes to. */
export function picture(answer: HistoryAnswer, size: TerminalSize, now: number): string[] {
  const { newest } = answer;
  const kind = typeof newest?.v;
  const lines = wrapped(headOf(answer, now), size.columns);
  if (kind === 'string')
    return [...lines, ...changeLines(answer), ...wrapped(extentOf(answer), size.columns)];
  lines.push(...(kind === 'boolean' ? switchLines(answer, size) : numberLines(answer, size)));
  return [...lines, ...wrapped([...sumsOf(answer), ...extentOf(answer)], size.columns)];
}

function headOf({ board, metric, unit, newest }: HistoryAnswer, now: number): string[] {
  const name = styled('bold', `${printable(board)} ${printable(metric)}`);
  if (!newest) return [name];
  const value = styled(['bold', 'cyan'], withUnit(printable(String(newest.v)), unit));
  const ago = span(now - newest.t);
  const when =
    now < newest.t
      ? localTime(newest.t)
      : say(`${localTime(newest.t)}, ${ago} ago`, `${localTime(newest.t)}，${ago}前`);
  return [name, value, styled('dim', when)];
}

function numberLines(answer: HistoryAnswer, size: TerminalSize): string[] {
  const { min: low = 0, max: high = 0, from, to } = answer;
  const labels =
    low === high ? [roundedTo(0, low)] : [roundedTo(high - low, high), roundedTo(high - low, low)];
  const rows = low === high ? 1 : Math.max(3, Math.min(MOST_ROWS, size.rows - OTHER_ROWS));
  const room = widthOf(labels, size);
  const chart = drawChart(marksOf(answer), { columns: room, rows }, { from, to, low, high }, 'lines');
  return framed(chart, labels, answer);
}

function switchLines(answer: HistoryAnswer, size: TerminalSize): string[] {
  const labels = ['true', 'false'];
  const chart = drawChart(
    marksOf(answer),
    { columns: widthOf(labels, size), rows: SWITCH_ROWS },
    { from: answer.from, to: answer.to, low: 0, high: 1 },
    'steps',
  );
  return framed(chart, labels, answer);
}

const widthOf = (labels: string[], size: TerminalSize): number =>
  Math.max(LEAST_WIDTH, size.columns - Math.max(...labels.map((label) => label.length)) - 2);

/** With the labels at the left of the first and last row, and the times under it. */
function framed(chart: ChartRow[], labels: string[], range: { from: number; to: number }): string[] {
  const margin = Math.max(...labels.map((label) => label.length));
  const width = chart[0]?.reduce((sum, { text }) => sum + text.length, 0) ?? 0;
  const lines = chart.map((pieces, at) => {
    const label = at === 0 ? labels[0] : at === chart.length - 1 ? labels[1] : undefined;
    const edge = label === undefined ? '│' : '┤';
    const drawn = pieces.map(({ text, isLine }) => styled(isLine ? 'cyan' : ['dim', 'cyan'], text)).join('');
    return `${(label ?? '').padStart(margin)} ${styled('dim', edge)}${drawn}`.trimEnd();
  });
  const [first, last] = [shortTime(range.from, range), shortTime(range.to - 1, range)];
  const between = width - first.length - last.length;
  const times = between > 0 ? `${first}${' '.repeat(between)}${last}` : first;
  return [...lines, `${' '.repeat(margin + 2)}${styled('dim', times)}`];
}

function marksOf({ points, buckets = [] }: HistoryAnswer): Mark[] {
  if (!points) {
    return buckets.flatMap(({ t, count, min, mean, max }) =>
      min === undefined || mean === undefined || max === undefined ? [] : [{ at: t, count, min, mean, max }],
    );
  }
  return points.flatMap(({ t, v }) => {
    const value = Number(v);
    return typeof v === 'string' ? [] : [{ at: t, count: 1, min: value, mean: value, max: value }];
  });
}

function sumsOf({ newest, changes, unit, min, mean, max }: HistoryAnswer): string[] {
  if (min === undefined || mean === undefined || max === undefined) return [];
  if (typeof newest?.v === 'boolean') {
    const since = changes?.at(-1);
    const share = Math.round(mean * 100);
    return [
      say(`true in ${share} % of the points`, `${share}% 的点为 true`),
      ...(since
        ? [say(`${newest.v} since ${localTime(since.t)}`, `自 ${localTime(since.t)} 起为 ${newest.v}`)]
        : []),
    ];
  }
  const shown = (value: number) => withUnit(roundedTo(max - min, value), unit);
  return [
    `${say('min', '最小')} ${shown(min)}`,
    `${say('mean', '平均')} ${shown(mean)}`,
    `${say('max', '最大')} ${shown(max)}`,
  ];
}

function extentOf({ count, from, to }: HistoryAnswer): string[] {
  const length = lasting(to - from);
  return [
    say(countOf(count, 'point'), `${wholeNumber(count)} 个点`),
    styled('dim', localTimes(from, to - 1)),
    styled('dim', length),
  ];
}

/** What a string was and for how long, the newest last. */
function changeLines({ changes = [] }: HistoryAnswer): string[] {
  const shown = changes.slice(-CHANGES);
  if (shown.length === 0) return [say('It has not changed for very long.', '它很久没有变化。')];
  const rows = shown.map(({ t, v }, at) => {
    const next = shown[at + 1];
    return [localTime(t), next ? lasting(next.t - t) : '', printable(String(v))];
  });
  return table([say('SINCE', '自'), say('FOR', '持续'), say('VALUE', '值')], rows);
}

const withUnit = (value: string, unit: string | undefined): string =>
  unit === undefined ? value : `${value} ${printable(unit)}`;

/** Pieces two spaces apart, on as many lines as they need; one that is too wide is broken at its spaces. */
function wrapped(pieces: string[], width: number): string[] {
  const fitting = pieces.flatMap((piece) =>
    columns(piece) > width ? joined(piece.split(' '), ' ', width) : [piece],
  );
  return joined(fitting, '  ', width);
}

function joined(pieces: string[], between: string, width: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && columns(last) + between.length + columns(piece) <= width) {
      lines[lines.length - 1] = `${last}${between}${piece}`;
    } else {
      lines.push(piece);
    }
  }
  return lines;
}
