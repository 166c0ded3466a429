import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, LineFramer, limits } from '../../src/wire/index.ts';
import { parseJson } from '../../src/wire/json.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What a framer makes of `input` when it comes in pieces that end at `cuts`. */
function run(input: Uint8Array, cuts: readonly number[] = []) {
  const framer = new LineFramer();
  const units: string[] = [];
  let from = 0;
  const take = (found: Uint8Array[]) => {
    for (const unit of found) units.push(Buffer.from(unit).toString('latin1'));
  };
  for (const to of [...cuts, input.length].sort((a, b) => a - b)) {
    take(framer.push(input.slice(from, to)));
    expect(framer.pendingBytes).toBeLessThanOrEqual(limits.lineBytes + 1);
    from = to;
  }
  take(framer.end());
  return { units, counts: framer.counts, framed: framer.framed };
}

const cutsOf = (length: number) => fc.array(fc.nat(length), { maxLength: 12 });

/** Streams that look like traffic: fragments of every kind of message in any order, and rubbish. */
const fragment = fc.oneof(
  fc.constantFrom(
    '{"a":1}',
    '[{"n":"t","v":1}]',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '\t',
    'hello',
    '{hello}',
    '[INFO] boot',
    '{"s":"}{\\""}',
    '{"n":nan}',
    '[1,-inf,NaN]',
    '{"a":[1,{"b":null}]} ',
    '你好',
    '{',
    '[',
    '}',
    '"',
    '-',
    ' '.repeat(4096),
    'x'.repeat(limits.lineBytes - 1),
    `{"a":"${'y'.repeat(limits.lineBytes - 8)}"}`,
  ),
  fc.json(),
);
const stream = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fragment, { maxLength: 12 }).map((parts) => bytesOf(parts.join(''))),
);

test('any split of any byte stream gives the same messages and the same counts', () => {
  const split = stream.chain((bytes) => fc.tuple(fc.constant(bytes), cutsOf(bytes.length)));
  fc.assert(
    fc.property(split, ([bytes, cuts]) => {
      expect(run(bytes, cuts)).toEqual(run(bytes));
    }),
    { numRuns: 2000 },
  );
});

test('a byte at a time gives the same as all at once', () => {
  fc.assert(
    fc.property(stream, (bytes) => {
      expect(run(bytes, [...bytes.keys()])).toEqual(run(bytes));
    }),
    { numRuns: 100 },
  );
});

test('every JSON object or array is a message of its own, however many come without a separator', () => {
  const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  const values = fc.array(value.map((one) => JSON.stringify(one)).filter((text) => text.length < 2000));
  fc.assert(
    fc.property(values, (texts) => {
      const framer = new LineFramer();
      expect(framer.push(bytesOf(texts.join(''))).map(textOf)).toEqual(texts);
      expect(framer.pendingBytes).toBe(0);
    }),
  );
});

test('decode never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fragment.map(bytesOf), fc.json().map(bytesOf)), (bytes) => {
      expect(decode(bytes).kind).toBeTypeOf('string');
    }),
    { numRuns: 2000 },
  );
});

const characters = fc.constantFrom(...'{}[]",:\\/bntrufalsie0123E+-. \u00e9\t');
const rubbish = fc.array(characters, { maxLength: 12 }).map((chars) => chars.join(''));
/** JSON with bare words and numbers of every kind, and the same with one character changed. */
const nearlyJson = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.json(),
        fc.constantFrom('nan', '-inf', 'Infinity', '-0', '1e5', '-1.5E-7', '01', '1.', '-'),
      ),
    ),
    fc.nat(),
    fc.option(characters),
  )
  .map(([parts, at, char]) => {
    const text = parts.map((part, i) => `"${i}":${part}`).join();
    return char === null ? `${text}}` : `${text.slice(0, at % (text.length + 1))}${char}${text.slice(at)}}`;
  });

test('the framer and the decoder agree on what JSON is', () => {
  fc.assert(
    fc.property(fc.constantFrom('{', '['), fc.oneof(rubbish, nearlyJson), (bracket, rest) => {
      const text = bracket + rest;
      const [first] = new LineFramer().push(bytesOf(text));
      const framed = first !== undefined && textOf(first) === text.replace(/[ \t\r]+$/, '');
      expect(framed).toBe(parseJson(text) !== undefined);
    }),
    { numRuns: 5000 },
  );
});

