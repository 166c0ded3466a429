import { KitelineError } from '../../errors.ts';
import { openAlerts } from '../../hub/alerts/alert-file.ts';
import type { AlertInfo, AlertsState, NewRule } from '../../hub/alerts/rule.ts';
import { spanText } from '../../hub/alerts/text.ts';
import { say } from '../../language.ts';
import { parseDuration } from '../../times.ts';
import { localTime } from '../history/words.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { type HubOptions, hubOrFolder } from '../hub-file.ts';
import { table } from '../table.ts';
import { print, printable, printableJson, styled, tell } from '../terminal.ts';
import { troubleText } from './trouble-text.ts';

const PATH = '/api/v1/alerts';
const JSON_TYPE = 'application/json';

/** Shows the rules, and what fires. @throws KitelineError NO_HUB, USAGE */
export async function listAlerts(options: HubOptions & { json?: boolean }): Promise<void> {
  const hub = await hubOrFolder(options);
  const state = hub ? await jsonOf<AlertsState>(await askHub(hub, PATH, JSON_TYPE), hub.url) : undefined;
  const rules = state?.rules ?? (await openAlerts(options.data, { tell })).rules;
  if (options.json) {
    await print(rules.map((rule) => `${printableJson(JSON.stringify(rule))}\n`).join(''));
    return;
  }
  if (rules.length === 0) tell(NOTHING());
  else await print(`${table(HEADER(), rules.map(rowOf)).join('\n')}\n`);
  const { trouble, failed = 0, dropped = 0 } = state?.webhook ?? {};
  if (trouble) tell(troubleText(trouble));
  if (failed + dropped > 0) tell(lostText(failed + dropped));
}

/** @param value as it was written: a number, or of a silence a time. @throws KitelineError BAD_ARGUMENT, NO_HUB, USAGE */
export async function addRule(
  { holdMs, ...rule }: Omit<NewRule, 'value' | 'holdMs'> & { holdMs: number | undefined },
  value: string,
  options: HubOptions,
): Promise<void> {
  const wish = {
    ...rule,
    value: rule.when === 'silent' ? parseDuration(value) : numberIn(value),
    ...(holdMs !== undefined && { holdMs }),
  };
  const hub = await hubOrFolder(options);
  const added = hub
    ? await jsonOf<AlertInfo>(
        await askHub(hub, PATH, JSON_TYPE, {
          method: 'POST',
          headers: { 'Content-Type': JSON_TYPE },
          body: JSON.stringify(wish),
        }),
        hub.url,
      )
    : await (await openAlerts(options.data, { tell })).add(wish);
  await print(`${added.id}\n`);
  tell(say(`${ruleText(added)}: from now on you are told.`, `${ruleText(added)}：从现在起会提醒。`));
}

/** @throws KitelineError NOT_FOUND, NO_HUB, USAGE */
export async function removeRule(id: string, options: HubOptions): Promise<void> {
  const hub = await hubOrFolder(options);
  const gone = hub
    ? await jsonOf<AlertInfo>(
        await askHub(hub, `${PATH}/${encodeURIComponent(id)}`, JSON_TYPE, { method: 'DELETE' }),
        hub.url,
      )
    : await (await openAlerts(options.data, { tell })).remove(id);
  tell(say(`${ruleText(gone)}: the rule is gone.`, `${ruleText(gone)}：规则已删除。`));
}

const HEADER = (): string[] => [
  say('ID', '编号'),
  say('BOARD', '板子'),
  say('METRIC', '指标'),
  say('WHEN', '条件'),
  say('STATE', '状态'),
];

function rowOf(rule: AlertInfo): string[] {
  const { id, board, metric, firing } = rule;
  return [
    id,
    printable(board),
    printable(metric),
    conditionText(rule),
    firing ? firingText(firing) : QUIET(),
  ];
}

function firingText({ since, seen }: NonNullable<AlertInfo['firing']>): string {
  const value = seen === undefined ? '' : ` (${seen})`;
  return styled(
    'red',
    say(`fires since ${localTime(since)}${value}`, `自 ${localTime(since)} 起触发${value}`),
  );
}

const QUIET = () => styled('dim', say('quiet', '正常'));

/** `above 30 for 1 min` */
function conditionText({ when, value, holdMs }: NewRule): string {
  const held = holdMs === undefined ? '' : say(` for ${spanText(holdMs)}`, `，持续 ${spanText(holdMs)}`);
  if (when === 'silent') return say(`silent for ${spanText(value)}`, `静默 ${spanText(value)}`);
  return when === 'above'
    ? say(`above ${value}${held}`, `高于 ${value}${held}`)
    : say(`below ${value}${held}`, `低于 ${value}${held}`);
}

const ruleText = (rule: NewRule): string =>
  `${printable(rule.board)} ${printable(rule.metric)} ${conditionText(rule)}`;

function numberIn(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number)) return number;
  throw new KitelineError('BAD_ARGUMENT', say(`"${text}" is not a number.`, `“${text}”不是数字。`));
}

const NOTHING = () =>
  say(
    'There are no rules. "kiteline alerts add BOARD METRIC above 30" makes one.',
    '还没有规则。可用“kiteline alerts add 板子 指标 above 30”添加。',
  );

const lostText = (count: number): string =>
  say(
    `${count} posts did not get through since the hub was started.`,
    `中枢启动以来有 ${count} 次发送未成功。`,
  );
