/** A rover on pins, without a board: what the pins do to it, and it to them. */
import { expect, test } from 'vitest';
import {
  type Pose,
  type Room,
  type RoverParameters,
  STANDARD_ROVER,
  STANDARD_WIRING,
} from '../../../src/virtual/index.ts';
import { BURST_MS, echoMs, SOUND } from '../../../src/virtual/world/range-finder.ts';
import { RoverState, STATE } from '../../../src/virtual/world/rover-state.ts';
import { RoverWorld } from '../../../src/virtual/world/rover-world.ts';
import type { PinChange } from '../../../src/virtual/world/world.ts';
import { emptyRoom } from './rooms.ts';

const { left, right, trigger, echo, battery } = STANDARD_WIRING;
/** A time of the board's. */
const BEGUN = 1_000;

interface Setting {
  room?: Room;
  pose?: Pose;
  parameters?: Partial<RoverParameters>;
  seed?: number;
  mismatch?: number;
}

function rover({ room = emptyRoom(4, 3), pose, parameters, seed = 1, mismatch = 0 }: Setting = {}) {
  const state = new RoverState();
  state.pose = pose ?? { x: 1, y: 1.5, heading: 0 };
  state.set(STATE.TIME, BEGUN);
  state.set(STATE.DICE, seed);
  state.set(STATE.CHARGE, 1);
  const levels = new Map<number, number>();
  const volts = new Map<number, number>();
  const world = new RoverWorld(
    {
      room: room.setup,
      state: state.buffer,
      wiring: STANDARD_WIRING,
      parameters: { ...STANDARD_ROVER, ...parameters },
      mismatch,
    },
    { level: (pin, level) => levels.set(pin, level), volts: (pin, value) => volts.set(pin, value) },
  );
  let now = BEGUN;
  return {
    state,
    world,
    levels,
    volts,
    /** Sets both motors, -1 to 1. */
    drive(leftDuty: number, rightDuty: number): void {
      for (const [motor, duty] of [
        [left, leftDuty],
        [right, rightDuty],
      ] as const) {
        world.drive(motor.in1, duty > 0 ? 1 : 0, duty > 0 ? 1 : 0, now);
        world.drive(motor.in2, duty < 0 ? 1 : 0, duty < 0 ? 1 : 0, now);
        world.drive(motor.pwm, 0, Math.abs(duty), now);
      }
    },
    /** Lets so many milliseconds pass, looking at it as often. */
    pass(ms: number, every = ms): PinChange[] {
      const changes: PinChange[] = [];
      for (const end = now + ms; now < end; ) {
        now = Math.min(end, now + every);
        for (let change = world.next(now); change; change = world.next(now)) changes.push(change);
      }
      return changes;
    },
    ping(): void {
      world.drive(trigger, 1, 1, now);
      world.drive(trigger, 0, 0, now);
    },
    get now() {
      return now;
    },
  };
}

/** No sag: so that speeds are those of the closed form. */
const STIFF = {
  nominalVolts: 8.4,
  battery: { ...STANDARD_ROVER.battery, resistance: 0, emptyVolts: 8.4 },
};

test('full ahead: it drives as a motor of first order does, and straight', () => {
  const it = rover({ parameters: STIFF });
  it.drive(1, 1);
  it.pass(1_500);
  const top = 0.6;
  // ∫ v (1 − e^(−t/τ)) dt
  const expected = top * (1.5 - 0.1 * (1 - Math.exp(-15)));
  expect(it.state.pose.x - 1).toBeCloseTo(expected, 6);
  expect(it.state.pose.y).toBeCloseTo(1.5, 9);
  expect(it.state.get(STATE.DRIVEN)).toBeCloseTo(expected, 6);
});

test('it turns in place, back the other way, and stands when both inputs are alike', () => {
  const it = rover({ parameters: STIFF });
  it.drive(-0.5, 0.5);
  it.pass(1_000);
  const { heading, x, y } = it.state.pose;
  expect(heading).toBeGreaterThan(2);
  expect([x, y]).toEqual([expect.closeTo(1, 9), expect.closeTo(1.5, 9)]);
  it.drive(0.5, -0.5);
  it.pass(1_000);
  it.world.drive(left.in1, 1, 1, it.now);
  it.world.drive(left.in2, 1, 1, it.now);
  it.drive(0, 0);
  it.pass(2_000);
  expect(it.world.moves).toBe(false);
  expect(Math.abs(it.state.pose.heading)).toBeLessThan(0.3);
});

test('PWM on the direction pins themselves drives it, too', () => {
  const [one, other] = [rover({ parameters: STIFF }), rover({ parameters: STIFF })];
  one.drive(0.6, -0.4);
  for (const [pin, duty] of [
    [left.pwm, 1],
    [left.in1, 0.6],
    [right.pwm, 1],
    [right.in2, 0.4],
  ] as const)
    other.world.drive(pin, 1, duty, other.now);
  one.pass(700);
  other.pass(700);
  expect(other.state.pose.heading).toBeCloseTo(one.state.pose.heading, 12);
});

test('motors that differ make a curve of it, as the seed has it', () => {
  const it = rover({ mismatch: 1 });
  it.drive(0.8, 0.8);
  it.pass(2_000);
  expect(it.state.pose.heading).toBeLessThan(-0.05);
  expect(it.state.pose.heading).toBeGreaterThan(-0.4);
});

