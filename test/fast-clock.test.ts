/** A clock that runs faster, and stands still for whoever could not go on. */
import { expect, test } from 'vitest';
import { FastClock, ManualClock } from '../src/clock.ts';
import { Standstill } from '../src/standstill.ts';

test('it runs so many times as fast from the moment that it was made', () => {
  const base = new ManualClock(1_000);
  base.advance(500);
  const fast = new FastClock(8, base);
  expect(fast.now()).toBe(1_500);
  const before = fast.monotonic();
  base.advance(10);
  expect(fast.now()).toBe(1_580);
  expect(fast.monotonic() - before).toBe(80);
});

test('an alarm rings after as many of its milliseconds, and not when it was cancelled', () => {
  const base = new ManualClock();
  const fast = new FastClock(4, base);
  const rung: string[] = [];
  fast.alarm(400, () => rung.push('400'));
  fast.alarm(200, () => rung.push('200')).cancel();
  base.advance(99);
  expect(rung).toEqual([]);
  base.advance(1);
  expect(rung).toEqual(['400']);
});

test('what it stood still does not count, neither for what it shows nor for alarms', () => {
  const base = new ManualClock();
  const fast = new FastClock(10, base);
  let rung = 0;
  fast.alarm(1_000, () => {
    rung += 1;
  });
  const before = fast.monotonic();
  base.advance(60);
  fast.monotonic();
  fast.standstill.add(40, 0);
  expect(fast.monotonic() - before).toBe(600); // It does not go back …
  base.advance(40);
  expect(fast.monotonic() - before).toBe(600); // … but waits until it is right again.
  expect(rung).toBe(0);
  base.advance(39);
  expect(rung).toBe(0);
  base.advance(1);
  expect(rung).toBe(1);
  expect(fast.monotonic() - before).toBe(1_000);
});

test('what two say of the same time counts once, in whatever thread', () => {
  const one = new Standstill();
  const other = new Standstill(one.buffer);
  // One was away for 120 ms, and the other in the middle of that for 70, which it tells first.
  const before = one.ms;
  other.add(70, other.ms);
  one.add(120, before);
  expect([one.ms, other.ms]).toEqual([120, 120]);
  one.add(50, before);
  expect(one.ms).toBe(120);
  other.add(30, other.ms);
  expect(one.ms).toBe(150);
});

test('there is no clock that stands or goes backwards', () => {
  for (const speed of [0, -1, Number.NaN]) expect(() => new FastClock(speed)).toThrow(RangeError);
});
