import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Dice } from '../../src/lab/dice.ts';
import { anyCall } from '../../src/lab/own-orders.ts';

test('a call of what a program announced fits it', () => {
  const announced = {
    set: {
      args: {
        on: { type: 'bool' },
        level: { type: 'int', min: -5, max: 5 },
        share: { type: 'float', max: 1 },
        mode: { type: 'str', choices: ['eco', 'boost'] },
        note: { type: 'str', optional: true },
        any: { type: 'json' },
      },
    },
  } as const;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const [name, args] = anyCall(new Dice(seed), announced) ?? [];
      expect(name).toBe('set');
      expect(args).toMatchObject({ on: expect.any(Boolean), any: expect.anything() });
      expect(args?.level).toSatisfy((level) => Number.isInteger(level) && Math.abs(Number(level)) <= 5);
      expect(args?.share).toBeLessThanOrEqual(1);
      expect(['eco', 'boost']).toContain(args?.mode);
    }),
  );
});

test('of a program that has none there is no call', () => {
  expect(anyCall(new Dice(1), {})).toBeUndefined();
  expect(anyCall(new Dice(1), { beep: {} })).toEqual(['beep', {}]);
});
