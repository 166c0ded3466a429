/** The wire vectors, read by a decoder in MicroPython on a virtual board: both ends see the same in every row. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { virtualBoard } from '../src/virtual/index.ts';
import { vectors } from './helpers/vectors.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const messages = vectors.messages.filter(({ edge }) => edge === undefined);
/** A board is sent lines and nothing else: what ends with an LF, whatever came before. */
const streams = vectors.streams.filter(({ pieces, end }) => {
  const last = pieces.at(-1);
  return end === null && typeof last === 'string' && last.endsWith('\n');
});

const PROGRAM = `
import binascii, json
from vectors_decoder import decode, Lines

def answer(value):
    print(json.dumps(value))

for line in open('rows.txt'):
    kind, *pieces = line.split()
    pieces = [binascii.a2b_base64(piece) for piece in pieces]
    if kind == 'message':
        answer(decode(pieces[0] if pieces else b''))
    else:
        lines = Lines()
        got = []
        for piece in pieces:
            got.extend(line.decode() for line in lines.push(piece))
        answer([got, lines.too_long])
`;

const rows = [
  ...messages.map((row) => `message ${row.base64 ?? base64(row.input ?? '')}`),
  ...streams.map(
    ({ pieces }) =>
      `stream ${pieces
        .filter((piece) => typeof piece === 'string' || 'base64' in piece)
        .map((piece) => (typeof piece === 'string' ? base64(piece) : piece.base64))
        .join(' ')}`,
  ),
];

let answers: string[];

beforeAll(async () => {
  const files = {
    'main.py': PROGRAM,
    'vectors_decoder.py': readFileSync(new URL('vectors_decoder.py', import.meta.url)),
    'rows.txt': `${rows.join('\n')}\n`,
  };
  await using board = await virtualBoard({ name: 'vectors', files });
  const printed: Uint8Array[] = [];
  board.on('stdout', (bytes) => printed.push(bytes));
  expect(await board.run()).toEqual({ how: 'done' });
  answers = Buffer.concat(printed).toString().trim().split('\n');
});

describe('messages', () => {
  test.each(messages.map((row, at) => ({ ...row, at })))('$name', ({ at, expect: expected }) => {
    expect(JSON.parse(answers[at] ?? '')).toEqual(expected);
  });
});

describe('streams of lines', () => {
  test.each(streams.map((row, at) => ({ ...row, at: messages.length + at })))(
    '$name',
    ({ at, expect: expected, dropped }) => {
      expect(JSON.parse(answers[at] ?? '')).toEqual([expected, dropped.tooLong]);
    },
  );
});

test('most rows are for boards, too', () => {
  expect(messages.length).toBeGreaterThan(80);
  expect(streams.length).toBeGreaterThan(7);
});
