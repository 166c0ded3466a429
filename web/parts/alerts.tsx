import { useSignal } from '@preact/signals';
import type { AlertInfo } from '../../src/hub/alerts/rule.ts';
import { t } from '../lang/lang.ts';
import { removeRule, rulesOf, ruleText, unitOf } from '../state/alerts.ts';
import { role } from '../state/socket.ts';
import { timeOf, valueText } from '../state/time.ts';
import { RuleForm } from './rule-form.tsx';

/** Rules that a badge names; more are counted. */
const NAMED = 2;

/** What fires of a board, on its card and at the top of its view; nothing where nothing does. */
export function Firing({ board }: { board: string }) {
  const here = rulesOf(board).filter((rule) => rule.firing);
  if (here.length === 0) return null;
  const more = here.length - NAMED;
  return (
    <ul class="firing" aria-label={t('alerts')}>
      {here.slice(0, NAMED).map((rule) => (
        <li key={rule.id}>{ruleText(rule)}</li>
      ))}
      {more > 0 && <li>+{more}</li>}
    </ul>
  );
}

/** The rules of some metrics, under their chart or their values; an operator makes and removes them. */
export function MetricAlerts({ board, metrics }: { board: string; metrics: readonly string[] }) {
  const isOpen = useSignal(false); // what is closed is not made: charts are drawn with every value
  const rules = rulesOf(board).filter(({ metric }) => metrics.includes(metric));
  const isOperator = role.value === 'operator';
  if (rules.length === 0 && !isOperator) return null;
  const isFiring = rules.some((rule) => rule.firing);
  const [metric = ''] = metrics;
  return (
    <details class="metric-alerts" onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
      <summary class={isFiring ? 'is-firing' : ''}>
        {metrics.length > 1 ? t('alertsOfThese') : t('alertsOf', { metric })}
        {rules.length > 0 && ` (${rules.length})`}
      </summary>
      {isOpen.value && <RuleList rules={rules} />}
      {isOpen.value && isOperator && <RuleForm board={board} metrics={metrics} />}
    </details>
  );
}

/** Rules, one a line: what each waits for, how it stands, and away with it. */
export function RuleList({ rules }: { rules: readonly AlertInfo[] }) {
  const failed = useSignal('');
  if (rules.length === 0) return null;
  return (
    <>
      <ul class="rules">
        {rules.map((rule) => (
          <Rule key={rule.id} rule={rule} onFailed={(why) => (failed.value = why)} />
        ))}
      </ul>
      {failed.value !== '' && (
        <p class="outcome is-failed" role="alert">
          {failed.value}
        </p>
      )}
    </>
  );
}

function Rule({ rule, onFailed }: { rule: AlertInfo; onFailed(why: string): void }) {
  const text = ruleText(rule);
  return (
    <li>
      <div>
        <span>{text}</span>
        <span class={rule.firing ? 'is-firing' : 'hint'}>{stateText(rule)}</span>
      </div>
      {role.value === 'operator' && (
        <button
          type="button"
          class="second"
          aria-label={t('removeRule', { rule: text })}
          onClick={() => void removeRule(rule.id).then((why) => onFailed(why ?? ''))}
        >
          {t('remove')}
        </button>
      )}
    </li>
  );
}

function stateText({ board, metric, firing }: AlertInfo): string {
  if (!firing) return t('quiet');
  const since = timeOf(firing.since);
  if (firing.seen === undefined) return t('firingSince', { since });
  return t('firingWith', { since, value: valueText(firing.seen, unitOf(board, metric)) });
}
