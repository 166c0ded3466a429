import { expect, test } from 'vitest';
import { lasting } from '../../src/commands/table.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

test.each([
  [0, '0 s'],
  [200, '0 s'],
  [59_400, '59 s'],
  [90_000, '1 min 30 s'],
  [HOUR, '1 h'],
  [90 * MIN, '1 h 30 min'],
  [DAY - 4000, '1 d'],
  [DAY - 40_000, '23 h 59 min'],
  [DAY + 30 * MIN, '1 d 1 h'],
  [210 * DAY + 7 * HOUR, '210 d'],
])('%d ms are %s', (ms, words) => {
  expect(lasting(ms)).toBe(words);
});
