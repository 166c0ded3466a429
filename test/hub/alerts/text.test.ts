import { afterEach, expect, test } from 'vitest';
import { eventLine } from '../../../src/commands/watch/event-line.ts';
import type { AlertMessage } from '../../../src/hub/alerts/rule.ts';
import { alertText, spanText } from '../../../src/hub/alerts/text.ts';
import { setLanguage } from '../../../src/language.ts';

afterEach(() => setLanguage('en'));

const message = (what: Partial<AlertMessage>): AlertMessage => ({
  id: '00000001',
  board: 'greenhouse',
  metric: 'temp',
  when: 'above',
  value: 30,
  made: 1,
  since: 2,
  state: 'firing',
  at: 3,
  ...what,
});

test.each([
  [{ seen: 35.2 }, 'greenhouse: temp is 35.2, above 30.', 'greenhouse：temp 为 35.2，高于 30。'],
  [
    { when: 'below', seen: true },
    'greenhouse: temp is true, below 30.',
    'greenhouse：temp 为 true，低于 30。',
  ],
  [{ state: 'quiet' }, 'greenhouse: temp is not above 30 any more.', 'greenhouse：temp 不再高于 30。'],
  [{ when: 'silent', value: 90_000 }, 'greenhouse: no temp for 90 s.', 'greenhouse：90 秒没有收到 temp。'],
  [{ when: 'silent', state: 'quiet' }, 'greenhouse: temp comes again.', 'greenhouse：又收到了 temp。'],
  [{ state: 'removed' }, 'greenhouse: the rule for temp is removed.', 'greenhouse：temp 的规则已删除。'],
] as const)('%j is said in both languages', (what, en, zh) => {
  setLanguage('en');
  expect(alertText(message(what))).toBe(en);
  expect(eventLine({ type: 'alert', ...message(what) })).toContain(en);
  setLanguage('zh');
  expect(alertText(message(what))).toBe(zh);
});

test('a length of time is said in the largest unit that it is whole in', () => {
  setLanguage('en');
  expect([1_500, 1_000, 60_000, 90_000, 7_200_000, 172_800_000].map(spanText)).toEqual([
    '1500 ms',
    '1 s',
    '1 min',
    '90 s',
    '2 h',
    '2 d',
  ]);
});
