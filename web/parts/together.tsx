import { t } from '../lang/lang.ts';
import { unitText } from '../state/time.ts';
import { MOST_LINES, MOST_UNITS } from './plot.ts';

interface TogetherProps {
  /** Metric → its unit, '' for none. */
  units: ReadonlyMap<string, string>;
  chosen: readonly string[];
  onChange(chosen: readonly string[]): void;
}

/** Chooses what stands on one chart: metrics of one unit, or of two, each with its axis. */
export function Together({ units, chosen, onChange }: TogetherProps) {
  const onAxes = new Set(chosen.map((metric) => units.get(metric)));
  const mayJoin = (metric: string): boolean =>
    chosen.length < MOST_LINES && (onAxes.has(units.get(metric)) || onAxes.size < MOST_UNITS);
  return (
    <details class="together" open={chosen.length > 0}>
      <summary>{t('together')}</summary>
      <fieldset aria-label={t('together')}>
        {[...units].map(([metric, unit]) => {
          const isChosen = chosen.includes(metric);
          return (
            <label key={metric}>
              <input
                type="checkbox"
                checked={isChosen}
                disabled={!isChosen && !mayJoin(metric)}
                onChange={() =>
                  onChange(isChosen ? chosen.filter((one) => one !== metric) : [...chosen, metric])
                }
              />{' '}
              {metric}
              {unit === '' ? '' : ` (${unitText(unit)})`}
            </label>
          );
        })}
      </fieldset>
      <p class="hint">{t('togetherHow')}</p>
    </details>
  );
}
