/** One rule against whatever comes: what it tells is what a look at the whole course says, and never more often than it may. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { alertLimits } from '../../../src/hub/alerts/check.ts';
import { RuleWatch } from '../../../src/hub/alerts/watch.ts';

const { calmMs } = alertLimits;
const BOUND = 30;

interface Step {
  wait: number;
  value: number;
}

const steps = fc.array(
  fc.record({ wait: fc.integer({ min: 1, max: 15_000 }), value: fc.integer({ min: 28, max: 32 }) }),
  { maxLength: 40 },
);

/** When it begins to fire and when it ends, looked up in the course as a whole. */
function expected(course: Step[], holdMs: number): [number, string][] {
  const turns: [at: number, isSo: boolean][] = [];
  let at = 0;
  for (const { wait, value } of course) {
    at += wait;
    if ((turns.at(-1)?.[1] ?? false) !== value > BOUND) turns.push([at, value > BOUND]);
  }
  const told: [number, string][] = [];
  turns.forEach(([from, isSo], i) => {
    const due = from + (isSo ? holdMs : calmMs);
    const until = turns[i + 1]?.[0] ?? Number.POSITIVE_INFINITY;
    const isFiring = told.at(-1)?.[1] === 'firing';
    // What falls due with the very value that turns it is due: the clock rings before the value is there.
    if (due <= until && isSo !== isFiring) told.push([due, isSo ? 'firing' : 'quiet']);
  });
  return told;
}

test.each([0, 1, 5_000])('held for %d ms: it tells what the course as a whole says', (holdMs) => {
  fc.assert(
    fc.property(steps, (course) => {
      const clock = new ManualClock();
      const begun = clock.now();
      const told: [number, string][] = [];
      const watch = new RuleWatch(
        { id: '00000001', board: 'b', metric: 'm', when: 'above', value: BOUND, holdMs, made: begun },
        {
          clock,
          graceMs: 0,
          changed: ({ firing }) => void told.push([clock.now() - begun, firing ? 'firing' : 'quiet']),
        },
      );
      for (const { wait, value } of course) {
        clock.advance(wait);
        watch.take(value, clock.now(), { now: clock.now(), ticks: clock.monotonic() });
      }
      clock.advance(calmMs + holdMs);
      expect(told).toEqual(expected(course, holdMs));
      told.forEach(([at, state], i) => {
        if (state === 'quiet') expect(at - (told[i - 1]?.[0] ?? 0)).toBeGreaterThanOrEqual(calmMs);
      });
    }),
  );
});
