import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { locale, t } from '../lang/lang.ts';
import { isDark } from '../state/appearance.ts';
import type { Drawn } from '../state/history.ts';
import { unitText } from '../state/time.ts';

const HEIGHT = 180;

interface ChartProps {
  title: string;
  series: Drawn;
  /** Rises whenever `series`, which is kept, has got more. */
  version: number;
  /** Seconds since 1970. */
  from: number;
  to: number;
}

/** One metric: its course, and where several points fall on one pixel the band from the least to the greatest. */
export function Chart({ title, series, version, from, to }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const shown = useRef({ from, to }).current; // read by uPlot whenever it draws
  shown.from = from;
  shown.to = to;

  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const times = {
      ...axis,
      space: 90,
      size: 28,
      values: (_: UPlot, at: number[]) => at.map((s) => tick(s, shown.to - shown.from)),
    };
    const made = new UPlot(
      {
        width: Math.max(parent.clientWidth, 120),
        height: HEIGHT,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: true, range: () => [shown.from, shown.to] } },
        axes: [times, { ...axis, size: valueAxis }],
        series: [
          {},
          { stroke: colour('--accent'), width: 2, points: { show: false } },
          { stroke: 'transparent', points: { show: false } },
          { stroke: 'transparent', points: { show: false } },
        ],
        bands: [{ series: [3, 2], fill: `${colour('--accent')}33` }],
      },
      dataOf(series),
      parent,
    );
    plot.current = made;
    const sized = new ResizeObserver(() =>
      made.setSize({ width: Math.max(parent.clientWidth, 120), height: HEIGHT }),
    );
    sized.observe(parent);
    return () => {
      sized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [series, isDark.value]);

  useEffect(() => plot.current?.setData(dataOf(series)), [version, from, to, series]);

  const numbers = series.mean.filter((value) => value !== null);
  const unit = series.unit === undefined ? '' : ` (${unitText(series.unit)})`;
  const summary =
    numbers.length === 0
      ? t('noPoints')
      : `${t('min')} ${short(Math.min(...series.min.filter((v) => v !== null)))} · ${t('mean')} ${short(numbers.reduce((a, b) => a + b, 0) / numbers.length)} · ${t('max')} ${short(Math.max(...series.max.filter((v) => v !== null)))}`;
  return (
    <figure class="chart">
      <figcaption>
        <strong>
          {title}
          {unit}
        </strong>{' '}
        <span class="summary">{summary}</span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}: ${summary}`} />
    </figure>
  );
}

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

const dataOf = ({ t: times, mean, min, max }: Drawn): UPlot.AlignedData => [times, mean, min, max];

const short = (value: number): string => String(Number(value.toPrecision(4)));
