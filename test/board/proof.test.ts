/** Keys from the board's side: what a hub must prove, and what one that cannot gets to know. */
import { expect, test } from 'vitest';
import {
  boardAt,
  type Connection,
  libraryLines,
  type Message,
  ScriptedHub,
  startLibrary,
} from '../helpers/library.ts';
import { keyId, newKey, proven } from '../helpers/signing.ts';

const TRACED = `
import sys
def trace(event, *args):
    if event in ("proved", "refused hub", "offline"):
        sys.stdout.write("trace %s %s\\n" % (event, args))
board.trace = trace
`;

test('with its key a board asks for a proof first; from the answer on every line is signed, to the last', async () => {
  const key = newKey();
  const hub = await ScriptedHub.start(key);
  const running = await startLibrary(`${boardAt(hub.port, `key="${key}"`)}${TRACED}
@board.command(on=bool)
def led(on):
    print("led", on)
    return on
@board.command
def end():
    board.stop("deep sleep")
@board.task
async def go():
    print(await board.call("plan", a=1))
board.send({"n": 1})
board.run()
`);
  // Every line is opened by the hub as it comes: one without its signature would end the test.
  const session = await hub.session();
  expect(JSON.parse(session.lines[0] ?? '')).toEqual({
    jsonrpc: '2.0',
    id: expect.any(Number),
    method: '$prove',
    params: { board: 'b', key: keyId(key), nonce: expect.stringMatching(/^[0-9a-f]{32}$/) },
  });
  expect(session.hello).toMatchObject({ board: 'b', commands: { led: {}, end: {} } });
  expect(await session.sample(1)).toMatchObject({ n: 1 });
  expect(await session.ask({ id: 1, method: 'led', params: { on: true } })).toMatchObject({ result: true });
  expect(await session.take('$log')).toMatchObject({ params: { level: 'print', text: 'led True' } });
  const { id } = await session.take('plan');
  session.sayTogether([
    { id, result: 'straight on' },
    { method: '$ack', params: { seq: 1 } },
  ]);
  await running.out(/straight on\n/);
  expect(await session.ask({ id: 'p', method: '$ping' })).toMatchObject({ result: {} });
  session.say({ id: 2, method: 'end', params: {} });
  expect(await session.take('$bye')).toMatchObject({ params: { why: 'deep sleep' } });
  await session.ended;
  expect(session.lines.length).toBeGreaterThan(7);
  expect(running.stdout()).toMatch(/trace proved \('127\.0\.0\.1:\d+',\)/);
});

test('the next connection has a nonce, a session key and numbers of its own; what was not acknowledged comes again', async () => {
  const key = newKey();
  const hub = await ScriptedHub.start(key);
  await startLibrary(`${boardAt(hub.port, `key="${key}"`)}
board.send({"n": 1})
board.send({"n": 2})
board.run()
`);
  const first = await hub.session();
  const sent = await first.sample(2);
  first.cut();
  const second = await hub.session();
  expect(await second.sample(2)).toEqual(sent);
  const nonce = (session: Connection): string => JSON.parse(session.lines[0] ?? '').params.nonce;
  expect(nonce(second)).not.toBe(nonce(first));
  // The same sample, and nothing of its signature.
  const trailer = (session: Connection) =>
    session.lines
      .find((line) => line.includes('"$seq":2'))
      ?.split('\t')
      .at(-1);
  expect(trailer(second)).toMatch(/^\d+\.[0-9a-f]{16}$/);
  expect(trailer(second)).not.toBe(trailer(first));
});

/** Answers to $prove that prove nothing, and what the board says of each. */
const IMPOSTORS: [string, (asked: Message, key: string) => Message, RegExp][] = [
  ['another key', (asked) => ({ result: proven(newKey(), asked).result }), /it has another key/],
  [
    "another board's name",
    (asked, key) => ({ result: proven(key, { ...asked, board: 'a' }).result }),
    /it has another key/,
  ],
  [
    'an answer from before',
    (asked, key) => ({ result: proven(key, { ...asked, nonce: '0'.repeat(32) }).result }),
    /it has another key/,
  ],
  [
    'a part of the proof',
    (asked, key) => {
      const { nonce, proof } = proven(key, asked).result;
      return { result: { nonce, proof: proof.slice(0, 31) } };
    },
    /it has another key/,
  ],
  ['the question itself', ({ nonce }) => ({ result: { nonce, proof: nonce } }), /it has another key/],
  [
    'a nonce of no length',
    (asked, key) => ({ result: proven(key, asked, '').result }),
    /what it answers is no proof/,
  ],
  ['no proof', ({ nonce }) => ({ result: { nonce } }), /what it answers is no proof/],
  ['no texts', () => ({ result: { nonce: 1, proof: 2 } }), /what it answers is no proof/],
  ['nothing', () => ({ result: null }), /what it answers is no proof/],
  ['an error that is none', () => ({ error: 5 }), /what it answers is no proof/],
  [
    'a hub without $prove',
    () => ({ error: { code: -32601, message: 'this hub knows no $prove' } }),
    /it says: this hub knows no \$prove/,
  ],
  [
    'a hub without this key',
    () => ({ error: { code: -32007, message: 'no key 3f9a1c22 of "b" is known here' } }),
    /it says: no key 3f9a1c22 of "b" is known here/,
  ],
  [
    'an answer to hello',
    () => ({ result: { session: 's', hub: 'h', time: 1, clock: 0, keepalive: 9000, acks: {} } }),
    /what it answers is no proof/,
  ],
];

