/** A rover's motion, motors and battery against their closed forms. */
import { expect, test } from 'vitest';
import { drained, openVolts, underLoad } from '../../../src/virtual/world/battery.ts';
import { motorStep, type Pose, rolled, settledSpeed } from '../../../src/virtual/world/drive.ts';
import { STANDARD_ROVER } from '../../../src/virtual/world/parameters.ts';

const BASE = 0.15;

/** Rolls in many small steps. */
function rolledInSteps(left: number, right: number, steps: number): Pose {
  let pose: Pose = { x: 0, y: 0, heading: 0 };
  for (let step = 0; step < steps; step++) pose = rolled(pose, left / steps, right / steps, BASE);
  return pose;
}

test('a straight line goes where the heading points', () => {
  const pose = rolled({ x: 1, y: 2, heading: Math.PI / 3 }, 0.7, 0.7, BASE);
  expect(pose.x).toBeCloseTo(1 + 0.7 * Math.cos(Math.PI / 3), 12);
  expect(pose.y).toBeCloseTo(2 + 0.7 * Math.sin(Math.PI / 3), 12);
  expect(pose.heading).toBe(Math.PI / 3);
});

test('wheels that turn against each other turn it on the spot', () => {
  const quarter = (Math.PI / 2) * (BASE / 2);
  const pose = rolled({ x: 1, y: 2, heading: 0 }, -quarter, quarter, BASE);
  expect(pose).toEqual({
    x: expect.closeTo(1, 12),
    y: expect.closeTo(2, 12),
    heading: expect.closeTo(Math.PI / 2, 12),
  });
});

test.each([1, 2, 7, 1_000])('an arc is one, in %i steps', (steps) => {
  // Radius 0.5 m to the left, a quarter of a circle: from (0, 0) to (0.5, 0.5), heading up.
  const quarter = Math.PI / 2;
  const pose = rolledInSteps(quarter * (0.5 - BASE / 2), quarter * (0.5 + BASE / 2), steps);
  expect(pose.x).toBeCloseTo(0.5, 9);
  expect(pose.y).toBeCloseTo(0.5, 9);
  expect(pose.heading).toBeCloseTo(quarter, 9);
});

test('a motor is at 1 − 1/e of its speed after its time constant, however fine the steps', () => {
  for (const steps of [1, 10, 1_000]) {
    let speed = 0;
    let angle = 0;
    for (let step = 0; step < steps; step++) {
      const next = motorStep(speed, 20, 0.1 / steps, 0.1);
      speed = next.speed;
      angle += next.angle;
    }
    expect(speed).toBeCloseTo(20 * (1 - Math.exp(-1)), 9);
    // The integral of 20 (1 − e^(−t/τ)) from 0 to τ.
    expect(angle).toBeCloseTo(20 * 0.1 * Math.exp(-1), 9);
  }
});

test('the duty sets the speed above what friction takes, and the voltage scales it', () => {
  const motor = { topSpeed: 18, deadZone: 0.1 };
  const at = (direction: -1 | 0 | 1, duty: number, share = 1) =>
    settledSpeed({ direction, duty }, motor, share);
  expect(at(1, 1)).toBeCloseTo(18);
  expect(at(-1, 1)).toBeCloseTo(-18);
  expect(at(1, 0.55)).toBeCloseTo(9);
  expect(at(1, 0.1)).toBe(0);
  expect(at(1, 0.05)).toBe(0);
  expect(Math.abs(at(0, 1))).toBe(0);
  expect(at(1, 1, 0.55)).toBeCloseTo(9);
});

test('the voltage sags by the current times the resistance', () => {
  const { battery } = STANDARD_ROVER;
  const idle = underLoad(battery, 1, []);
  expect(idle.volts).toBeCloseTo(8.4 - battery.resistance * battery.idleCurrent, 12);
  expect(idle.amperes).toBeCloseTo(battery.idleCurrent, 12);
  // Both motors held, at full duty: two windings in parallel, behind the battery's resistance.
  const held = { duty: 1, backVolts: 0 };
  const { volts, amperes } = underLoad(battery, 0.5, [held, held]);
  const windings = battery.motorResistance / 2;
  const open = openVolts(battery, 0.5);
  expect(volts).toBeCloseTo(
    ((open - battery.resistance * battery.idleCurrent) * windings) / (windings + battery.resistance),
    9,
  );
  expect(amperes).toBeCloseTo(battery.idleCurrent + volts / windings, 9);
  // Backwards it is the same; a motor that runs as fast as its voltage drives it takes nothing.
  expect(underLoad(battery, 0.5, [{ duty: -1, backVolts: 0 }, held]).volts).toBeCloseTo(volts, 12);
  expect(underLoad(battery, 1, [{ duty: 1, backVolts: 8.4 }]).amperes).toBeCloseTo(battery.idleCurrent, 12);
});

test('an hour of its capacity empties it, and it does not go below empty', () => {
  const { battery } = STANDARD_ROVER;
  expect(drained(battery, 1, battery.capacity, 3_600)).toBeCloseTo(0, 12);
  expect(drained(battery, 0.25, battery.capacity / 2, 900)).toBeCloseTo(0.125, 12);
  expect(drained(battery, 0.1, 5, 3_600)).toBe(0);
});
