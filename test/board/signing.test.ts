/** Signed lines from the board's side: what the hub did not sign, or not as the next line, ends the session and does nothing. */
import { expect, test } from 'vitest';
import { boardAt, type Connection, ScriptedHub, startLibrary } from '../helpers/library.ts';
import { HubSeal, newKey } from '../helpers/signing.ts';

const command = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, method: 'led', params: { id } });

type Write = (session: Connection, seal: HubSeal, before: string) => string;

/** What is written in place of the honest line: the third of the hub, command 2. `before` is its second, command 1. */
const FORGED: [string, Write][] = [
  ['unsigned', () => command(2)],
  ['the same line again', (_, __, before) => before],
  ['a line with another payload', (_, seal) => seal.sign(command(2)).replace('"id":2', '"id":3')],
  ['a line with a byte more', (_, seal) => ` ${seal.sign(command(2))}`],
  [
    'a signature with another end',
    (_, seal) => seal.sign(command(2)).replace(/.$/, (c) => (c === '0' ? '1' : '0')),
  ],
  ['half a signature', (_, seal) => seal.sign(command(2)).slice(0, -8)],
  ['a signature with more behind it', (_, seal) => `${seal.sign(command(2))}0`],
  ['a signature of nothing', () => `${command(2)}\t3.`],
  ['the line after the next', (_, seal) => seal.sign(command(2), 4)],
  ['a number that is written otherwise', (_, seal) => seal.sign(command(2)).replace('\t3.', '\t03.')],
  ['another number than was signed', (_, seal) => seal.sign(command(2), 2).replace('\t2.', '\t3.')],
  ['what the board would have signed', (_, seal) => seal.sign(command(2), 3, 'b')],
  ['what belongs to a datagram', (_, seal) => seal.sign(command(2), 3, 'hd')],
  ["the board's own line, reflected", (session) => session.lines[2] ?? ''],
  ['a line of another session', () => new HubSeal(Buffer.alloc(32, 1)).sign(command(2), 3)],
  ['a TAB alone', () => '\t'],
  ['text', () => 'hello,esp32!'],
];

test.each(FORGED)('%s: the session ends and nothing of it is acted on', async (_, forge) => {
  const key = newKey();
  const hub = await ScriptedHub.start(key);
  const running = await startLibrary(`${boardAt(hub.port, `key="${key}"`)}
ran = []
@board.command
def led(id):
    ran.append(id)
    return ran
board.run()
`);
  const first = await hub.session(); // its answer to hello was the hub's line 1
  const seal = first.seal as HubSeal;
  const honest = seal.sign(command(1));
  first.write(`${honest}\n`);
  expect(await first.answer(1)).toMatchObject({ result: [1] });
  // What follows in the same write is honest, and too late.
  first.write(`${forge(first, seal, honest)}\n${seal.sign(command(4), 4)}\n`);
  await first.ended;
  await running.out(
    /kiteline: offline: a line came that 127\.0\.0\.1:\d+ did not sign, or not as the next one\n/,
  );
  const second = await hub.session();
  expect(await second.ask({ id: 5, method: 'led', params: { id: 5 } })).toMatchObject({ result: [1, 5] });
  expect(first.left.filter(({ id }) => id === 2 || id === 4)).toEqual([]);
});

test('payloads may have TABs and any text, and numbers any length', async () => {
  const key = newKey();
  const hub = await ScriptedHub.start(key);
  await startLibrary(`${boardAt(hub.port, `key="${key}"`)}
@board.command
def echo(text):
    return text
board.run()
`);
  const session = await hub.session();
  const texts = Array.from({ length: 120 }, (_, n) => `${n}\t1.0123456789abcdef 温\n`);
  for (const [n, text] of texts.entries()) session.say({ id: n + 1, method: 'echo', params: { text } });
  for (const [n, text] of texts.entries()) expect((await session.answer(n + 1)).result).toBe(text);
});

test('a hub of which nothing comes but bytes that it did not sign is gone after 2.5 keepalives', async () => {
  const key = newKey();
  const hub = await ScriptedHub.start(key);
  const running = await startLibrary(`${boardAt(hub.port, `key="${key}", keepalive=100`)}board.run()`);
  const session = await hub.session({ keepalive: 100 });
  const bytes = setInterval(() => session.write('\r\n'), 10);
  try {
    await running.out(/kiteline: offline: the hub is silent\n/);
  } finally {
    clearInterval(bytes);
  }
});

test('what fits a line with its signature goes, and one byte more is told where it is made', async () => {
  const key = newKey();
  const hub = await ScriptedHub.start(key);
  const running = await startLibrary(`${boardAt(hub.port, `key="${key}"`)}
def sized(n):  # bytes of {"x":"…" as they count for a sample
    return {"x": "x" * (n - 7)}
print(board.send(sized(8150 - 48)))
try:
    board.send(sized(8150 - 47))
except ValueError as e:
    print(e)
@board.command
def reply(n):
    return "x" * n
@board.task
async def go():
    try:
        await board.call("plan", text="x" * 8150)
    except ValueError as e:
        print(e)
board.run()
`);
  await running.out(/^1\na sample takes 8102 bytes at most, this one has 8103\n/m);
  const session = await hub.session();
  expect((await session.sample(1)).x).toHaveLength(8095);
  await running.out(/a call takes 8150 bytes, this one has 8\d+\n/);
  const around = JSON.stringify({ jsonrpc: '2.0', id: 1, result: '' }).length;
  const longest = 8150 - around;
  const long = await session.ask({ id: 1, method: 'reply', params: { n: longest } });
  expect(long.result).toHaveLength(longest);
  expect(await session.ask({ id: 2, method: 'reply', params: { n: longest + 1 } })).toMatchObject({
    error: { code: -32005 },
  });
  expect(Math.max(...session.lines.map((line) => line.length))).toBeLessThanOrEqual(8192);
  expect(session.lines.some((line) => line.length > 8150)).toBe(true);
});

test('Ctrl-C between signing and writing leaves no gap in the numbers: there is no goodbye then', async () => {
  const key = newKey();
  const hub = await ScriptedHub.start(key);
  const running = await startLibrary(`${boardAt(hub.port, `key="${key}"`)}
from kiteline.sign import Seal
sign = Seal.sign
def interrupted(seal, out, line):
    sign(seal, out, line)
    if b'"$seq":2}' in line:
        raise KeyboardInterrupt
Seal.sign = interrupted
board.send({"n": 1})
@board.command
def more():
    board.send({"n": 2})
try:
    board.run()
except KeyboardInterrupt:
    print("interrupted")
`);
  const session = await hub.session();
  await session.sample(1);
  session.say({ id: 1, method: 'more', params: {} });
  await running.out(/interrupted\n/);
  // A line with another number than the next would end the test.
  await session.ended;
  expect(session.left.map(({ method }) => method)).not.toContain('$bye');
});
