import { expect, test } from 'vitest';
import { columnsOf, pointsOf } from '../../../src/store/sqlite/answers.ts';
import { OpenChunk } from '../../../src/store/sqlite/open-chunk.ts';

test('a text that many points have travels once', () => {
  const values = ['on', 'off', 'on', 'standby'];
  const pieces = [0, 1].map((piece) => {
    const chunk = new OpenChunk();
    for (let i = 0; i < 400; i++) chunk.addString(1_000 * piece + i, values[(i + piece) % 4] as string);
    return { points: chunk.points, from: 1, to: 400 };
  });
  const columns = columnsOf(pieces);
  expect(columns.strings.toSorted()).toEqual(['off', 'on', 'standby']);
  const points = pointsOf(columns);
  expect(points).toHaveLength(798);
  expect(points.every(({ at, value }) => value === values[((at % 1_000) + (at >= 1_000 ? 1 : 0)) % 4])).toBe(
    true,
  );
});
