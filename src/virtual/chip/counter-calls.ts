/** What `esp32.PCNT` calls, by name. */
import type { Counters } from './counters.ts';

const CALLS = {
  reset: (counters, unit) => counters.reset(unit),
  connect: (counters, unit, channel, pin, modePin) => counters.connect(unit, channel, pin, modePin),
  rule: (counters, unit, channel, rising, falling, low, high) =>
    counters.rule(unit, channel, rising, falling, low, high),
  point: (counters, unit, event, value) => counters.point(unit, event, value),
  clear: (counters, unit) => counters.clear(unit),
  run: (counters, unit, running) => counters.run(unit, running === 1),
  value: (counters, unit) => counters.value(unit),
  trigger: (counters, unit, events) => counters.trigger(unit, events),
  flags: (counters, unit, taken) => counters.flags(unit, taken === 1),
} satisfies Record<
  string,
  (counters: Counters, unit: number, a: number, b: number, c: number, d: number, e: number) => unknown
>;

export type CounterCall = keyof typeof CALLS;

export function callCounter(counters: Counters, does: CounterCall, unit: number, args: number[]): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = args;
  const answer = CALLS[does](counters, unit, a, b, c, d, e);
  return typeof answer === 'number' ? answer : 0;
}
