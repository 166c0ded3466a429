import { expect, test } from 'vitest';
import { bothWays, SOME, sample, stored, T } from './stored.ts';

const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('--json gives points, or buckets where there are more than asked for', async () => {
  const { folder, here } = await stored(SOME);
  const { alone, hub } = await bothWays(folder, async () => ({
    all: await here(['history', 'pump', 'temp', '--json']),
    two: await here(['history', 'pump', 'temp', '--json', '--points', '2']),
  }));
  expect(hub).toEqual(alone);
  expect(alone.all.code).toBe(0);
  expect(lines(alone.all.stdout)).toEqual([20, 21.5, 22, 23].map((v, at) => ({ t: T + 60_000 * at, v })));
  expect(lines(alone.two.stdout)).toMatchObject([
    { t: T, count: 2, min: 20, mean: 20.75, max: 21.5 },
    { count: 2, min: 22, mean: 22.5, max: 23 },
  ]);
});

test('a range is local time, or UTC where it ends in Z', async () => {
  const { here } = await stored(SOME);
  const count = async (...args: string[]) => {
    const { stdout } = await here(['history', 'pump', 'temp', '--json', ...args], { TZ: 'Asia/Shanghai' });
    return stdout.split('\n').length - 1;
  };
  expect(await count('--from', '2026-07-30T22:01', '--to', '2026-07-30 22:03')).toBe(2);
  expect(await count('--from', '2026-07-30T14:01:00.001Z')).toBe(2);
  expect(await count('--from', '2026-07-30', '--to', '2026-07-31')).toBe(4);
  expect(await count('--last', '2m', '--to', String(T + 180_000))).toBe(2);
  for (const long of [
    ['--last', '3000w'], // 1969
    ['--last', '999999999w'],
    ['--from', '1970-01-02'],
  ])
    expect(await count(...long)).toBe(4);
});

test('a picture for a person: the newest value, the course, what it comes to', async () => {
  const { here } = await stored(SOME);
  const { code, stdout } = await here(['history', 'pump', 'temp']);
  const picture = stdout.trimEnd().split('\n');
  expect(code).toBe(0);
  expect(picture[0]).toMatch(/^pump temp {2}23 Cel {2}2026-07-30 14:03:00/);
  expect(picture.find((line) => line.includes('┤'))).toMatch(/^23 ┤ .*[\u2801-\u28ff]$/);
  expect(picture.findLast((line) => line.includes('┤'))).toMatch(/^20 ┤[\u2801-\u28ff]/);
  expect(stdout).toMatch(/\n {4}14:00:00 {40}14:03:00\n/);
  expect(stdout).toContain('min 20 Cel  mean 21.63 Cel  max 23 Cel  4 points');
  expect(stdout).toContain('2026-07-30 14:00:00 to 14:03:00');
  for (const line of picture) expect(line.length).toBeLessThanOrEqual(60);
});

test('booleans and strings are shown as what they were and since when, in Chinese too', async () => {
  const { here } = await stored(SOME);
  const { stdout: on } = await here(['history', 'pump', 'on']);
  expect(on).toMatch(/^pump on {2}false/);
  expect(on).toContain(' true ┤');
  expect(on).toContain('true in 25 % of the points');
  expect(on).toContain('false since 2026-07-30 14:02:00');
  const { stdout: state } = await here(['history', 'pump', 'state'], { KITELINE_LANG: 'zh' });
  expect(state).toMatch(/自 +持续 +值\n2026-07-30 14:00:00 {2}2 分钟 {2}idle\n/);
  expect(state).toContain('满, "full"');
  expect(state).toContain('4 个点');
});

test('where data is missing the line is, too', async () => {
  const times = [...Array(50).keys()].filter((at) => at < 20 || at >= 40);
  const { here } = await stored({ samples: times.map((at) => sample('flat', 5, T + 1000 * at)) });
  const { stdout } = await here(['history', 'pump', 'flat']);
  expect(stdout).toMatch(/^5 ┤[\u2801-\u28ff]{20,} {15,}[\u2801-\u28ff]{9,}$/m);
});

test('says so when a range has nothing', async () => {
  const { here } = await stored(SOME);
  const { code, stdout, stderr } = await here(['history', 'pump', 'temp', '--to', '2020-01-01']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('There are 4, of 2026-07-30 14:00:00 to 14:03:00.');
});

test('an unknown board or metric is answered with those that exist', async () => {
  const { folder, here } = await stored(SOME);
  const { alone, hub } = await bothWays(folder, async () => [
    await here(['history', 'pmup', 'temp']),
    await here(['history', 'pump', 'tmep'], { KITELINE_LANG: 'en' }),
  ]);
  expect(hub).toEqual(alone);
  expect(alone).toMatchObject([
    { code: 1, stdout: '', stderr: 'There is no board pmup. There are: pump, 灯.\n' },
    { code: 1, stdout: '', stderr: 'pump has no metric tmep. It has: temp, on, state.\n' },
  ]);
});

test.each([
  [['--last', '5x'], '90s, 15m, 1h or 7d'],
  [['--from', '2026-02-30'], '"2026-02-30" is not a time'],
  [['--from', 'now', '--to', '-1h'], 'ends before it has begun'],
  [['--last', '1h', '--from', '-1h'], 'give one of them'],
  [['--points', '-3'], 'a whole number from 1'],
])('%j is refused', async (args, sentence) => {
  const { here } = await stored();
  const { code, stderr } = await here(['history', 'pump', 'temp', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});

test('without a hub and without a store it says what would make one', async () => {
  const { here, path } = await stored();
  for (const args of [
    ['history', 'pump', 'temp'],
    ['export'],
    ['store', 'info'],
    ['store', 'check'],
    ['store', 'backup', path('b.db')],
  ]) {
    const { code, stdout, stderr } = await here([...args, '--data', path('nothing')]);
    expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' });
    expect(stderr).toContain('"kiteline up" makes both');
  }
});
