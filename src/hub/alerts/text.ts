import { say } from '../../language.ts';
import type { AlertMessage } from './rule.ts';

/** An alert as a sentence: `greenhouse: temp is 35.2, above 30.` */
export function alertText({ board, metric, when, value, seen, state }: AlertMessage): string {
  if (state === 'removed')
    return say(`${board}: the rule for ${metric} is removed.`, `${board}：${metric} 的规则已删除。`);
  if (when === 'silent') {
    const span = spanText(value);
    return state === 'firing'
      ? say(`${board}: no ${metric} for ${span}.`, `${board}：${span}没有收到 ${metric}。`)
      : say(`${board}: ${metric} comes again.`, `${board}：又收到了 ${metric}。`);
  }
  const over =
    when === 'above' ? say(`above ${value}`, `高于 ${value}`) : say(`below ${value}`, `低于 ${value}`);
  return state === 'firing'
    ? say(`${board}: ${metric} is ${seen}, ${over}.`, `${board}：${metric} 为 ${seen}，${over}。`)
    : say(`${board}: ${metric} is not ${over} any more.`, `${board}：${metric} 不再${over}。`);
}

const UNITS = [
  [86_400_000, 'd', '天'],
  [3_600_000, 'h', '小时'],
  [60_000, 'min', '分钟'],
  [1_000, 's', '秒'],
] as const;

/** A length of time in the largest unit that it is a whole number of: `90 s`, `5 min`. @param ms milliseconds */
export function spanText(ms: number): string {
  const [size, en, zh] = UNITS.find(([one]) => ms % one === 0) ?? [1, 'ms', '毫秒'];
  return say(`${ms / size} ${en}`, `${ms / size} ${zh}`);
}
