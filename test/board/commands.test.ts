/** Promise 2 from the board's side: a command runs at most once, and what became of it is told as often as it is asked. */
import { expect, test } from 'vitest';
import { boardAt, type Connection, type Message, ScriptedHub, startLibrary } from '../helpers/library.ts';

const LAMP = `
ran = []
@board.command
def lamp(n):
    ran.append(n)
    return ran
open_gate = asyncio.Event()
@board.command
async def gate(n):
    ran.append(n)
    try:
        await open_gate.wait()
    finally:
        ran.append(-n)
    return ran
@board.command
def opens():
    open_gate.set()
board.run()
`;

async function start(program = LAMP, settings = '') {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, settings)}${program}`);
  return { hub, running, session: await hub.session() };
}

const command = (id: number, method: string, params: unknown = {}): Message => ({ id, method, params });
const lamp = (id: number): Message => command(id, 'lamp', { n: id, $deadline: 60_000 });
/** All that the board had to say before it read this. */
async function settled(session: Connection): Promise<void> {
  await session.ask({ id: 'settled', method: '$ping', params: {} });
}

test('an id again gets the same reply, and nothing runs again', async () => {
  const { session } = await start();
  expect(await session.ask(lamp(1))).toMatchObject({ result: [1] });
  expect(await session.ask(lamp(2))).toMatchObject({ result: [1, 2] });
  expect(await session.ask(lamp(1))).toMatchObject({ result: [1] });
  // Also one that was refused is refused again, whatever stands in it now.
  expect(await session.ask(command(3, 'none'))).toMatchObject({ error: { code: -32601 } });
  expect(await session.ask(lamp(3))).toMatchObject({ error: { code: -32601 } });
  expect(await session.ask(lamp(4))).toMatchObject({ result: [1, 2, 4] });
});

test('the last 16 replies are kept; an older id is forgotten, and does not run', async () => {
  const { session } = await start();
  for (let id = 1; id <= 17; id++) await session.ask(lamp(id));
  expect(await session.ask(lamp(1))).toMatchObject({ error: { code: -32003 } });
  expect(await session.ask(lamp(2))).toMatchObject({ result: [1, 2] });
  // Never seen, and below the highest: nobody knows what became of it.
  await session.ask(lamp(30));
  expect(await session.ask(lamp(29))).toMatchObject({ error: { code: -32003 } });
  expect((await session.ask(lamp(31))).result).toHaveLength(19);
});

test('long replies are kept as far as 8 KiB reach, the newest always', async () => {
  const { session } = await start(`
@board.command
def long(n):
    return "x" * n
board.run()
`);
  for (const id of [1, 2, 3]) await session.ask(command(id, 'long', { n: 4000 }));
  expect(await session.ask(command(1, 'long'))).toMatchObject({ error: { code: -32003 } });
  expect((await session.ask(command(2, 'long'))).result).toHaveLength(4000);
  await session.ask(command(4, 'long', { n: 8100 }));
  expect((await session.ask(command(4, 'long'))).result).toHaveLength(8100);
  expect(await session.ask(command(3, 'long'))).toMatchObject({ error: { code: -32003 } });
});

test('one that runs goes on over a new connection; its id again is no news, and its reply goes out there', async () => {
  const { hub, session } = await start();
  session.say(command(1, 'gate', { n: 1 }));
  await settled(session);
  session.cut();
  const second = await hub.session({ session: 's2' });
  second.say(command(1, 'gate', { n: 1 }));
  second.say(command(2, 'opens'));
  expect(await second.answer(1)).toMatchObject({ result: [1, -1] });
  expect(await second.ask(lamp(3))).toMatchObject({ result: [1, -1, 3] });
});

test('one that ended while there was no connection is answered when it is asked again', async () => {
  const { hub, session } = await start(`
@board.command
async def work():
    while board.online:
        await asyncio.sleep_ms(1)
    return "done without you"
