import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { t } from '../lang/lang.ts';
import { MetricAlerts } from '../parts/alerts.tsx';
import { Chart } from '../parts/chart.tsx';
import type { Line } from '../parts/plot.ts';
import { Together } from '../parts/together.tsx';
import { boardNamed } from '../state/boards.ts';
import { LiveSeries } from '../state/live-series.ts';
import { hubNow, now, spanText, valueText } from '../state/time.ts';
import { keepTogether, togetherOf } from '../state/together.ts';

/** What a chart can show. */
const RANGES = [
  [1, 'minute', 60_000],
  [10, 'minute', 600_000],
  [1, 'hour', 3_600_000],
  [6, 'hour', 21_600_000],
  [1, 'day', 86_400_000],
  [7, 'day', 604_800_000],
  [30, 'day', 2_592_000_000],
  [90, 'day', 7_776_000_000],
] as const;
/** Seconds that a chart shows at least, of a board that was just switched on. */
const LEAST_S = 20;
/** Metrics that are drawn at a time; the rest is shown as values. */
const MOST_CHARTS = 20;

/** What a board measures: a chart for each metric of numbers, those that are looked at together on one, and the other values. */
export function Charts({ name }: { name: string }) {
  const range = useSignal<number>(RANGES[1][2]);
  const newest = boardNamed(name)?.card.value.newest ?? {};
  const numbers = Object.keys(newest).filter((metric) =>
    ['number', 'boolean'].includes(typeof newest[metric]?.[0]),
  );
  const shown = numbers.slice(0, MOST_CHARTS);
  const others = Object.keys(newest).filter((metric) => !shown.includes(metric));
  const live = useMemo(() => new LiveSeries(name), [name]);
  useEffect(() => () => live.end(), [live]);
  const key = JSON.stringify(shown);
  useEffect(() => void live.load(JSON.parse(key) as string[], range.value), [live, key, range.value]);
  const version = live.version.value;
  const to = Math.max(hubNow(), now.value) / 1_000;
  // Of a board that is there for a shorter time than the range, only that.
  const first = Math.min(...shown.map((metric) => live.of(metric)?.t[0] ?? to));
  const from = Math.max(to - range.value / 1_000, Math.min(first, to - LEAST_S));

  const together = useMemo(() => togetherOf(name), [name]);
  const chosen = together.value.filter((metric) => shown.includes(metric));
  const choose = (metrics: readonly string[]) => {
    together.value = metrics;
    keepTogether(name, metrics);
  };
  const linesOf = (metrics: readonly string[]): Line[] =>
    metrics.flatMap((metric) => {
      const series = live.of(metric);
      return series ? [{ metric, series }] : [];
    });
  const alone = shown.filter((metric) => !chosen.includes(metric));
  const charts = [linesOf(chosen), ...alone.map((metric) => linesOf([metric]))];
  return (
    <section aria-labelledby="charts">
      <Ranges board={name} range={range.value} onChange={(ms) => (range.value = ms)} />
      {live.failed.value && <p role="alert">{t('failedLoad', { why: live.failed.value })}</p>}
      {Object.keys(newest).length === 0 && <p>{t('noMetrics')}</p>}
      {shown.length > 1 && (
        <Together
          units={new Map(shown.map((metric) => [metric, newest[metric]?.[2] ?? '']))}
          chosen={chosen}
          onChange={choose}
        />
      )}
      <div class="charts">
        {charts
          .filter((lines) => lines.length > 0)
          .map((lines) => (
            <Chart
              key={lines.map(({ metric }) => metric).join('\n')}
              lines={lines}
              version={version}
              from={from}
              to={to}
            >
              <MetricAlerts board={name} metrics={lines.map(({ metric }) => metric)} />
            </Chart>
          ))}
      </div>
      {others.length > 0 && (
        <dl class="values">
          {others.map((metric) => (
            <div key={metric}>
              <dt>{metric}</dt>
              <dd>{valueText(newest[metric]?.[0], newest[metric]?.[2])}</dd>
            </div>
          ))}
        </dl>
      )}
      {others.length > 0 && <MetricAlerts board={name} metrics={others} />}
    </section>
  );
}

/** How far back one looks, and what there is of it as a file. */
function Ranges({ board, range, onChange }: { board: string; range: number; onChange(ms: number): void }) {
  const exported = new URLSearchParams({ board, from: `-${range / 1_000}s`, format: 'csv' });
  return (
    <div class="title">
      <h2 id="charts">{t('range')}</h2>
      <fieldset class="ranges" aria-label={t('range')}>
        {RANGES.map(([count, unit, ms]) => (
          <button key={ms} type="button" aria-pressed={range === ms} onClick={() => onChange(ms)}>
            {spanText(count, unit)}
          </button>
        ))}
      </fieldset>
      <a href={`/api/v1/export?${exported}`} download={`${board}.csv`}>
        {t('csv')}
      </a>
    </div>
  );
}
