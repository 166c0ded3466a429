/** What the scanner's tests share: messages made of texts, and the comparison with the decoder. */
import fc from 'fast-check';
import {
  BOOLEAN,
  decode,
  type Message,
  type Scanner,
  type Shape,
  STRING,
  type Value,
} from '../../src/wire/index.ts';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The bytes as a socket hands them over: a view into a pool, at any offset, with digits and quotes on both sides. */
export function pooled(bytes: Uint8Array): Buffer {
  const offset = 1 + (bytes.length % 7);
  const pool = Buffer.alloc(offset + bytes.length + 8, '7"}');
  pool.set(bytes, offset);
  return pool.subarray(offset, offset + bytes.length);
}

/** What was scanned, in the words of the decoder. */
export function scanned(scanner: Scanner, shape: Shape, bytes: Uint8Array): Message {
  const values = new Map<string, Value>(
    shape.metrics.map((name, i): [string, Value] => {
      const value = scanner.values[i] ?? Number.NaN;
      if (shape.kinds[i] === BOOLEAN) return [name, value === 1];
      if (shape.kinds[i] !== STRING) return [name, value];
      return [name, new TextDecoder().decode(bytes.subarray(value, scanner.ends[i]))];
    }),
  );
  const ours = {
    ...(shape.hasTime && { t: scanner.t }),
    ...(shape.hasSeq && { seq: scanner.seq }),
    ...(shape.boot !== undefined && { boot: shape.boot }),
  };
  return { kind: 'samples', samples: [{ values, ...ours }], skipped: {} };
}

/** A message as text that tells any two apart: the order of metrics, -0 and every bit of a number included. */
export function told(message: Message): string {
  if (message.kind !== 'samples') return message.kind;
  const samples = message.samples.map(({ values, t, seq, boot, ...rest }) => [
    [...values],
    t,
    seq,
    boot,
    rest,
  ]);
  return JSON.stringify([samples, message.skipped], (_, value) => (Object.is(value, -0) ? ['-0'] : value));
}

/** Scans; throws where the result is not the decoder's. @returns the shape, as scan gives it */
export function scanAndCompare(scanner: Scanner, bytes: Uint8Array, hint?: Shape): Shape | undefined {
  const shape = scanner.scan(bytes, hint);
  if (!shape) return undefined;
  const [is, should] = [told(scanned(scanner, shape, bytes)), told(decode(bytes))];
  if (is !== should)
    throw new Error(`${new TextDecoder().decode(bytes)} scans as ${is}, decodes as ${should}`);
  return shape;
}

