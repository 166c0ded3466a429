import { expect, test } from 'vitest';
import { BOOLEAN, decode, limits, NUMBER, Scanner, type Shape, STRING } from '../../src/wire/index.ts';
import { vectors } from '../helpers/vectors.ts';
import { bytesOf, pooled, scanAndCompare, scanned, told } from './scanner-cases.ts';

function learn(scanner: Scanner, text: string): Shape | undefined {
  const bytes = pooled(bytesOf(text));
  return scanner.learn(bytes, decode(bytes));
}

function learned(scanner: Scanner, text: string): Shape {
  const shape = learn(scanner, text);
  if (!shape) throw new Error(`${text} is not learned`);
  return shape;
}

const form = (index: number, value = 1) => `{"metric${index}":${value}}`;

test('a form and what its slots hold', () => {
  const scanner = new Scanner();
  const shape = learned(
    scanner,
    '{"temp": 1, "door":{"open":true}, "$t":1, "$seq":2, "who":"x", "$boot":"b7"}',
  );
  expect(shape).toMatchObject({ metrics: ['temp', 'door.open', 'who'], allNumbers: false, boot: 'b7' });
  expect([...shape.kinds]).toEqual([NUMBER, BOOLEAN, STRING]);
  const bytes = pooled(
    bytesOf(
      '{"temp": -23.51e1, "door":{"open":false}, "$t":1700000000000, "$seq":9, "who":"me", "$boot":"b7"}',
    ),
  );
  expect(scanner.scan(bytes, shape)).toBe(shape);
  expect([...scanner.values.subarray(0, 2)]).toEqual([-235.1, 0]);
  expect(bytes.subarray(scanner.values[2], scanner.ends[2]).toString()).toBe('me');
  expect([shape.hasTime, scanner.t, shape.hasSeq, scanner.seq]).toEqual([true, 1_700_000_000_000, true, 9]);
});

test.each([
  ['text', 'hello'],
  ['a control message', '{"jsonrpc":"2.0","method":"led"}'],
  ['a pack', '[{"n":"temp","v":1}]'],
  ['white space in front', ' {"a":1}'],
  ['a metric twice', '{"a":1,"a":1}'],
  ['a metric twice after flattening', '{"a":{"b":1},"a.b":1}'],
  ['an object twice', '{"a":{"b":1},"a":{"c":1}}'],
  ['a number of ours twice', '{"$seq":1,"$seq":1}'],
  ['a boot id twice', '{"a":1,"$boot":"x","$boot":"x"}'],
  ['keys that JSON.parse sorts', '{"b":1,"1":2}'],
  ['a number that is none', '{"a":1,"b":nan}'],
  ['a number too large', '{"a":1,"b":1e400}'],
  ['a name too long', `{"a":1,"${'n'.repeat(limits.nameLength + 1)}":1}`],
  ['an empty name', '{"a":1,"":1}'],
  ['a key that is not ours', '{"a":1,"$x":1}'],
  ['a time that is none', '{"a":1,"$t":1.5}'],
  ['a string with an escape', '{"a":1,"b":"\\n"}'],
  ['a string beyond ASCII', '{"a":1,"b":"温"}'],
  ['nesting that a later key hides', `{"a":${'['.repeat(4_000)}${']'.repeat(4_000)},"a":1}`],
  ['a line too long', `{"a":1${' '.repeat(limits.lineBytes)}}`],
  ['names that nesting makes long', nested()],
  ['too many metrics', `{${Array.from({ length: limits.metrics + 1 }, (_, i) => `"m${i}":1`)}}`],
])('not learned: %s', (_, text) => {
  expect(learn(new Scanner(), text)).toBeUndefined();
});

/** 240 names of 100 characters out of a short message. */
function nested(): string {
  const members = Array.from({ length: 240 }, (_, i) => `"${i}m":1`);
  return `{"${'n'.repeat(100)}":{${members}}}`;
}

test.each([
  ['null and empty containers', '{"a":null,"b":{},"c":[],"d":1}', ['d']],
  ['no metric at all', '{}', []],
  ['a key with an escape', '{"\\u0061\\n":1,"\\u0062":1}', undefined],
  ['a key with an escape that is a name', '{"\\u0061":1}', ['a']],
  ['keys beyond ASCII', '{"温度":1}', ['温度']],
  ['dangerous keys', '{"__proto__":1,"constructor":{"__proto__":2}}', ['__proto__', 'constructor.__proto__']],
  [
    'as many metrics as there may be',
    `{"m":[${Array.from({ length: limits.metrics }, () => 1)}]}`,
    undefined,
  ],
])('%s', (_, text, metrics) => {
  const scanner = new Scanner();
  const bytes = bytesOf(text);
  const shape = learn(scanner, text);
  expect(scanAndCompare(scanner, bytes)).toBe(shape);
  if (metrics) expect(shape?.metrics).toEqual(metrics);
});

