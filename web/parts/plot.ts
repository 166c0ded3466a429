import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { locale } from '../lang/lang.ts';
import type { Drawn } from '../state/history.ts';
import { unitText } from '../state/time.ts';

/** Metrics on one chart: as many as one tells apart. */
export const MOST_LINES = 6;
/** Units on one chart, each with an axis of its own: left and right. */
export const MOST_UNITS = 2;

const HEIGHT = { alone: 180, together: 280 } as const;
const LEAST_WIDTH = 120;
/** Told apart without colours, too. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [14, 4], [2, 6]];

export interface Line {
  metric: string;
  series: Drawn;
}

/** The units of some lines, in the order of their axes. */
export const unitsOf = (lines: readonly Line[]): string[] => [
  ...new Set(lines.map(({ series }) => series.unit ?? '')),
];

/** Of which colour a line is; the colours stand in the page's style. */
export const colourOf = (index: number): string => `--line-${index + 1}`;

/**
 * Draws lines, of each its mean, and where several points fall on one pixel the band from the least to the greatest.
 * @param range seconds since 1970; asked for at every drawing
 */
export function makePlot(parent: HTMLElement, lines: readonly Line[], range: () => [number, number]): UPlot {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const units = unitsOf(lines);
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const times = {
    ...axis,
    space: 90,
    size: 28,
    values: (_: UPlot, at: number[]) => {
      const [from, to] = range();
      return at.map((s) => tick(s, to - from));
    },
  };
  const scaleOf = (unit: string): string => `y${units.indexOf(unit)}`;
  const isTogether = lines.length > 1;
  const axes = units.map((unit, i) => ({
    ...axis,
    scale: scaleOf(unit),
    side: (i === 0 ? 3 : 1) as UPlot.Axis.Side,
    size: valueAxis,
    grid: i === 0 ? axis.grid : { show: false },
    ...(isTogether && unit !== '' && { label: unitText(unit), labelSize: 18, labelGap: 0 }),
  }));
  return new UPlot(
    {
      width: widthOf(parent),
      height: heightOf(lines),
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: true, range: () => range() } },
      axes: [times, ...axes],
      series: [
        {},
        ...lines.flatMap(({ series }, i) => {
          const scale = scaleOf(series.unit ?? '');
          const edge = { scale, stroke: 'transparent', points: { show: false } };
          const dash = DASHES[i] ?? [];
          const stroke = colour(colourOf(i));
          return [{ scale, stroke, width: 2, dash: [...dash], points: { show: false } }, edge, edge];
        }),
      ],
      bands: lines.map((_, i) => ({ series: [3 * i + 3, 3 * i + 2], fill: `${colour(colourOf(i))}33` })),
    },
    dataOf(lines),
    parent,
  );
}

/** What a plot of these lines is drawn of. */
export function dataOf(lines: readonly Line[]): UPlot.AlignedData {
  const tables = lines.map(({ series: { t, mean, min, max } }): UPlot.AlignedData => [t, mean, min, max]);
  return tables.length === 1 ? (tables[0] as UPlot.AlignedData) : UPlot.join(tables);
}

/** As wide as its place is now. */
export function resize(plot: UPlot, parent: HTMLElement, lines: readonly Line[]): void {
  plot.setSize({ width: widthOf(parent), height: heightOf(lines) });
}

const widthOf = (parent: HTMLElement): number => Math.max(parent.clientWidth, LEAST_WIDTH);
const heightOf = (lines: readonly Line[]): number => (lines.length > 1 ? HEIGHT.together : HEIGHT.alone);

/** As wide as its widest number. */
function valueAxis(plot: UPlot, values: readonly string[] | null): number {
  const widths = (values ?? []).map((value) => plot.ctx.measureText(value).width / devicePixelRatio);
  return Math.ceil(Math.max(24, ...widths)) + 18;
}

/** What stands under the axis: as exact as the range asks for. @param s seconds since 1970 */
function tick(s: number, rangeS: number): string {
  const format: Intl.DateTimeFormatOptions =
    rangeS > 2 * 86_400
      ? { day: 'numeric', month: 'numeric' }
      : { hour: '2-digit', minute: '2-digit', ...(rangeS <= 300 && { second: '2-digit' }), hourCycle: 'h23' };
  return new Intl.DateTimeFormat(locale.value, format).format(s * 1_000);
}
