import { expect, test } from 'vitest';
import { ManualClock, systemClock } from '../src/clock.ts';
import { languageOf, say, setLanguage } from '../src/language.ts';

test.each([
  ['zh', { LANG: 'zh_CN.UTF-8' }],
  ['zh', { LANG: 'C', LC_ALL: 'zh_TW.UTF-8' }],
  ['en', { LANG: 'zh_CN.UTF-8', KITELINE_LANG: 'en' }],
  ['zh', { LANG: 'en_US.UTF-8', KITELINE_LANG: 'zh' }],
  ['en', { LANG: 'de_DE.UTF-8' }],
  ['en', { LANG: 'C.UTF-8' }],
])('the language is %s with %o', (language, env) => {
  expect(languageOf(env, 'en-US')).toBe(language);
});

test('without a locale in the environment the system decides', () => {
  expect(languageOf({}, 'zh-CN')).toBe('zh');
  expect(languageOf({}, 'fr-FR')).toBe('en');
});

test('say gives the one of two texts', () => {
  setLanguage('zh');
  expect(say('hello', '你好')).toBe('你好');
  setLanguage('en');
  expect(say('hello', '你好')).toBe('hello');
});

test('a manual clock rings in order of time, also what an alarm sets', () => {
  const clock = new ManualClock(1_000);
  const rung: string[] = [];
  clock.alarm(20, () => rung.push(`b at ${clock.now()}`));
  clock.alarm(10, () => {
    rung.push(`a at ${clock.now()}`);
    clock.alarm(5, () => rung.push(`c at ${clock.now()}`));
  });
  const cancelled = clock.alarm(12, () => rung.push('never'));
  cancelled.cancel();
  clock.advance(9);
  expect(rung).toEqual([]);
  clock.advance(11);
  expect(rung).toEqual(['a at 1010', 'c at 1015', 'b at 1020']);
  expect(clock.monotonic()).toBe(20);
});

test("the system's clock rings", async () => {
  const before = systemClock.monotonic();
  await new Promise<void>((done) => systemClock.alarm(1, done));
  expect(systemClock.monotonic()).toBeGreaterThan(before);
});