test.each([
  '01',
  '-01',
  '1.',
  '.5',
  '+1',
  '-',
  '',
  '1e',
  '1e+',
  '1.5.2',
  '1.5e1e1',
  '1e400',
  '0x1',
  'nan',
  '"1"',
  'true',
  '1 ',
  '1}',
  '100.0000000.000',
])('{"a":%s} is not of the form of {"a":1}', (number) => {
  const scanner = new Scanner();
  learned(scanner, '{"a":1}');
  expect(scanner.scan(bytesOf(`{"a":${number}}`), undefined)).toBeUndefined();
});

test('an exponent that the zeros behind the point make up for, or not', () => {
  const scanner = new Scanner();
  learned(scanner, '{"a":1}');
  const small = `0.${'0'.repeat(1_999)}1`;
  expect(scanAndCompare(scanner, bytesOf(`{"a":${small}e2000}`))).toBeDefined();
  expect(scanner.values[0]).toBe(1);
  expect(scanAndCompare(scanner, bytesOf(`{"a":${small}e20000}`))).toBeUndefined();
  expect(scanAndCompare(scanner, bytesOf(`{"a":${small}e-99999999999999999999}`))).toBeDefined();
  expect(scanner.values[0]).toBe(0);
});

test.each(['$t', '$seq'])('%s is taken where the decoder takes it', (key) => {
  const scanner = new Scanner();
  const shape = learned(scanner, `{"a":1,"${key}":7}`);
  const taken = [
    '0',
    '-0',
    '5.0',
    '1e3',
    '8640000000000000',
    '8640000000000001',
    '9007199254740991',
    '-1',
    '1.5',
  ].filter((number) => scanAndCompare(scanner, bytesOf(`{"a":1,"${key}":${number}}`), shape));
  const most = key === '$t' ? [] : ['8640000000000001', '9007199254740991'];
  expect(taken).toEqual(['0', '-0', '5.0', '1e3', '8640000000000000', ...most]);
});

test('no slot is looked for behind the last byte', () => {
  const scanner = new Scanner();
  const shape = learned(scanner, '{"b":1, "a": 1} ');
  expect(scanAndCompare(scanner, pooled(bytesOf('{"b":11111111111111, "a": ')), shape)).toBeUndefined();
});

test('the rows of the wire: learned, they scan as they decode', () => {
  const scanner = new Scanner();
  let learnedRows = 0;
  for (const { input, base64 } of vectors.messages) {
    const bytes = base64 === undefined ? bytesOf(input ?? '') : Buffer.from(base64, 'base64');
    scanAndCompare(scanner, bytes);
    const shape = scanner.learn(bytes, decode(bytes));
    if (!shape) continue;
    expect(scanAndCompare(scanner, bytes, shape)).toBe(shape);
    learnedRows++;
  }
  expect(learnedRows).toBeGreaterThan(10);
});

test('learning a form again gives the shape that is known', () => {
  const scanner = new Scanner();
  expect(learned(scanner, form(1, 2))).toBe(learned(scanner, form(1, 3)));
});

test('a message that is not that of the bytes is not learned', () => {
  const bytes = bytesOf('{"a":1}');
  for (const other of ['{"a":2}', '{"b":1}', '{"a":-1}', '{"a":1,"$t":1}', '{"a":1,"$boot":1}', '{"a":true}'])
    expect(new Scanner().learn(bytes, decode(bytesOf(other)))).toBeUndefined();
});

test('the table is bounded; what it lost still works as a hint', () => {
  const scanner = new Scanner({ shapes: 16 });
  const shapes = Array.from({ length: 1_000 }, (_, i) => learned(scanner, form(i)));
  const known = shapes.filter((_, i) => scanner.scan(bytesOf(form(i, 5)), undefined));
  expect(known.length).toBeGreaterThan(0);
  expect(known.length).toBeLessThanOrEqual(16);
  for (const [i, shape] of shapes.entries()) expect(scanner.scan(bytesOf(form(i, 6)), shape)).toBe(shape);
  expect(scanner.values[0]).toBe(6);
});

test('of shapes that begin alike, the one not used for longest gives way', () => {
  const scanner = new Scanner({ shapes: 2 });
  const [a, b, c] = ['{"x":1,"a":1}', '{"x":1,"b":1}', '{"x":1,"c":1}'] as const;
  learned(scanner, a);
  learned(scanner, b);
  expect(scanner.scan(bytesOf(a), undefined)).toBeDefined();
  learned(scanner, c);
  expect([a, b, c].map((text) => scanner.scan(bytesOf(text), undefined) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
});

test('a hint of another form does not hide the table', () => {
  const scanner = new Scanner();
  const hint = learned(scanner, '{"x":1}');
  const shape = learned(scanner, '{"x":1,"y":"z"}');
  const bytes = bytesOf('{"x":2,"y":"abc"}');
  expect(scanner.scan(bytes, hint)).toBe(shape);
  expect(told(scanned(scanner, shape, bytes))).toBe(told(decode(bytes)));
});

test('a shape keeps its own bytes', () => {
  const scanner = new Scanner();
  const bytes = bytesOf('{"a":1}');
  const shape = scanner.learn(bytes, decode(bytes));
  bytes.fill(0);
  expect(scanner.scan(bytesOf('{"a":2}'), shape)).toBe(shape);
});

test('a scanner keeps at least one shape', () => {
  expect(() => new Scanner({ shapes: 0 })).toThrow(RangeError);
});