/** A piece of JSON text in two versions of the same form. */
interface Piece {
  texts: [string, string];
}

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`));
const optional = (text: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), text);

/** Any number that JSON allows and a double holds. */
const cleanNumber = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      fc.stringMatching(/^[1-9][0-9]{0,8}$/),
      fc.stringMatching(/^[1-9][0-9]{0,20}$/),
    ),
    optional(digits(18).map((text) => `.${text}`)),
    optional(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'E-', 'e-'), digits(2)).map((parts) => parts.join(''))),
  )
  .map((parts) => parts.join(''));

const nastyNumber = fc.oneof(
  { weight: 3, arbitrary: cleanNumber },
  fc.constantFrom(
    '-0',
    '-0.0',
    '0e5',
    '1e5',
    '1E-7',
    '0.1',
    '9007199254740993',
    '0.30000000000000004',
    '1e22',
  ),
  fc.constantFrom(
    '1e400',
    '-1e999',
    '01',
    '-01',
    '1.',
    '.5',
    '+1',
    '-',
    '--1',
    '1e',
    '1e+',
    '0x1',
    'nan',
    '-inf',
  ),
  fc.constantFrom(
    '1.5.2',
    '1e5e5',
    '8640000000000001',
    '9007199254740992',
    '5e-324',
    '2e-324',
    '123456789012345',
  ),
);

const pair = (text: fc.Arbitrary<string>): fc.Arbitrary<Piece> =>
  fc.tuple(text, text).map((texts) => ({ texts }));
const same = (text: fc.Arbitrary<string>): fc.Arbitrary<Piece> => text.map((one) => ({ texts: [one, one] }));

const space = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  fc.constantFrom(' ', '  ', '\t', '\r', '\n', ' \t'),
);

function joined(open: string, close: string, items: (readonly [Piece, Piece])[], spaces: string[]): Piece {
  const text = (version: 0 | 1) => {
    const inside = items.map(([key, value]) => key.texts[version] + value.texts[version]);
    return `${open}${spaces[0]}${inside.join(`${spaces[1]},${spaces[2]}`)}${spaces[3]}${close}`;
  };
  return { texts: [text(0), text(1)] };
}

const NOTHING: Piece = { texts: ['', ''] };

/** Objects of `keys` and leaves, nested up to `depth` levels. */
function objects(keys: fc.Arbitrary<string>, leaf: fc.Arbitrary<Piece>, unique: boolean, depth: number) {
  const spaces = fc.array(space, { minLength: 5, maxLength: 5 });
  const colon = fc.tuple(keys, space, space).map(([key, before, after]) => ({ key, before, after }));
  const value = (level: number): fc.Arbitrary<Piece> => {
    if (level === 0) return leaf;
    const list = fc.tuple(fc.array(value(level - 1), { maxLength: 3 }), spaces).map(([items, gaps]) =>
      joined(
        '[',
        ']',
        items.map((item) => [NOTHING, item] as const),
        gaps,
      ),
    );
    return fc.oneof({ weight: 6, arbitrary: leaf }, list, object(level - 1));
  };
  const object = (level: number): fc.Arbitrary<Piece> => {
    const options = unique
      ? { maxLength: 5, selector: ([{ key }]: [{ key: string }, Piece]) => key }
      : { maxLength: 5 };
    const members = fc.tuple(colon, value(level));
    const array = unique ? fc.uniqueArray(members, options as never) : fc.array(members, { maxLength: 5 });
    return fc
      .tuple(array as fc.Arbitrary<[{ key: string; before: string; after: string }, Piece][]>, spaces)
      .map(([items, gaps]) =>
        joined(
          '{',
          '}',
          items.map(([{ key, before, after }, item]) => {
            const text = `${key}${before}:${after}`;
            return [{ texts: [text, text] }, item] as const;
          }),
          gaps,
        ),
      );
  };
  return object(depth);
}

const word = fc.constantFrom('true', 'false');
const literal = same(fc.constantFrom('null', '{}', '[]'));
const plainString = fc.stringMatching(/^[ !#-[\]-~]{0,12}$/).map((text) => `"${text}"`);
const nastyString = fc.constantFrom(
  '""',
  '"on"',
  '"\\n"',
  '"\\u0041"',
  '"温"',
  '"\u007f"',
  '"a}"',
  '"\ud83d\udc4d"',
);

/** Two messages of one form that the scanner must take: names of their own, plain strings, numbers that are finite. */
export const cleanMessages = objects(
  fc.constantFrom(
    '"temp"',
    '"hum"',
    '"a b"',
    '"温度"',
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"\\u0061"',
  ),
  fc.oneof({ weight: 4, arbitrary: pair(cleanNumber) }, pair(word), pair(plainString), literal),
  true,
  3,
);

/** Two messages of about one form, of all that makes a decoder stumble. */
export const nastyMessages = objects(
  fc.oneof(
    fc.constantFrom(
      '"__proto__"',
      '"constructor"',
      '"1"',
      '"0"',
      '""',
      '"$t"',
      '"$seq"',
      '"$boot"',
      '"jsonrpc"',
    ),
    fc.constantFrom(
      '"a"',
      '"b"',
      '"a.b"',
      '"温"',
      '"\\u0024seq"',
      '"\\u0061"',
      '"x\\ny"',
      '"\\ud800"',
      '"$x"',
    ),
    fc.constantFrom('"a"', '"b"', '"c"', '"$t"', '"$seq"', "'a'", 'a', `"${'n'.repeat(129)}"`),
  ),
  fc.oneof(
    { weight: 4, arbitrary: pair(nastyNumber) },
    pair(fc.nat().map(String)),
    pair(word),
    pair(fc.oneof(plainString, nastyString)),
    same(nastyString),
    literal,
  ),
  false,
  2,
);

/** One change of a message: a byte flipped, put in or taken out, or its end taken from another one. */
export type Change = readonly [kind: 'flip' | 'insert' | 'delete' | 'splice', at: number, byte: number];

const JSON_BYTES = [...bytesOf('"{}[]:,.-+eE0159 tfn\\')];

export const changes: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom('flip', 'insert', 'delete', 'splice'),
  fc.nat(10_000),
  fc.oneof(fc.constantFrom(...JSON_BYTES), fc.nat(255)),
);

export function changed(bytes: Uint8Array, [kind, place, byte]: Change, other: Uint8Array): Uint8Array {
  const at = place % (bytes.length + 1);
  if (kind === 'splice')
    return Uint8Array.from([...bytes.subarray(0, at), ...other.subarray(byte % (other.length + 1))]);
  const rest = bytes.subarray(kind === 'insert' ? at : at + 1);
  return Uint8Array.from([...bytes.subarray(0, at), ...(kind === 'delete' ? [] : [byte]), ...rest]);
}
