import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type UPlot from 'uplot';
import { t } from '../lang/lang.ts';
import { isDark } from '../state/appearance.ts';
import { type Drawn, inRange } from '../state/history.ts';
import { unitText } from '../state/time.ts';
import { colourOf, DASHES, dataOf, type Line, makePlot, resize } from './plot.ts';

interface ChartProps {
  /** Of two units at most. */
  lines: readonly Line[];
  /** Rises whenever the series, which are kept, have got more. */
  version: number;
  /** Seconds since 1970. */
  from: number;
  to: number;
  /** What stands under it. */
  children?: ComponentChildren;
}

/** The course of a metric, or of some that are looked at together. */
export function Chart({ lines, version, from, to, children }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const shown = useRef({ from, to }).current; // read by uPlot whenever it draws
  shown.from = from;
  shown.to = to;
  const what = lines.flatMap(({ series }) => [series, series.unit]); // made anew when any of it is another

  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const made = makePlot(parent, lines, () => [shown.from, shown.to]);
    plot.current = made;
    const sized = new ResizeObserver(() => resize(made, parent, lines));
    sized.observe(parent);
    return () => {
      sized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [...what, isDark.value]);

  useEffect(() => plot.current?.setData(dataOf(lines)), [version, from, to, ...what]);

  const summaries = lines.map(({ series }) => summaryOf(series, from, to));
  const label = lines.map(({ metric }, i) => `${metric}: ${summaries[i]}`).join('; ');
  return (
    <figure class={lines.length > 1 ? 'chart is-together' : 'chart'}>
      <figcaption>
        {lines.map(({ metric, series }, i) => (
          <span key={metric} class="line">
            {lines.length > 1 && <Swatch index={i} />}
            <strong>
              {metric}
              {series.unit === undefined ? '' : ` (${unitText(series.unit)})`}
            </strong>{' '}
            <span class="summary">{summaries[i]}</span>
          </span>
        ))}
      </figcaption>
      <div ref={place} role="img" aria-label={label} />
      {children}
    </figure>
  );
}

/** How a line is drawn, beside its name. */
function Swatch({ index }: { index: number }) {
  return (
    <svg class="swatch" viewBox="0 0 28 6" aria-hidden="true">
      <line
        x1="0"
        y1="3"
        x2="28"
        y2="3"
        stroke={`var(${colourOf(index)})`}
        stroke-width="3"
        stroke-dasharray={DASHES[index]?.join(' ')}
      />
    </svg>
  );
}

function summaryOf(series: Drawn, from: number, to: number): string {
  const { count, min, mean, max } = inRange(series, from, to);
  if (count === 0) return t('noPoints');
  return `${t('min')} ${short(min)} · ${t('mean')} ${short(mean)} · ${t('max')} ${short(max)}`;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
