import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { NewRule, When } from '../../src/hub/alerts/rule.ts';
import { t } from '../lang/lang.ts';
import { addRule } from '../state/alerts.ts';
import { boardNamed } from '../state/boards.ts';
import { unitText } from '../state/time.ts';

const WHENS: readonly [When, 'above' | 'below' | 'silentFor'][] = [
  ['above', 'above'],
  ['below', 'below'],
  ['silent', 'silentFor'],
];
/** What a length of time is written in, in milliseconds. */
const UNITS = [
  ['seconds', 1_000],
  ['minutes', 60_000],
  ['hours', 3_600_000],
] as const;

/** Makes a rule for one of some metrics. */
export function RuleForm({ board, metrics }: { board: string; metrics: readonly string[] }) {
  const id = useId();
  const chosen = useSignal('');
  const wanted = useSignal<When>('above');
  const bound = useSignal('');
  const time = useSignal<{ count: string; ms: number }>({ count: '', ms: UNITS[1][1] });
  const failed = useSignal('');
  const metric = metrics.find((one) => one === chosen.value) ?? metrics[0] ?? '';
  const [newest, , unit] = boardNamed(board)?.card.value.newest[metric] ?? [];
  // A text is neither above nor below.
  const whens = typeof newest === 'string' ? WHENS.slice(-1) : WHENS;
  const when = whens.length > 1 ? wanted.value : 'silent';
  const isSilent = when === 'silent';
  const add = async () => {
    const ms = Math.round(Number(time.value.count) * time.value.ms);
    const rule: NewRule = isSilent
      ? { board, metric, when: 'silent', value: ms }
      : { board, metric, when, value: Number(bound.value), ...(ms > 0 && { holdMs: ms }) };
    failed.value = (await addRule(rule)) ?? '';
    if (failed.value === '') bound.value = '';
  };
  return (
    <form
      class="rule"
      aria-label={t('newRule', { metric })}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      {metrics.length > 1 && (
        <select
          aria-label={t('metric')}
          value={metric}
          onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}
        >
          {metrics.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
      <select
        aria-label={t('when')}
        value={when}
        onChange={({ currentTarget }) => (wanted.value = currentTarget.value as When)}
      >
        {whens.map(([one, text]) => (
          <option key={one} value={one}>
            {t(text)}
          </option>
        ))}
      </select>
      {!isSilent && (
        <span class="with-unit">
          <input
            type="number"
            step="any"
            required
            aria-label={t('bound')}
            value={bound.value}
            onInput={({ currentTarget }) => (bound.value = currentTarget.value)}
          />
          {unit !== undefined && <span>{unitText(unit)}</span>}
        </span>
      )}
      {!isSilent && <label for={id}>{t('held')}</label>}
      <span class="time">
        <input
          id={id}
          type="number"
          step="any"
          min="0"
          required={isSilent}
          placeholder={isSilent ? '' : '0'}
          aria-label={isSilent ? t('silentFor') : undefined}
          value={time.value.count}
          onInput={({ currentTarget }) => (time.value = { ...time.value, count: currentTarget.value })}
        />
        <select
          aria-label={t('timeUnit')}
          value={time.value.ms}
          onChange={({ currentTarget }) => (time.value = { ...time.value, ms: Number(currentTarget.value) })}
        >
          {UNITS.map(([name, ms]) => (
            <option key={name} value={ms}>
              {t(name)}
            </option>
          ))}
        </select>
      </span>
      <button type="submit">{t('addRule')}</button>
      {failed.value !== '' && (
        <p class="outcome is-failed" role="alert">
          {failed.value}
        </p>
      )}
    </form>
  );
}
