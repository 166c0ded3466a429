/** Walls: the map's text, rays and round bodies, against geometry. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KitelineError } from '../../../src/errors.ts';
import { Dice } from '../../../src/virtual/world/dice.ts';
import { STANDARD_ROVER } from '../../../src/virtual/world/parameters.ts';
import { echoMs, measured, NOTHING_MS, nearest, SOUND } from '../../../src/virtual/world/range-finder.ts';
import { castRay, deepest, Room } from '../../../src/virtual/world/room.ts';
import { emptyRoom } from './rooms.ts';

test('row 0 of the map is the top, and what is no land is wall', () => {
  const room = Room.parse('type octile\nheight 2\nwidth 3\nmap\n..@\nTW.\n', { cell: 0.5 });
  expect([room.width, room.height]).toEqual([1.5, 1]);
  expect([0.25, 0.75, 1.25].map((x) => room.isBlocked(x, 0.75))).toEqual([false, false, true]);
  expect([0.25, 0.75, 1.25].map((x) => room.isBlocked(x, 0.25))).toEqual([true, true, false]);
  expect(
    [
      [-0.1, 0.5],
      [1.6, 0.5],
      [0.5, -0.1],
      [0.5, 1.1],
    ].map(([x = 0, y = 0]) => room.isBlocked(x, y)),
  ).toEqual([true, true, true, true]);
});

test('what is no map, and a cell of no size, are refused', () => {
  expect(() => Room.parse('hello', { cell: 0.05 })).toThrow(KitelineError);
  expect(() => Room.parse('type octile\nheight 1\nwidth 1\nmap\n.\n', { cell: 0 })).toThrow(KitelineError);
});

test.each(['flat', 'workshop', 'warehouse'])('the example’s room %s is one', (name) => {
  const text = readFileSync(new URL(`../../../examples/rover/rooms/${name}.map`, import.meta.url), 'utf8');
  const room = Room.parse(text, { cell: 0.05 });
  expect(room.columns).toBeGreaterThanOrEqual(100);
  expect(room.isBlocked(0.01, 0.01)).toBe(true);
});

test('a ray ends at the wall, at every angle', () => {
  // Walls 0.1 m thick around 4 m × 3 m.
  const room = emptyRoom(4, 3);
  const [x, y] = [1.237, 0.981];
  for (let degrees = 0; degrees < 360; degrees += 7) {
    const angle = (degrees * Math.PI) / 180;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    const toX = dx === 0 ? Infinity : ((dx > 0 ? 3.9 : 0.1) - x) / dx;
    const toY = dy === 0 ? Infinity : ((dy > 0 ? 2.9 : 0.1) - y) / dy;
    expect(castRay(room, x, y, angle, 10), `${degrees}°`).toBeCloseTo(Math.min(toX, toY), 9);
  }
  expect(castRay(room, x, y, 0, 1)).toBe(Infinity);
  expect(castRay(room, 0.05, 0.05, 0, 1)).toBe(0);
});

test('a round body touches a wall by its side, and a corner by its edge', () => {
  const room = emptyRoom(4, 3);
  expect(deepest(room, 1, 1, 0.09)).toBeUndefined();
  expect(deepest(room, 0.16, 1, 0.09)).toEqual({
    depth: expect.closeTo(0.03, 9),
    x: expect.closeTo(1, 9),
    y: expect.closeTo(0, 9),
  });
  room.block(2, 1.5, 0.2, 0.2);
  // Over the corner at (2, 1.5) by 45°.
  const off = 0.08 / Math.SQRT2;
  expect(deepest(room, 2 - off, 1.5 - off, 0.09)).toEqual({
    depth: expect.closeTo(0.01, 9),
    x: expect.closeTo(-Math.SQRT1_2, 9),
    y: expect.closeTo(-Math.SQRT1_2, 9),
  });
  expect(room.fits(2 - off, 1.5 - off, 0.079)).toBe(true);
  room.block(2, 1.5, 0.2, 0.2, false);
  expect(room.fits(2.1, 1.6, 0.09)).toBe(true);
});

test('the range finder hears the nearest thing in its cone', () => {
  const room = emptyRoom(4, 3);
  const { range } = STANDARD_ROVER;
  // Straight at a wall: its foot is the nearest.
  expect(nearest(room, { x: 1, y: 1.5, heading: 0 }, range)).toBeCloseTo(3.9 - 1.08, 9);
  // A post beside the line, inside of the cone's 7.5° and outside of it.
  const post = { x: 2.08, y: 1.5 + Math.tan((6 * Math.PI) / 180) };
  room.block(post.x, post.y, 0.05, 0.05);
  expect(nearest(room, { x: 1, y: 1.5, heading: 0 }, range)).toBeLessThan(1.2);
  room.block(post.x, post.y, 0.05, 0.05, false);
  room.block(2.1, 1.75, 0.05, 0.05);
  expect(nearest(room, { x: 1, y: 1.5, heading: 0 }, range)).toBeCloseTo(3.9 - 1.08, 9);
});

test('noise and misses are as the datasheet has them, and follow the seed', () => {
  const room = emptyRoom(4, 3);
  const { range } = STANDARD_ROVER;
  const pose = { x: 1.5, y: 1.5, heading: 0 };
  const series = (seed: number) => {
    const dice = new Dice(Float64Array.of(seed), 0);
    return Array.from({ length: 4_000 }, () => measured(room, pose, range, dice));
  };
  const all = series(7);
  expect(series(7)).toEqual(all);
  expect(series(8)).not.toEqual(all);
  const heard = all.filter((distance) => distance !== Infinity);
  expect(1 - heard.length / all.length).toBeCloseTo(range.misses, 2);
  const mean = heard.reduce((sum, distance) => sum + distance, 0) / heard.length;
  const deviation = Math.sqrt(
    heard.reduce((sum, distance) => sum + (distance - mean) ** 2, 0) / heard.length,
  );
  expect(mean).toBeCloseTo(3.9 - 1.58, 3);
  expect(deviation / range.noise).toBeCloseTo(1, 1);
});

test('less than 2 cm is heard as 2 cm, more than 4 m not at all, and the echo lasts as the sound travels', () => {
  const { range } = STANDARD_ROVER;
  const dice = new Dice(Float64Array.of(1), 0);
  const exact = { ...range, noise: 0, misses: 0 };
  expect(measured(emptyRoom(4, 3), { x: 3.815, y: 1.5, heading: 0 }, exact, dice)).toBe(0.02);
  expect(measured(emptyRoom(9, 3), { x: 1, y: 1.5, heading: 0 }, exact, dice)).toBe(Infinity);
  expect(echoMs(1)).toBeCloseTo((2 / SOUND) * 1_000, 9);
  expect(echoMs(Infinity)).toBe(NOTHING_MS);
});
