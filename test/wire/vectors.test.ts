import { describe, expect, test } from 'vitest';
import { decode, LineFramer, type Message } from '../../src/wire/index.ts';
import { vectors } from '../helpers/vectors.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A message in the plain JSON of the rows. Entries in place of objects, or `__proto__` would be lost in comparing. */
function plain(message: Message): unknown {
  if (message.kind === 'text')
    return { kind: 'text', text: message.text, ...(message.bytes && { utf8: false }) };
  if (message.kind !== 'samples') return JSON.parse(JSON.stringify(message));
  const samples = message.samples.map(({ values, units, ...rest }) => ({
    values: [...values],
    ...(units && { units: [...units] }),
    ...rest,
  }));
  return { ...message, samples };
}

function entries(expected: object): unknown {
  if (!('samples' in expected)) return expected;
  const samples = expected.samples as { values: object; units?: object }[];
  return {
    ...expected,
    samples: samples.map(({ values, units, ...rest }) => ({
      values: Object.entries(values),
      ...(units && { units: Object.entries(units) }),
      ...rest,
    })),
  };
}

describe('messages', () => {
  test.each(vectors.messages)('$name', ({ input, base64, expect: expected }) => {
    const bytes = base64 === undefined ? bytesOf(input ?? '') : new Uint8Array(Buffer.from(base64, 'base64'));
    expect(plain(decode(bytes))).toEqual(entries(expected));
  });
});

describe('streams', () => {
  test.each(vectors.streams)('$name', ({ pieces, end, expect: expected, dropped }) => {
    const framer = new LineFramer();
    const units: Uint8Array[] = [];
    for (const piece of pieces) {
      if (typeof piece === 'string') units.push(...framer.push(bytesOf(piece)));
      else if ('quiet' in piece) units.push(...framer.quiet());
      else units.push(...framer.push(new Uint8Array(Buffer.from(piece.base64, 'base64'))));
    }
    if (end === 'fin') units.push(...framer.end());
    if (end === 'reset') framer.abort();
    expect(units.map((unit) => new TextDecoder().decode(unit))).toEqual(expected);
    const { tooLong, cut } = framer.counts;
    expect({ tooLong, cut }).toEqual(dropped);
  });
});

test('every row has a name of its own', () => {
  const names = [...vectors.messages, ...vectors.streams].map((row) => row.name);
  expect(new Set(names).size).toBe(names.length);
});