test('an unframed text ends when the stream has been quiet', () => {
  const framer = new LineFramer();
  expect(framer.wantsQuiet).toBe(false);
  expect(framer.push(bytesOf('hello,'))).toEqual([]);
  expect(framer.wantsQuiet).toBe(true);
  expect(framer.push(bytesOf('esp32!'))).toEqual([]);
  expect(framer.quiet().map(textOf)).toEqual(['hello,esp32!']);
  expect(framer.pendingBytes).toBe(0);
  expect(framer.push(bytesOf('again'))).toEqual([]);
  expect(framer.quiet().map(textOf)).toEqual(['again']);
});

test('silence does not end JSON that is incomplete, nor a line of a framed connection', () => {
  const framer = new LineFramer();
  framer.push(bytesOf('{"a":'));
  expect(framer.wantsQuiet).toBe(false);
  expect(framer.quiet()).toEqual([]);
  expect(framer.push(bytesOf('1}')).map(textOf)).toEqual(['{"a":1}']);
  expect(framer.push(bytesOf('one\ntw')).map(textOf)).toEqual(['one']);
  expect(framer.wantsQuiet).toBe(false);
  expect(framer.quiet()).toEqual([]);
  expect(framer.push(bytesOf('o\n')).map(textOf)).toEqual(['two']);
});

test('silence inside a UTF-8 character waits for the rest of it', () => {
  const framer = new LineFramer();
  const bytes = bytesOf('你好');
  framer.push(bytes.subarray(0, 4));
  expect(framer.quiet()).toEqual([]);
  expect(framer.wantsQuiet).toBe(true);
  framer.push(bytes.subarray(4));
  expect(framer.quiet().map(textOf)).toEqual(['你好']);
});

test('bytes that only look like the beginning of a character come out all the same', () => {
  const framer = new LineFramer();
  framer.push(Uint8Array.of(0x61, 0xe4));
  let rounds = 0;
  let units: Uint8Array[] = [];
  while (units.length === 0 && rounds < 100) {
    units = framer.quiet();
    rounds++;
  }
  expect(rounds).toBe(limits.quietRounds);
  expect(units).toEqual([Uint8Array.of(0x61, 0xe4)]);
  // GBK for 你: its first byte is no UTF-8 before another lead byte, so nothing is waited for.
  framer.push(Uint8Array.of(0xc4, 0xe3));
  expect(framer.quiet()).toEqual([Uint8Array.of(0xc4, 0xe3)]);
});

test('a line that is too long is counted once, discarded up to its LF, and never kept', () => {
  const framer = new LineFramer();
  const megabyte = new Uint8Array(1 << 20).fill(0x78);
  for (let i = 0; i < 10; i++) {
    expect(framer.push(megabyte)).toEqual([]);
    expect(framer.pendingBytes).toBe(0);
  }
  expect(framer.counts).toEqual({ tooLong: 1, cut: 0, droppedBytes: 10 << 20 });
  expect(framer.push(bytesOf('end\nnext\n')).map(textOf)).toEqual(['next']);
  expect(framer.counts.tooLong).toBe(1);
});

test('an unframed text that is too long ends with silence', () => {
  const framer = new LineFramer();
  framer.push(new Uint8Array(limits.lineBytes + 1).fill(0x78));
  expect(framer.counts.tooLong).toBe(1);
  expect(framer.wantsQuiet).toBe(true);
  expect(framer.quiet()).toEqual([]);
  framer.push(bytesOf('hi'));
  expect(framer.quiet().map(textOf)).toEqual(['hi']);
});

test.each([
  ['LF', '\n'],
  ['CR LF', '\r\n'],
  ['FIN', ''],
])('a message of exactly the limit is taken, one byte more is not: before %s', (_, end) => {
  const longest = 'x'.repeat(limits.lineBytes);
  expect(run(bytesOf(longest + end)).units).toEqual([longest]);
  expect(run(bytesOf(`${longest}x${end}`)).units).toEqual([]);
  expect(run(bytesOf(`${longest}x${end}`)).counts.tooLong).toBe(1);
});

test('what is pending before a reset is counted and gone', () => {
  const framer = new LineFramer();
  framer.push(bytesOf('half'));
  framer.abort();
  expect(framer.counts).toEqual({ tooLong: 0, cut: 1, droppedBytes: 4 });
  expect(framer.end()).toEqual([]);
});

test('after frame() a connection is line-framed without having sent an LF', () => {
  const framer = new LineFramer();
  framer.push(bytesOf('{"a":1}'));
  framer.frame();
  expect(framer.push(bytesOf('{"b":2}{"c":3}\n')).map(textOf)).toEqual(['{"b":2}{"c":3}']);
});
