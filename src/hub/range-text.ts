import { say } from '../language.ts';

/** What of a number's bounds a person is told, behind what it is: `, 0 to 100`; nothing where it has none. */
export function rangeText(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return say(`, ${min} to ${max}`, `，${min} 到 ${max}`);
  if (min !== undefined) return say(`, ${min} or more`, `，不小于 ${min}`);
  return max === undefined ? '' : say(`, ${max} or less`, `，不大于 ${max}`);
}
