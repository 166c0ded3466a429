import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Places } from '../../src/transport/places.ts';

const holder = (host: string) => ({ host });

test('one host with all the places loses its oldest to another', () => {
  const places = new Places(3);
  const [a, b, c, other] = [holder('greedy'), holder('greedy'), holder('greedy'), holder('board')];
  for (const one of [a, b, c]) expect(places.take(one)).toBeUndefined();
  expect(places.take(other)).toBe(a);
  expect(places.take(holder('greedy'))).toBe(b);
  places.leave(c);
  expect(places.take(holder('board'))).toBeUndefined();
});

test('where everybody has one, the newcomer is refused; a host that comes again replaces itself', () => {
  const places = new Places(2);
  const first = holder('a');
  places.take(first);
  places.take(holder('b'));
  expect(places.take(holder('c'))).toBe('full');
  expect(places.take(holder('a'))).toBe(first);
});

test('whatever the others do, a host that holds no more than its share is never cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 }), (arrivals) => {
      const places = new Places<{ host: string }>(8);
      const held = new Map<object, string>();
      const board = holder('board');
      places.take(board);
      held.set(board, 'board');
      for (const number of arrivals) {
        const newcomer = holder(`host ${number}`);
        const loser = places.take(newcomer);
        expect(loser).not.toBe(board);
        if (loser !== 'full') held.set(newcomer, newcomer.host);
        if (loser && loser !== 'full') held.delete(loser);
        expect(held.size).toBeLessThanOrEqual(8);
      }
    }),
  );
});
