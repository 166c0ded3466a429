import { expect, test } from 'vitest';
import { checkArguments } from '../../src/hub/command-text.ts';
import { notJson } from '../../src/hub/jsonable.ts';
import type { JsonObject } from '../../src/wire/index.ts';

test('what JSON can say passes', () => {
  const value = { a: [1, 'x', null, { b: true }], __proto__: null, left: undefined };
  expect(notJson(value, 'args')).toBeUndefined();
  expect(notJson(JSON.parse('{"__proto__":{"x":[]}}'), 'args')).toBeUndefined();
});

test('what it would leave out or change is named, with its place', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  for (const [value, sentence] of [
    [{ a: { b: [0, Number.NaN] } }, 'args.a.b.1 is NaN'],
    [{ a: Number.POSITIVE_INFINITY }, 'args.a is Infinity'],
    [{ a: new Map() }, 'args.a is a Map'],
    [{ a: new Date() }, 'args.a is a Date'],
    [{ a: () => 1 }, 'args.a is a function'],
    [{ a: 1n }, 'args.a is a bigint'],
    [{ a: [undefined] }, 'args.a.0 is undefined'],
    [cycle, /^args(\.self)+ has more than 32 levels$/],
  ] as const)
    expect(notJson(value, 'args')).toMatch(sentence);
  expect(notJson(undefined, 'result')).toBe('result is undefined');
});

test('arguments are an object', () => {
  for (const args of [[], null, 'x', { a: new Set() }]) {
    expect(() => checkArguments(args as unknown as JsonObject)).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringContaining('by their names') }),
    );
  }
});