board.run()
`);
  session.say(command(1, 'work'));
  await settled(session);
  session.cut();
  const second = await hub.session();
  expect(await second.ask(command(1, 'work'))).toMatchObject({ result: 'done without you' });
});

test('another run of the hub counts from 1 again; what runs for the old one tells nobody', async () => {
  const { hub, session } = await start();
  await session.ask(lamp(1));
  session.say(command(2, 'gate', { n: 2 }));
  await settled(session);
  session.cut();
  const second = await hub.session({ hub: 'run-2' });
  expect(await second.ask(lamp(1))).toMatchObject({ result: [1, 2, 1] });
  await second.ask(command(2, 'opens'));
  await settled(second);
  expect(await second.ask(lamp(3))).toMatchObject({ result: [1, 2, 1, -2, 3] });
  expect(second.left.filter(({ id }) => id === 2)).toEqual([]);
});

test('too late it does not run; at its deadline an async one is stopped, and a plain one tells what it did', async () => {
  const { session } = await start(`
events = []
@board.command
def quick():
    events.append("ran")
    return events
@board.command
async def slow():
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        events.append("stopped")
        raise
@board.command
async def stubborn():
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        return "my own end"
@board.command
async def own():
    raise asyncio.TimeoutError("not the deadline")
@board.command
def block():
    time.sleep_ms(300)
    return "late, but done"
board.run()
`);
  expect(await session.ask(command(1, 'quick', { $deadline: -0.5 }))).toMatchObject({
    error: { code: -32001, message: expect.stringMatching(/^quick came \d+ ms too late and did not run$/) },
  });
  // Far enough for a loaded machine to start both in time.
  session.say(command(2, 'slow', { $deadline: 3_000 }));
  session.say(command(3, 'stubborn', { $deadline: 3_000 }));
  expect(await session.answer(2)).toMatchObject({
    error: { code: -32002, message: 'slow was stopped while it ran, at its deadline' },
  });
  expect(await session.answer(3)).toMatchObject({ result: 'my own end' });
  expect(await session.ask(command(4, 'quick'))).toMatchObject({ result: ['stopped', 'ran'] });
  expect(await session.ask(command(5, 'own', { $deadline: 60_000 }))).toMatchObject({
    error: { code: -32000, message: 'TimeoutError: not the deadline' },
  });
  expect(await session.ask(command(6, 'block', { $deadline: 60_000 }))).toMatchObject({
    result: 'late, but done',
  });
});

test('an async handler does not begin after its deadline, nor after it was given up, whatever else the board had to do first', async () => {
  const { session } = await start(`
events = []
@board.command
async def late():
    events.append("ran")
@board.command
def block(until):
    while board._clock.session() < until:
        time.sleep_ms(10)
    return events
board.run()
`);
  // What arrives together is taken together: an async handler begins behind the last of it. 3 s: as above.
  session.sayTogether([
    command(1, 'late', { $deadline: 3_000 }),
    command(2, 'late'),
    { method: '$cancel', params: { id: 2 } },
    command(3, 'block', { until: 3_010 }),
  ]);
  expect(await session.answer(1)).toMatchObject({
    error: { code: -32001, message: 'late was given up before it began, at its deadline' },
  });
  expect(await session.answer(2)).toMatchObject({
    error: {
      code: -32001,
      message: 'late was given up before it began, because whoever asked gave it up',
    },
  });
  expect(await session.ask(command(4, 'block', { until: 0 }))).toMatchObject({ result: [] });
});

test('whoever asked may give up: $cancel stops an async handler, and nothing else', async () => {
  const { session } = await start();
  session.say(command(1, 'gate', { n: 1 }));
  await settled(session);
  session.say({ method: '$cancel', params: { id: 1 } });
  expect(await session.answer(1)).toMatchObject({
    error: { code: -32002, message: 'gate was stopped while it ran, because whoever asked gave it up' },
  });
  for (const id of [1, 2, 'x', null, [1], undefined]) session.say({ method: '$cancel', params: { id } });
  session.say(command(2, 'gate', { n: 2 }));
  await settled(session);
  session.say({ method: '$cancel', params: { id: 2 } });
  expect(await session.answer(2)).toMatchObject({ error: { code: -32002 } });
  expect(await session.ask(lamp(3))).toMatchObject({ result: expect.arrayContaining([2, -2, 3]) });
});

test('eight async handlers run at once; one more is busy and does not run', async () => {
  const { session } = await start();
  for (let id = 1; id <= 8; id++) session.say(command(id, 'gate', { n: id }));
  expect(await session.ask(command(9, 'gate', { n: 9 }))).toMatchObject({
    error: { code: -32004, message: '8 commands run already; gate did not' },
  });
  session.say({ method: '$cancel', params: { id: 8 } });
  await session.answer(8);
  await session.ask(command(10, 'opens'));
  for (let id = 1; id <= 7; id++)
    expect(await session.answer(id)).toMatchObject({ id, result: expect.anything() });
  const { result } = await session.ask(lamp(11));
  expect(result).not.toContain(9);
});

test('what a handler raises and what cannot be sent are told', async () => {
  const { running, session } = await start(`
