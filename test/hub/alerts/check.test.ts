import { expect, test } from 'vitest';
import { alertLimits, checkRule, checkWebhook } from '../../../src/hub/alerts/check.ts';
import { AlertRules } from '../../../src/hub/alerts/rules.ts';

const RULE = { board: 'greenhouse', metric: 'temp', when: 'above', value: 30 };

test.each([
  ['as it stands', {}, {}],
  ['with nothing else of what was sent', { id: 'mine', made: 0, firing: true }, {}],
  ['with a time to hold', { holdMs: 5_000 }, { holdMs: 5_000 }],
  ['with none to hold', { holdMs: 0 }, {}],
  ['for silence', { when: 'silent', value: 1_000 }, { when: 'silent', value: 1_000 }],
  [
    'of a board and a metric in any language',
    { board: '温室', metric: '__proto__' },
    { board: '温室', metric: '__proto__' },
  ],
])('a rule %s is taken', (_, wish, taken) => {
  expect(checkRule({ ...RULE, ...wish })).toEqual({ ...RULE, ...taken });
});

test.each([
  [{ board: '' }],
  [{ board: 'x'.repeat(65) }],
  [{ board: 7 }],
  [{ board: 'a\u0007' }],
  [{ board: '\ud800' }],
  [{ metric: undefined }],
  [{ metric: 'x'.repeat(129) }],
  [{ when: 'over' }],
  [{ when: 'toString' }],
  [{ value: '30' }],
  [{ value: null }],
  [{ value: Number.NaN }],
  [{ value: Number.POSITIVE_INFINITY }],
  [{ value: 1e300 }],
  [{ when: 'silent', value: 999 }],
  [{ when: 'silent', value: 1_000.5 }],
  [{ when: 'silent', value: 1e14 }],
  [{ when: 'silent', value: 5_000, holdMs: 5_000 }],
  [{ holdMs: -1 }],
  [{ holdMs: 0.5 }],
  [{ holdMs: '5' }],
  [{ holdMs: 86_400_001 }],
])('%j makes no rule', (wish) => {
  expect(() => checkRule({ ...RULE, ...wish })).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringMatching(/./) }),
  );
});

test('a webhook is http or https, and has no password that a browser would show', () => {
  expect(checkWebhook(' https://ntfy.example/a?b=c ')).toBe('https://ntfy.example/a?b=c');
  const bad = [
    '',
    'greenhouse',
    'ftp://a/b',
    'file:///etc/passwd',
    'javascript:1',
    'http://',
    'https://a:b@c/',
    7,
    null,
  ];
  for (const url of [...bad, `http://a/${'x'.repeat(alertLimits.url)}`])
    expect(() => checkWebhook(url)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
});

test('there are so many rules and no more, and none twice', async () => {
  const rules = new AlertRules();
  for (let value = 0; value < alertLimits.rules; value++) await rules.add({ ...RULE, value });
  await expect(rules.add({ ...RULE, value: -1 })).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
    message: expect.stringContaining(String(alertLimits.rules)),
  });
  const [first] = rules.rules;
  await rules.remove(first?.id ?? '');
  await expect(rules.remove(first?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(rules.add({ ...RULE, value: 1 })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  await rules.add({ ...RULE, value: 0 });
});
