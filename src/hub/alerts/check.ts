import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { Json } from '../../wire/index.ts';
import { limits } from '../../wire/index.ts';
import { isText } from '../arguments.ts';
import { helloLimits } from '../hello.ts';
import { type NewRule, WHENS } from './rule.ts';

export const alertLimits = {
  /** Rules of a hub: more than somebody looks after, and each page that is open has all of them. */
  rules: 500,
  /** A bound's size: beyond it the numbers of a JSON are not exact any more. */
  value: 1e15,
  /** Milliseconds of a silence: no shorter than a frame of a slow board, no longer than a year. */
  silent: { least: 1_000, most: 366 * 86_400_000 },
  /** Milliseconds that a value is over the bound before a rule fires, at most. */
  holdMs: 86_400_000,
  /** Milliseconds that a rule must be calm before it is quiet again: a value that trembles on the bound is told once in this time. */
  calmMs: 10_000,
  /** Milliseconds that boards have to be back after the hub was started, before their silence counts. */
  backMs: 15_000,
  /** UTF-16 units of the webhook's URL. */
  url: 2_048,
} as const;

type Wish = Partial<Record<keyof NewRule, unknown>>;

/** Reads a rule that somebody wishes. @throws KitelineError BAD_ARGUMENT with what is wrong with it */
export function checkRule({ board, metric, when, value, holdMs }: Wish): NewRule {
  if (!isText(board as Json, helloLimits.name)) throw wrong(BOARD());
  if (!isText(metric as Json, limits.nameLength)) throw wrong(METRIC());
  const known = WHENS.find((one) => one === when);
  if (!known)
    throw wrong(say('A rule waits for: above, below or silent.', '规则的条件为 above、below 或 silent。'));
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(NO_NUMBER());
  const { least, most } = alertLimits.silent;
  if (known === 'silent' && !(value >= least && value <= most && Number.isInteger(value)))
    throw wrong(SILENCE());
  if (Math.abs(value) > alertLimits.value) throw wrong(TOO_BIG());
  const rule: NewRule = { board: board as string, metric: metric as string, when: known, value };
  if (holdMs === undefined || holdMs === 0) return rule;
  if (known === 'silent') throw wrong(NO_HOLD());
  if (typeof holdMs !== 'number' || !Number.isInteger(holdMs) || holdMs < 0 || holdMs > alertLimits.holdMs)
    throw wrong(HOLD());
  return { ...rule, holdMs };
}

/** Where alerts are posted to. @throws KitelineError BAD_ARGUMENT for what is no such URL */
export function checkWebhook(url: unknown): string {
  const parsed = typeof url === 'string' && url.length <= alertLimits.url ? URL.parse(url.trim()) : null;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw wrong(URL_WRONG());
  if (parsed.username || parsed.password) throw wrong(URL_NAMED());
  return parsed.href;
}

const wrong = (sentence: string) => new KitelineError('BAD_ARGUMENT', sentence);

const BOARD = () =>
  say(
    `A rule names a board: 1 to ${helloLimits.name} characters, no control characters.`,
    `规则要写明板子：1 到 ${helloLimits.name} 个字符，不含控制字符。`,
  );
const METRIC = () =>
  say(
    `A rule names a metric: 1 to ${limits.nameLength} characters, no control characters.`,
    `规则要写明指标：1 到 ${limits.nameLength} 个字符，不含控制字符。`,
  );
const NO_NUMBER = () => say("A rule's value is a number.", '规则的值应为数字。');
const TOO_BIG = () => say("A rule's value lies between -1e15 and 1e15.", '规则的值应在 -1e15 到 1e15 之间。');
const SILENCE = () =>
  say(
    'Silence is counted in whole milliseconds: from 1,000 (a second) to a year.',
    '静默时间以整数毫秒计：从 1000（1 秒）到一年。',
  );
const NO_HOLD = () =>
  say(
    'A rule for silence has no time to hold: its value is that time.',
    '静默规则没有持续时间：它的值就是该时间。',
  );
const HOLD = () =>
  say(
    'The time that a value must hold is in whole milliseconds, at most a day (86,400,000).',
    '持续时间以整数毫秒计，最长一天（86400000）。',
  );
const URL_WRONG = () =>
  say(
    `A webhook is an address such as http://homeassistant.local:8123/api/webhook/kiteline: http or https, at most ${alertLimits.url} characters.`,
    `Webhook 应为类似 http://homeassistant.local:8123/api/webhook/kiteline 的地址：http 或 https，最长 ${alertLimits.url} 个字符。`,
  );
const URL_NAMED = () =>
  say(
    'A webhook has no NAME:PASSWORD@ in it: put a secret into its path or behind ?.',
    'Webhook 中不能有“用户名:密码@”：请把密钥放在路径中或 ? 之后。',
  );
