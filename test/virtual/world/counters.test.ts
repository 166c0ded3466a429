/** The pulse counters' units, edge by edge. */
import { expect, test } from 'vitest';
import { Counters } from '../../../src/virtual/chip/counters.ts';
import { levelA, levelB } from '../../../src/virtual/world/encoder.ts';

const [A, B] = [34, 35];
const [IGNORE, UP, DOWN] = [0, 1, 2];
const [NORMAL, REVERSE, HOLD] = [0, 1, 2];
const [THRESHOLD0, MIN, MAX, ZERO] = [8, 16, 32, 64];

/** Counters on two pins that a wheel turns. */
function wheel() {
  const levels = new Map<number, 0 | 1>([
    [A, levelA(0)],
    [B, levelB(0)],
  ]);
  const watched = new Set<number>();
  let turned = 0;
  const counters = new Counters({
    now() {},
    level: (pin) => levels.get(pin) ?? 0,
    watch: (pin, on) => (on ? watched.add(pin) : watched.delete(pin)),
  });
  return {
    counters,
    watched,
    turn(edges: number): void {
      for (let left = Math.abs(edges); left > 0; left--) {
        turned += Math.sign(edges);
        for (const [pin, level] of [
          [A, levelA(turned)],
          [B, levelB(turned)],
        ] as const) {
          if (levels.get(pin) === level) continue;
          levels.set(pin, level);
          if (watched.has(pin)) counters.edge(pin, level);
        }
      }
    },
  };
}

/** As `machine.Encoder` sets a unit up. */
function encoder(counters: Counters, phases: 1 | 2 | 4): void {
  counters.connect(0, 0, A, B);
  counters.rule(0, 0, DOWN, UP, phases === 1 ? HOLD : REVERSE, NORMAL);
  if (phases === 4) {
    counters.connect(0, 1, B, A);
    counters.rule(0, 1, UP, DOWN, REVERSE, NORMAL);
  }
  counters.run(0, true);
}

test.each([1, 2, 4] as const)('%i phases a slot: there and back', (phases) => {
  const { counters, turn } = wheel();
  encoder(counters, phases);
  turn(400);
  expect(counters.value(0)).toBe(100 * phases);
  turn(-1_000);
  expect(counters.value(0)).toBe(-150 * phases);
  turn(600);
  expect(counters.value(0)).toBe(0);
});

test('to and fro over one edge it counts to and fro', () => {
  const { counters, turn } = wheel();
  encoder(counters, 4);
  for (let n = 0; n < 50; n++) {
    turn(3);
    turn(-3);
  }
  turn(1);
  expect(counters.value(0)).toBe(1);
});

test('it counts while it runs, from zero after a clear, and not once it was reset', () => {
  const { counters, turn, watched } = wheel();
  encoder(counters, 4);
  turn(10);
  counters.run(0, false);
  turn(10);
  expect(counters.value(0)).toBe(10);
  counters.clear(0);
  counters.run(0, true);
  turn(-3);
  expect(counters.value(0)).toBe(-3);
  expect([...watched]).toEqual([A, B]);
  counters.reset(0);
  expect(watched.size).toBe(0);
  turn(5);
  expect(counters.value(0)).toBe(0);
});

test('at a limit it begins again at zero, and tells of it, of a threshold and of zero', () => {
  const { counters, turn } = wheel();
  counters.connect(0, 0, A, -1);
  counters.rule(0, 0, UP, IGNORE, NORMAL, NORMAL);
  counters.point(0, MAX, 5);
  counters.point(0, MIN, -5);
  counters.point(0, THRESHOLD0, 3);
  counters.trigger(0, MAX | THRESHOLD0 | ZERO);
  counters.run(0, true);
  turn(8);
  expect([counters.value(0), counters.due(), counters.flags(0, true)]).toEqual([2, -1, 0]);
  turn(4);
  expect([counters.value(0), counters.due(), counters.flags(0, true)]).toEqual([3, 0, THRESHOLD0]);
  turn(8);
  expect([counters.value(0), counters.isDue, counters.due(), counters.due()]).toEqual([0, true, 0, -1]);
  expect([counters.flags(0, false), counters.flags(0, true), counters.flags(0, true)]).toEqual([
    MAX | ZERO,
    MAX | ZERO,
    0,
  ]);
});

test('units do not disturb each other', () => {
  const { counters, turn } = wheel();
  encoder(counters, 4);
  counters.connect(3, 0, A, -1);
  counters.rule(3, 0, DOWN, DOWN, NORMAL, NORMAL);
  counters.run(3, true);
  turn(40);
  expect([counters.value(0), counters.value(3)]).toEqual([40, -20]);
  counters.reset(0);
  turn(-40);
  expect(counters.value(3)).toBe(-40);
});