test.each(IMPOSTORS)(
  'a hub that answers with %s gets nothing more, and the link goes on',
  async (_, answer, why) => {
    const key = newKey();
    const hub = await ScriptedHub.start(key);
    const running = await startLibrary(`${boardAt(hub.port, `key="${key}"`)}${TRACED}
board.send({"secret": 1})
board.log("secret")
board.run()
`);
    const impostor = await hub.connection();
    const { id, params } = await impostor.take('$prove');
    impostor.say({ id, ...answer(params, key) });
    await impostor.ended;
    expect(impostor.lines).toHaveLength(1);
    expect(Object.keys(params).sort()).toEqual(['board', 'key', 'nonce']);
    expect(impostor.rest).toBe('');
    const [sentence] = await running.out(
      /kiteline: offline: the hub at 127\.0\.0\.1:\d+ cannot prove that it is yours: .*\n/,
    );
    expect(sentence).toMatch(why);
    await running.out(/trace refused hub \('the hub at 127/);
    const session = await hub.session();
    expect(await session.sample(1)).toMatchObject({ secret: 1 });
    expect(session.lines[0]).not.toContain(params.nonce);
  },
);

test('before the proof nothing is taken and nothing answered, and a hub that never gives it is left', async () => {
  const key = newKey();
  const hub = await ScriptedHub.start(key);
  const running = await startLibrary(`
from kiteline.connection import Connection
Connection.HELLO_MS = 400
${boardAt(hub.port, `key="${key}"`)}
@board.command
def led():
    print("led")
@board.task
async def go():
    print("planned", await board.call("plan", timeout=60000))
board.send({"secret": 1})
board.run()
`);
  const impostor = await hub.connection();
  const { id, params } = await impostor.take('$prove');
  impostor.say({ id: 1, method: '$ping', params: {} });
  impostor.say({ id: 2, method: 'led', params: {} });
  impostor.say({ method: '$ack', params: { seq: 1 } });
  // To the call that waits for a session, whatever its id is.
  for (let call = 1; call < 20; call++) if (call !== id) impostor.say({ id: call, result: 'into the wall' });
  // The proof itself, for another question.
  impostor.say({ id: id + 1, ...proven(key, params) });
  await running.out(/kiteline: offline: 127\.0\.0\.1:\d+ does not answer as a hub does\n/);
  await impostor.ended;
  expect(impostor.lines).toHaveLength(1);
  expect(running.stdout()).not.toMatch(/led/);
  const session = await hub.session();
  await session.sample(1);
  const plan = await session.take('plan');
  session.say({ id: plan.id, result: 'straight on' });
  await running.out(/planned straight on\n/);
});

test('key: from the program or from /kiteline.json, also when that says nothing else; what is none is told, not shown', async () => {
  const key = newKey();
  const lines = await libraryLines(`
import binascii, kiteline
def made(text=None, **named):
    if text is not None:
        with open("/kiteline.json", "w") as f:
            f.write(text)
    try:
        key = kiteline.Board("b", "h", [], **named)._link.key
        print(key and binascii.hexlify(key).decode())
    except Exception as e:
        print(type(e).__name__, e)
made()
made(key="${key.toUpperCase()}")
made('{"key":"${key}"}')
made(key="${'0'.repeat(64)}")
made('{"key":null}')
for bad in ("", "${key}0", "g" * 64, "é" * 32, 5, [0] * 64):
    made(key=bad)
made('{"key":"${key.slice(1)}"}')
`);
  const bad = 'ValueError key is 64 hex digits, as `kiteline boards add` prints them';
  expect(lines).toEqual(['None', key, key, '0'.repeat(64), 'None', ...Array(7).fill(bad)]);
});