@board.command
def plain():
    raise ValueError("нет 5")
@board.command
async def later():
    await asyncio.sleep_ms(1)
    raise KeyError("k")
@board.command
def nothing():
    raise RuntimeError
@board.command
def odd():
    return {"b": b"bytes"}
@board.command
def nan():
    return {"x": float("nan"), "t": (1, float("-inf"))}
@board.command
def big():
    return "大" * 3000
@board.command
def fits():
    return "x" * 8150
@board.command
def inside():
    return len(5)
board.run()
`);
  const plain = await session.ask(command(1, 'plain'));
  expect(plain.error).toMatchObject({ code: -32000, message: 'ValueError: нет 5' });
  expect(plain.error.data.traceback).toMatch(/^Traceback[\s\S]+line \d+, in plain\nValueError: нет 5\n$/);
  expect((await session.take('$log')).params).toMatchObject({
    level: 'error',
    text: expect.stringMatching(/^command plain\nTraceback[\s\S]+ValueError: нет 5$/),
  });
  await running.err(/command plain\nTraceback[\s\S]+ValueError: нет 5/);
  expect((await session.ask(command(2, 'later'))).error).toMatchObject({
    code: -32000,
    message: 'KeyError: k',
  });
  expect((await session.ask(command(3, 'nothing'))).error.message).toBe('RuntimeError');
  expect((await session.ask(command(4, 'odd'))).error).toMatchObject({
    code: -32000,
    message: 'TypeError: the result of odd: bytes cannot be sent',
  });
  expect((await session.ask(command(5, 'nan'))).result).toEqual({ x: null, t: [1, null] });
  expect((await session.ask(command(6, 'big'))).error).toMatchObject({
    code: -32005,
    message: 'big ran; its result of 9037 bytes does not fit a line of 8192',
  });
  expect((await session.ask(command(7, 'fits'))).result).toHaveLength(8150);
  // A TypeError of the function's own is no wrong argument.
  expect((await session.ask(command(8, 'inside'))).error.code).toBe(-32000);
});

test('ids that are none, notifications and answers run nothing', async () => {
  const { running, session } = await start();
  for (const id of [0, -1, 1.5, 'x', null, [1], {}]) session.say({ id, method: 'lamp', params: { n: 1 } });
  session.say({ method: 'lamp', params: { n: 1 } });
  session.say({ id: 77, result: 1 });
  session.say({ id: 78, error: { code: 1 } });
  session.say({ id: [1], result: 1 });
  session.write('{"id":1,"method":"lamp","params":{"n":1}}\n');
  session.write('text\n[1]\n5\n"x"\n{"jsonrpc":"2.0","id":1,"meth\n');
  session.write(Buffer.from([0xff, 0xfe, 0x0a]));
  expect(await session.ask(lamp(1))).toMatchObject({ result: [1] });
  expect(running.stderr()).toBe('');
});

test('wherever the connection breaks, a command runs once', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port)}${LAMP}`);
  const requests = [1, 2, 3]
    .map(lamp)
    .map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const exchange = Buffer.from(requests.join(''));
  for (let bytes = 1; bytes < exchange.length; bytes += 5) {
    const session = await hub.session();
    session.write(exchange.subarray(0, bytes));
    session.socket.end();
    await session.ended;
  }
  const last = await hub.session();
  last.write(exchange);
  expect(await last.answer(3)).toMatchObject({ result: [1, 2, 3] });
});
