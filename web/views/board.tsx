import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { t } from '../lang/lang.ts';
import { Chart } from '../parts/chart.tsx';
import { Counters } from '../parts/counters.tsx';
import { Link } from '../parts/link.tsx';
import { Log } from '../parts/log.tsx';
import { Presence } from '../parts/presence.tsx';
import { boardNamed } from '../state/boards.ts';
import { LiveSeries } from '../state/live-series.ts';
import { subscribe } from '../state/socket.ts';
import { now, spanText, valueText } from '../state/time.ts';
import { Control } from './control.tsx';

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
/** Charts that are drawn at a time; the rest of the metrics is shown as values. */
const MOST_CHARTS = 20;

/** One board: its charts, what it can be told, what it says. */
export function BoardView({ name }: { name: string }) {
  useEffect(() => subscribe(`board:${name}`), [name]);
  const card = boardNamed(name)?.card.value;
  const info = card?.info ?? null;
  return (
    <>
      <div class="title">
        <Link to="/" class="back">
          ‹ {t('back')}
        </Link>
        <h1 tabIndex={-1}>{name}</h1>
        <Presence info={info} />
      </div>
      <div class="abreast">
        <Control name={name} info={info} />
        <Charts name={name} />
      </div>
      <Log name={name} />
      <Counters info={info} />
    </>
  );
}

function Charts({ name }: { name: string }) {
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
  const to = Math.max(Date.now(), now.value) / 1_000;
  // Of a board that is there for a shorter time than the range, only that.
  const first = Math.min(...shown.map((metric) => live.of(metric)?.t[0] ?? to));
  const from = Math.max(to - range.value / 1_000, Math.min(first, to - LEAST_S));
  const exported = new URLSearchParams({ board: name, from: `-${range.value / 1_000}s`, format: 'csv' });
  return (
    <section aria-labelledby="charts">
      <div class="title">
        <h2 id="charts">{t('range')}</h2>
        <fieldset class="ranges" aria-label={t('range')}>
          {RANGES.map(([count, unit, ms]) => (
            <button
              key={ms}
              type="button"
              aria-pressed={range.value === ms}
              onClick={() => {
                range.value = ms;
              }}
            >
              {spanText(count, unit)}
            </button>
          ))}
        </fieldset>
        <a href={`/api/v1/export?${exported}`} download={`${name}.csv`}>
          {t('csv')}
        </a>
      </div>
      {live.failed.value && <p role="alert">{t('failedLoad', { why: live.failed.value })}</p>}
      {Object.keys(newest).length === 0 && <p>{t('noMetrics')}</p>}
      <div class="charts">
        {shown.map((metric) => {
          const series = live.of(metric);
          return (
            series && (
              <Chart key={metric} title={metric} series={series} version={version} from={from} to={to} />
            )
          );
        })}
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
    </section>
  );
}
