import { expect, test } from 'vitest';
import { Layouts } from '../../src/hub/layouts.ts';
import { decode, Scanner, type Shape } from '../../src/wire/index.ts';

/** The shape of an object. */
function shapeOf(object: object): Shape {
  const bytes = new TextEncoder().encode(JSON.stringify(object));
  const shape = new Scanner().learn(bytes, decode(bytes));
  if (!shape) throw new Error('it has no shape');
  return shape;
}

const small = (number: number) => shapeOf({ [`metric${number}`]: 1, temp: 20 });
/** Long names, and for each place a key that only the shape has: 8 KiB of message. */
const large = (number: number) =>
  shapeOf(Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`${number}.${at}`.padEnd(120, 'n'), 1])));
const wordy = (number: number) => shapeOf({ [`${number}`.padEnd(8_000, 'n')]: null, temp: 20 });

test('a board keeps the layouts of the kinds of messages that a program sends', () => {
  const layouts = new Layouts('pump');
  const shapes = Array.from({ length: 16 }, (_, at) => small(at));
  const first = shapes.map((shape) => layouts.ofShape(shape));
  expect(shapes.every((shape, at) => layouts.ofShape(shape) === first[at])).toBe(true);
  layouts.ofShape(small(16));
  expect(layouts.ofShape(shapes[1] as Shape)).toBe(first[1]);
  expect(layouts.ofShape(shapes[0] as Shape)).not.toBe(first[0]);
});

test.each([
  ['names', large],
  ['keys without values', wordy],
])('of messages with long %s it keeps a few', (_, make) => {
  const layouts = new Layouts('pump');
  const shapes = Array.from({ length: 16 }, (_, at) => make(at));
  const made = shapes.map((shape) => layouts.ofShape(shape));
  const last = shapes.at(-1) as Shape;
  expect(layouts.ofShape(last)).toBe(made.at(-1));
  expect(layouts.ofShape(shapes[0] as Shape)).not.toBe(made[0]);
});
