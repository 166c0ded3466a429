import { computed, signal } from '@preact/signals';
import type { AlertInfo, AlertsState, NewRule, PostTrouble } from '../../src/hub/alerts/rule.ts';
import { t } from '../lang/lang.ts';
import { askHub, sentenceOf } from './answers.ts';
import { boardNamed } from './boards.ts';
import { onMessage, subscribe } from './socket.ts';
import { lengthText, valueText } from './time.ts';

const PATH = '/api/v1/alerts';

/** The rules and the webhook as the hub has them; undefined until it has told. */
export const alerts = signal<AlertsState | undefined>(undefined);

/** The rules that fire. */
export const firing = computed<readonly AlertInfo[]>(
  () => alerts.value?.rules.filter((rule) => rule.firing) ?? [],
);

export function followAlerts(): void {
  subscribe('alerts');
  onMessage((message) => {
    if ('ch' in message && message.ch === 'alerts') alerts.value = message;
  });
}

const byBoard = computed(() => {
  const all = new Map<string, AlertInfo[]>();
  for (const rule of alerts.value?.rules ?? []) all.set(rule.board, [...(all.get(rule.board) ?? []), rule]);
  return all;
});

export const rulesOf = (board: string): readonly AlertInfo[] => byBoard.value.get(board) ?? [];

export const unitOf = (board: string, metric: string): string | undefined =>
  boardNamed(board)?.card.value.newest[metric]?.[2];

/** A rule in words: "temp above 30 °C for 1 min". */
export function ruleText({ board, metric, when, value, holdMs }: NewRule): string {
  if (when === 'silent') return t('ruleSilent', { metric, time: lengthText(value) });
  const bound = valueText(value, unitOf(board, metric));
  const rule = t(when === 'above' ? 'ruleAbove' : 'ruleBelow', { metric, value: bound });
  return holdMs === undefined ? rule : t('ruleHeld', { rule, time: lengthText(holdMs) });
}

/** @returns why the hub refused it; undefined when it is done */
export const addRule = (rule: NewRule): Promise<string | undefined> => change('', 'POST', rule);

export const removeRule = (id: string): Promise<string | undefined> => change(`/${id}`, 'DELETE');

/** @param url '' for none */
export const setWebhook = (url: string): Promise<string | undefined> =>
  change('/webhook', 'PUT', { url: url === '' ? null : url });

/** Where alerts are posted to, which only an operator is told; '' for nowhere. */
export async function readWebhook(): Promise<string> {
  const answer = await askHub(`${PATH}/webhook`);
  const { url } = answer.ok ? ((await answer.json()) as { url: string | null }) : { url: null };
  return url ?? '';
}

/** Has the hub post something. @returns what went wrong, in words; undefined when it got through */
export async function testWebhook(): Promise<string | undefined> {
  try {
    const answer = await askHub(`${PATH}/webhook/test`, { method: 'POST' });
    if (!answer.ok) return await sentenceOf(answer);
    const { trouble } = (await answer.json()) as { trouble: PostTrouble | null };
    return trouble ? troubleText(trouble) : undefined;
  } catch {
    return t('reconnecting');
  }
}

/** Why a post did not get through. */
export function troubleText(trouble: PostTrouble): string {
  if (trouble.why === 'SILENT') return t('hookSilent');
  if (trouble.why === 'STATUS') return t('hookStatus', { status: trouble.status });
  return t('hookNetwork', { code: trouble.code });
}

async function change(path: string, method: string, body?: object): Promise<string | undefined> {
  try {
    const answer = await askHub(`${PATH}${path}`, {
      method,
      ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return answer.ok ? undefined : await sentenceOf(answer);
  } catch {
    return t('reconnecting');
  }
}
