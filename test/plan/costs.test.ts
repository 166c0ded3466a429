import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costsFor, octileCost, octileLength } from '../../src/plan/costs.ts';

describe('whole-number costs', () => {
  it.each([1_000, 900_000, 5_000_000, 30_000_000, 60_000_000])('of %s cells stay within 32 bits', (cells) => {
    expect(cells * costsFor(cells).straight).toBeLessThan(2 ** 31);
  });

  it('compare as the lengths do, as long as the diagonal steps differ by less than a straight step costs', () => {
    const steps = fc.integer({ min: 0, max: 2_000_000 });
    const cells = fc.constantFrom(1_000, 5_000_000, 30_000_000);
    fc.assert(
      fc.property(
        cells,
        steps,
        steps,
        fc.integer({ min: -69, max: 69 }),
        fc.integer({ min: -3, max: 3 }),
        (size, n, m, more, off) => {
          const { straight, diagonal } = costsFor(size);
          // The nearest there is to a tie, and its neighbours.
          const otherM = Math.max(0, m + more);
          const otherN = Math.max(0, n - Math.round((otherM - m) * Math.SQRT2) + off);
          const cost = (otherN - n) * straight + (otherM - m) * diagonal;
          const length = octileLength(otherN - n, otherM - m);
          expect(Math.sign(cost)).toBe(Math.sign(length));
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('of the open way are what its steps cost', () => {
    const costs = costsFor(100);
    expect(octileCost(costs, -3, 5)).toBe(3 * costs.diagonal + 2 * costs.straight);
    expect(octileCost(costs, 7, 0)).toBe(7 * costs.straight);
  });
});