test('the encoders’ edges are the wheel’s angle, in order, also backwards', () => {
  const it = rover();
  it.drive(0.9, -0.7);
  const changes = it.pass(900);
  for (const [motor, word, sign] of [
    [left, STATE.LEFT_ANGLE, 1],
    [right, STATE.RIGHT_ANGLE, -1],
  ] as const) {
    const angle = it.state.get(word);
    expect(Math.sign(angle)).toBe(sign);
    const edges = changes.filter(({ pin }) => pin === motor.a || pin === motor.b);
    expect(edges.length).toBe(Math.abs(Math.floor((angle / (2 * Math.PI)) * 720)));
    // A before B forward, and the other way round.
    expect(edges.slice(0, 4).map(({ pin, level }) => `${pin === motor.a ? 'A' : 'B'}${level}`)).toEqual(
      sign === 1 ? ['A0', 'B0', 'A1', 'B1'] : ['B0', 'A0', 'B1', 'A1'],
    );
  }
  it.drive(0, 0);
  it.pass(2_000);
  expect(it.pass(1_000)).toEqual([]);
});

test('looked at late or often, it is the same world', () => {
  const [often, late] = [rover({ seed: 5, mismatch: 0.3 }), rover({ seed: 5, mismatch: 0.3 })];
  const changes = [often, late].map((it, index) => {
    it.drive(0.8, 0.6);
    const seen = it.pass(1_200, index === 0 ? 1 : 1_200);
    it.drive(-0.3, 0.9);
    seen.push(...it.pass(900, index === 0 ? 7 : 450));
    return seen;
  });
  expect(late.state.pose).toEqual(often.state.pose);
  expect(changes[1]).toEqual(changes[0]);
});

test('one seed, one run; another seed, another', () => {
  const run = (seed: number) => {
    const it = rover({ seed });
    const lengths: number[] = [];
    it.drive(0.5, 0.5);
    for (let ping = 0; ping < 20; ping++) {
      it.ping();
      const pulse = it.world.pulse(echo, it.now);
      lengths.push((pulse?.to ?? 0) - (pulse?.from ?? 0));
      it.pass(60);
    }
    return lengths;
  };
  expect(run(3)).toEqual(run(3));
  expect(run(3)).not.toEqual(run(4));
});

test('at a wall it stops, and the contact has its time, place and speed; held there it is one contact', () => {
  const it = rover({ parameters: STIFF, pose: { x: 3.3, y: 1.5, heading: 0 } });
  it.drive(1, 1);
  it.pass(3_000);
  expect(it.state.pose.x).toBeCloseTo(3.9 - 0.09, 9);
  expect(it.state.get(STATE.CONTACTS)).toBe(1);
  const contact = it.state.contact(0);
  expect(contact).toEqual({
    atMs: expect.any(Number),
    x: expect.closeTo(3.81, 2),
    y: expect.closeTo(1.5, 6),
    angle: expect.closeTo(0, 6),
    speed: expect.closeTo(0.6, 2),
  });
  // 0.51 m at 0.6 m/s, and the motor's time constant.
  expect(contact.atMs - BEGUN).toBeGreaterThan(940);
  expect(contact.atMs - BEGUN).toBeLessThan(960);
  it.drive(-1, -1);
  it.pass(1_000);
  it.drive(1, 1);
  it.pass(3_000);
  expect(it.state.get(STATE.CONTACTS)).toBe(2);
});

test('along a wall at a slant it loses what goes into the wall, and no more', () => {
  const it = rover({ parameters: STIFF, pose: { x: 1, y: 2.7, heading: 0.3 } });
  it.drive(1, 1);
  it.pass(2_000);
  expect(it.state.pose.y).toBeCloseTo(2.9 - 0.09, 9);
  expect(it.state.pose.x).toBeGreaterThan(1.9);
  expect(it.state.get(STATE.CONTACTS)).toBe(1);
});

test('a box on top of it holds it, and lets go of it', () => {
  const room = emptyRoom(4, 3);
  const it = rover({ room, parameters: STIFF });
  room.block(0.8, 1.3, 0.4, 0.4);
  it.drive(1, 1);
  it.pass(500);
  expect(it.state.pose.x).toBe(1);
  expect(it.state.get(STATE.CONTACTS)).toBe(1);
  room.block(0.8, 1.3, 0.4, 0.4, false);
  it.pass(1_000);
  expect(it.state.pose.x).toBeGreaterThan(1.5);
});

test('the echo comes to its pin, as long as the way is at the trigger’s end; a second trigger in it is not heard', () => {
  const range = { ...STANDARD_ROVER.range, noise: 0, misses: 0 };
  const it = rover({ parameters: { range } });
  it.ping();
  const pulse = it.world.pulse(echo, it.now);
  const length = echoMs(3.9 - 1.08);
  expect(pulse).toEqual({ from: it.now + BURST_MS, to: expect.closeTo(it.now + BURST_MS + length, 9) });
  expect(length).toBeCloseTo((2 * 2.82 * 1_000) / SOUND, 9);
  expect(it.pass(5).map(({ pin, level }) => [pin, level])).toEqual([[echo, 1]]);
  it.ping();
  expect(it.pass(30).map(({ pin, level }) => [pin, level])).toEqual([[echo, 0]]);
  expect(it.world.pulse(echo, it.now)).toBeUndefined();
});

test('the battery’s divider shows the sag, and an empty one drives slower', () => {
  const it = rover();
  it.pass(10);
  const rest = it.volts.get(battery) as number;
  expect(rest * 3).toBeCloseTo(8.4 - 0.15 * 0.15, 3);
  it.drive(1, 1);
  it.pass(5);
  expect((it.volts.get(battery) as number) * 3).toBeLessThan(rest * 3 - 0.2);
  const empty = rover();
  empty.state.set(STATE.CHARGE, 0);
  for (const one of [it, empty]) {
    one.drive(1, 1);
    one.pass(1_000);
  }
  expect(empty.state.get(STATE.DRIVEN)).toBeLessThan(it.state.get(STATE.DRIVEN) * 0.85);
});
