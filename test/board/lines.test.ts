/** The wire's rows about lines, read by the library's own reader in MicroPython. */
import { expect, test } from 'vitest';
import { libraryLines } from '../helpers/library.ts';
import { vectors } from '../helpers/vectors.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** What is a line on a connection that said hello: what ends with an LF, however it comes. */
const streams = vectors.streams.filter(({ pieces, end }) => {
  const last = pieces.at(-1);
  return end === null && typeof last === 'string' && last.endsWith('\n');
});
const rows = streams.map(({ pieces }) =>
  pieces
    .filter((piece) => typeof piece === 'string' || 'base64' in piece)
    .map((piece) => (typeof piece === 'string' ? base64(piece) : piece.base64))
    .join(' '),
);

const READ = `
import binascii, json
from kiteline.wire import Lines

def read(pieces):
    lines = Lines()
    got = []
    for piece in pieces:
        got.extend(line.decode() for line in lines.push(piece))
    return [got, lines.too_long]

for row in open('rows.txt'):
    pieces = [binascii.a2b_base64(piece) for piece in row.split()]
    whole = read(pieces)
    print(json.dumps(whole))
    # However the network splits it.
    data = b''.join(pieces)
    if len(data) < 1000:
        assert read([data[i : i + 1] for i in range(len(data))]) == whole
        for size in (2, 3, 7):
            assert read([data[i : i + size] for i in range(0, len(data), size)]) == whole
`;

test('streams of lines', async () => {
  expect(rows.length).toBeGreaterThan(7);
  const printed = await libraryLines(READ, { files: { 'rows.txt': `${rows.join('\n')}\n` } });
  const expected = streams.map(({ expect: messages, dropped }) => [messages, dropped.tooLong]);
  expect(printed.map((line) => JSON.parse(line))).toEqual(expected);
});

test('8192 bytes are a line, one more is not, and what follows is', async () => {
  const printed = await libraryLines(`
from kiteline.wire import Lines
lines = Lines()
def sizes(data, step):
    return [len(line) for i in range(0, len(data), step) for line in lines.push(data[i : i + step])]
for step in (512, 8191, 8192, 8193, 8194, 100000):
    data = b'a' * 8192 + b'\\r\\n' + b'b' * 8193 + b'\\n' + b'c' * 30000 + b'\\nd\\n\\r\\n'
    print(sizes(data, step), lines.too_long)
`);
  expect(printed).toEqual([2, 4, 6, 8, 10, 12].map((tooLong) => `[8192, 1] ${tooLong}`));
});
