import fc from 'fast-check';
import { expect, test } from 'vitest';
import { summarize } from '../../../src/store/chunk/index.ts';
import { everySecond } from './points.ts';

test('numbers and booleans are summed up, strings and NaN only counted', () => {
  const points = everySecond([2.5, 'on', true, Number.NaN, false, -1]);
  expect(summarize(points, 0, 6)).toEqual({ count: 6, numbers: 4, min: -1, max: 2.5, sum: 2.5 });
  expect(summarize(points, 1, 3)).toEqual({ count: 2, numbers: 1, min: 1, max: 1, sum: 1 });
});

test('where there is nothing to sum up, min and max are NaN', () => {
  const none = { numbers: 0, min: Number.NaN, max: Number.NaN, sum: 0 };
  expect(summarize(everySecond(['on', 'off']), 0, 2)).toEqual({ count: 2, ...none });
  expect(summarize(everySecond([1, 2]), 1, 1)).toEqual({ count: 0, ...none });
});

test('it is what the numbers say', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (values) => {
      expect(summarize(everySecond(values), 0, values.length)).toEqual({
        count: values.length,
        numbers: values.length,
        min: values.reduce((a, b) => (b < a ? b : a)),
        max: values.reduce((a, b) => (b > a ? b : a)),
        sum: values.reduce((a, b) => a + b, 0),
      });
    }),
  );
});
