import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { alertLimits } from '../../../src/hub/alerts/check.ts';
import type { AlertInfo, Firing } from '../../../src/hub/alerts/rule.ts';
import { RuleWatch } from '../../../src/hub/alerts/watch.ts';

const { calmMs } = alertLimits;

/** A rule that is watched on a clock that stands still; `changes` has what it told. */
function watch(rule: Partial<AlertInfo>, graceMs = 0) {
  const clock = new ManualClock();
  const changes: (Firing | 'quiet')[] = [];
  const made = new RuleWatch(
    { id: '00000001', board: 'b', metric: 'temp', when: 'above', value: 30, made: clock.now(), ...rule },
    { clock, graceMs, changed: ({ firing }) => void changes.push(firing ?? 'quiet') },
  );
  return {
    clock,
    changes,
    watch: made,
    take: (value: number | string | boolean, at = clock.now()) =>
      made.take(value, at, { now: clock.now(), ticks: clock.monotonic() }),
  };
}

test('above fires with the value that did it, once, and is quiet when it was calm for ten seconds', () => {
  const { clock, changes, take } = watch({});
  take(30);
  expect(changes).toEqual([]);
  take(30.5);
  const since = clock.now();
  expect(changes).toEqual([{ since, seen: 30.5, last: since }]);
  clock.advance(1_000);
  take(40);
  take(29);
  clock.advance(calmMs - 1);
  expect(changes).toHaveLength(1);
  clock.advance(1);
  expect(changes).toEqual([{ since, seen: 30.5, last: since }, 'quiet']);
});

test('below fires below', () => {
  const { changes, take } = watch({ when: 'below' });
  take(30);
  take(31);
  expect(changes).toEqual([]);
  take(-1);
  expect(changes).toMatchObject([{ seen: -1 }]);
});

test('on and off count as 1 and 0; a text is no value that could be above', () => {
  const { changes, take } = watch({ value: 0.5 });
  take('99');
  take(false);
  expect(changes).toEqual([]);
  take(true);
  expect(changes).toMatchObject([{ seen: true }]);
});

test('a value that trembles on the bound is told once, not ten times a second', () => {
  const { clock, changes, take } = watch({});
  for (let i = 0; i < 600; i++) {
    take(i % 2 === 0 ? 31 : 29);
    clock.advance(100);
  }
  expect(changes).toHaveLength(1);
  clock.advance(calmMs);
  expect(changes).toHaveLength(2);
});

test('with a time to hold it fires when the value was over all that time', () => {
  const { clock, changes, take } = watch({ holdMs: 5_000 });
  take(31);
  clock.advance(4_000);
  take(29);
  take(32);
  clock.advance(4_999);
  expect(changes).toEqual([]);
  clock.advance(1);
  expect(changes).toMatchObject([{ since: clock.now(), seen: 32 }]);
});

test('a late sample tells how it was: it neither fires nor ends anything; a board of tomorrow makes none late', () => {
  const { clock, changes, take } = watch({});
  take(20, clock.now());
  take(99, clock.now() - 1);
  expect(changes).toEqual([]);
  take(20, clock.now() + 86_400_000);
  clock.advance(1_000);
  take(99, clock.now());
  expect(changes).toHaveLength(1);
});

test('silence counts from the rule’s making, then from each value, and is over when values have come for a while', () => {
  const { clock, changes, take } = watch({ when: 'silent', value: 60_000 });
  clock.advance(59_999);
  take('still here');
  clock.advance(59_999);
  take(1);
  const last = clock.now();
  clock.advance(59_999);
  expect(changes).toEqual([]);
  clock.advance(1);
  expect(changes).toEqual([{ since: clock.now(), last }]);
  clock.advance(1_000_000);
  take(2);
  clock.advance(calmMs);
  expect(changes.slice(1)).toEqual(['quiet']);
  clock.advance(60_000);
  expect(changes).toHaveLength(3);
});

test('silence counts from the stored value, but not before boards had time to come back', () => {
  const old = watch({ when: 'silent', value: 60_000 }, 15_000);
  old.watch.heardBefore(old.clock.now() - 50_000);
  old.clock.advance(14_999);
  expect(old.changes).toEqual([]);
  old.clock.advance(1);
  expect(old.changes).toEqual([{ since: old.clock.now(), last: old.clock.now() - 65_000 }]);

  const recent = watch({ when: 'silent', value: 60_000 }, 15_000);
  recent.watch.heardBefore(recent.clock.now() - 10_000);
  recent.clock.advance(49_999);
  expect(recent.changes).toEqual([]);
  recent.clock.advance(1);
  expect(recent.changes).toHaveLength(1);
});

test('a silence of a year waits a year: no timer that runs over makes it ring at once', () => {
  const { clock, changes } = watch({ when: 'silent', value: alertLimits.silent.most });
  clock.advance(alertLimits.silent.most - 1);
  expect(changes).toEqual([]);
  clock.advance(1);
  expect(changes).toHaveLength(1);
});

test('one that fired before the hub was restarted is not told again, and ends as another', () => {
  const { clock, changes, take } = watch({ firing: { since: 1, seen: 31 } });
  take(35);
  expect(changes).toEqual([]);
  take(20);
  clock.advance(calmMs);
  expect(changes).toEqual(['quiet']);
});

test('one that is ended tells nothing any more', () => {
  const { clock, changes, watch: ended } = watch({ when: 'silent', value: 1_000 });
  ended.end();
  clock.advance(10_000);
  expect(changes).toEqual([]);
});
