import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BACKWARD, FORWARD, type Piece, piecesOf, type Source } from '../../../src/store/sqlite/merge.ts';

/** Chunks of points with few different times, so that they overlap and meet; a point's number says when it came. */
const chunks = fc.array(
  fc.record({
    times: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 8 }),
    isDamaged: fc.constantFrom(true, false, false, false),
  }),
  { maxLength: 8 },
);

function sourceOf(no: number, times: readonly number[], first: number, isDamaged: boolean) {
  const order = times.map((at, i) => ({ at, number: first + i })).toSorted((a, b) => a.at - b.at);
  let opened = 0;
  const source: Source = {
    info: { no, firstAt: order[0]?.at ?? 0, lastAt: order.at(-1)?.at ?? 0 },
    points() {
      opened++;
      if (isDamaged) return undefined;
      // Longer than what counts, as an open chunk's are; nothing may be read there.
      const padded = [...order, { at: Number.NaN, number: -1 }];
      return {
        length: order.length,
        times: Float64Array.from(padded, ({ at }) => at),
        numbers: Float64Array.from(padded, ({ number }) => number),
        kinds: undefined,
        strings: [],
      };
    },
  };
  return { source, order: isDamaged ? [] : order, opened: () => opened };
}

const numbersOf = ({ points, from, to }: Piece): number[] => [...points.numbers.subarray(from, to)];

test('pieces are the points of all chunks in order, in both directions, whatever overlaps', () => {
  const edge = fc.oneof(
    fc.integer({ min: -1, max: 14 }),
    fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  );
  const property = fc.property(chunks, edge, edge, (all, from, to) => {
    let came = 0;
    const made = all.map(({ times, isDamaged }, no) => {
      came += times.length;
      return sourceOf(no, times, came - times.length, isDamaged);
    });
    const isIn = ({ at }: { at: number }) => at >= from && at < to;
    const points = made.flatMap(({ order }) => order).filter(isIn);
    const expected = points
      .toSorted((a, b) => a.at - b.at || a.number - b.number)
      .map(({ number }) => number);
    const sources = () => made.map(({ source }) => source).toReversed();
    const forward = [...piecesOf(sources(), from, to, FORWARD)];
    const backward = [...piecesOf(sources(), from, to, BACKWARD)];
    expect(forward.flatMap(numbersOf)).toEqual(expected);
    expect(backward.toReversed().flatMap(numbersOf)).toEqual(expected);
    expect([...forward, ...backward].every((piece) => piece.to > piece.from)).toBe(true);
  });
  fc.assert(property, { numRuns: 1_000 });
});

test('a chunk is opened only when its time has come', () => {
  const made = [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7],
    [1, 8, 9],
  ].map((times, no) => sourceOf(no, times, 10 * no, false));
  const sources = made.map(({ source }) => source);
  const opened = () => made.map((one) => one.opened());
  const backward = piecesOf(sources, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, BACKWARD);
  expect(numbersOf(backward.next().value as Piece)).toEqual([31, 32]);
  expect(opened()).toEqual([0, 0, 0, 1]);
  expect(numbersOf(backward.next().value as Piece)).toEqual([20, 21]);
  expect(opened()).toEqual([0, 0, 1, 1]);
});
