import { expect, test } from 'vitest';
import { drawChart, type Mark } from '../../src/commands/history/chart.ts';

const point = (at: number, value: number): Mark => ({ at, count: 1, min: value, mean: value, max: value });

function drawn(marks: Mark[], columns: number, rows: number, how: 'lines' | 'steps' = 'lines'): string[] {
  const values = marks.flatMap(({ min, max }) => [min, max]);
  const range = { from: 0, to: 100, low: Math.min(...values), high: Math.max(...values) };
  return drawChart(marks, { columns, rows }, range, how).map((pieces) =>
    pieces
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}

const every = (step: number, value: (at: number) => number): Mark[] =>
  Array.from({ length: 100 / step }, (_, at) => point(at * step, value(at * step)));

test('a line from corner to corner', () => {
  const marks = every(5, (at) => at);
  expect(drawn(marks, 10, 2)).toEqual(['     ⣀⡠⠔⠒⠉', '⣀⠤⠔⠊⠉']);
});

test('few points are joined, and nothing is drawn where they are missing', () => {
  expect(
    drawn(
      [0, 20, 40].map((at) => point(at, 1)),
      10,
      1,
    ),
  ).toEqual(['⠤⠤⠤⠤⠄']);
  const gap = every(5, () => 1).filter(({ at }) => at < 30 || at >= 70);
  expect(drawn(gap, 10, 1)).toEqual(['⠤⠤⠤    ⠤⠤⠤']);
});

test('two crowds far apart are not joined, two points are', () => {
  const crowds = [0, 0.1, 0.2, 99.8, 99.9].map((at) => point(at, 1));
  expect(drawn(crowds, 10, 1)).toEqual(['⠄        ⠠']);
  expect(drawn([point(0, 1), point(99, 1)], 10, 1)).toEqual(['⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤']);
});

test('a bucket reaches from its least to its greatest', () => {
  const marks = every(5, () => 0).map((mark) => (mark.at === 50 ? { ...mark, max: 1 } : mark));
  expect(drawn(marks, 10, 2)).toEqual(['     ⡇', '⣀⣀⣀⣀⣀⣇⣀⣀⣀⣀']);
});

test('a switch has steps', () => {
  const marks = every(5, (at) => (at >= 50 ? 1 : 0));
  expect(drawn(marks, 10, 1, 'steps')).toEqual(['⣀⣀⣀⣀⣀⡏⠉⠉⠉⠉']);
});

test('one point, and the greatest numbers that there are', () => {
  expect(drawn([point(50, 3)], 4, 1)).toEqual(['  ⠄']);
  const huge = [point(0, -Number.MAX_VALUE), point(5, Number.MAX_VALUE)];
  expect(drawn(huge, 10, 1)).toEqual(['⡜']);
});

test('more marks than dots: the columns have what they come to', () => {
  const marks = every(1, (at) => at % 2);
  expect(drawn(marks, 4, 1)).toEqual(['⣿⣿⣿⣿']);
});
