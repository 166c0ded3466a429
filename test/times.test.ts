import { describe, expect, it } from 'vitest';
import { parseDuration, parseRange, parseTime } from '../src/times.ts';

const NOW = Date.UTC(2026, 6, 30, 14);

describe('a span of time', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['0.5s', 500],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', '5x', '-1h', '0s', '1.h', 'h', '1 h', '1e3s', '1h 30m'])('%j is none', (text) => {
    expect(() => parseDuration(text)).toThrow('90s, 15m, 1h or 7d');
  });
});

describe('a time', () => {
  it.each([
    ['now', NOW],
    ['-1h', NOW - 3_600_000],
    ['-1h30m', NOW - 5_400_000],
    ['0', 0],
    ['1700000000000', 1_700_000_000_000],
    ['2026-07-30T14:00Z', NOW],
    ['2026-07-30T14:00:00.250Z', NOW + 250],
    ['2026-07-30t22:00:00,5+08:00', NOW + 500],
    ['2026-07-30 09:30:00-0430', NOW],
    ['2024-02-29T00:00Z', Date.UTC(2024, 1, 29)],
    ['0050-07-30T00:00Z', new Date('0050-07-30').getTime()], // Date.UTC takes it for 1950
    ['-999999999w', -8.64e15], // the earliest that a Date holds
  ])('%s', (text, at) => {
    expect(parseTime(text, NOW)).toBe(at);
  });

  it('without a zone is local', () => {
    expect(parseTime('2026-07-30', NOW)).toBe(new Date(2026, 6, 30).getTime());
    expect(parseTime('2026-07-30T14:05:06', NOW)).toBe(new Date(2026, 6, 30, 14, 5, 6).getTime());
    expect(parseTime('0050-07-30', NOW)).toBe(new Date('0050-07-30T00:00').getTime());
  });

  it.each([
    '',
    'soon',
    '2026',
    '2026-13-01',
    '2026-02-30',
    '2026-07-30T24:00',
    '2026-07-30T14:60',
    '2026-07-30T14',
    '2026-07-30Z',
    '30.07.2026',
    '+1h',
    '-',
  ])('%j is none', (text) => {
    expect(() => parseTime(text, NOW)).toThrow('is not a time');
  });

  it('in seconds is taken for a mistake', () => {
    expect(() => parseTime('1700000000', NOW)).toThrow('1700000000000');
  });
});

it('a range ends after it begins', () => {
  expect(parseRange('-1h', 'now', NOW)).toEqual({ from: NOW - 3_600_000, to: NOW });
  expect(parseRange(undefined, undefined, NOW)).toEqual({});
  for (const [from, to] of [
    ['now', '-1h'],
    ['now', 'now'],
    ['now', '-999999999w'],
  ])
    expect(() => parseRange(from, to, NOW)).toThrow('ends before');
  expect(() => parseRange('2026-07-30T02:00Z', '2026-07-30T02:00+02:00', NOW)).toThrow(
    'from 2026-07-30T02:00Z (2026-07-30T02:00:00.000Z) to 2026-07-30T02:00+02:00 (2026-07-30T00:00:00.000Z)',
  );
});
