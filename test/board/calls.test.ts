/** Calls of the board to the hub: several at a time, each with its end. */
import { expect, test } from 'vitest';
import { boardAt, type Connection, ScriptedHub, startLibrary } from '../helpers/library.ts';

/** `await tell(name, …)` prints what a call came to. */
const TELL = `
async def tell(name, timeout=20000, **params):
    try:
        print(name, "->", await board.call(name, timeout=timeout, **params))
    except kiteline.TimeoutError as e:
        print("TimeoutError", e)
    except kiteline.CallError as e:
        print("CallError", e.code, e.message, e.data, e)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise
`;

/** The beginning of a task. */
const ONLINE = `
    while not board.online:
        await asyncio.sleep_ms(1)`;

async function start(program: string, settings = '') {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, settings)}${TELL}${program}\nboard.run()\n`);
  return { hub, running };
}

const answer = (session: Connection, id: unknown, result: unknown) => session.say({ id, result });

test('several at once, answered in any order, each gets its own', async () => {
  const { hub, running } = await start(`
for n in range(4):
    board.task((lambda n: lambda: tell("f%d" % n, n=n, list=[n, None, 1.5]))(n))
`);
  const session = await hub.session();
  const calls = await Promise.all([0, 1, 2, 3].map((n) => session.take(`f${n}`)));
  expect(calls.map(({ params }) => params)).toEqual(
    [0, 1, 2, 3].map((n) => ({ n, list: [n, null, 1.5], $timeout: expect.any(Number) })),
  );
  expect(new Set(calls.map(({ id }) => id)).size).toBe(4);
  for (const { id, method } of calls.toReversed()) answer(session, id, `answer to ${method}`);
  for (const n of [0, 1, 2, 3]) await running.out(new RegExp(`f${n} -> answer to f${n}\n`));
});

test('an answer that nobody waits for any more is dropped', async () => {
  const { hub, running } = await start(`
@board.task
async def go():${ONLINE}
    await tell("slow", 1)
    await tell("next")
    print(board._calls.stale, "stale")
`);
  const session = await hub.session();
  const slow = await session.take('slow');
  await running.out(/TimeoutError slow: no answer came in time\n/);
  const next = await session.take('next');
  answer(session, slow.id, 'too late');
  answer(session, 12345, 'to nothing');
  answer(session, next.id, 'in time');
  answer(session, next.id, 'twice');
  await running.out(/next -> in time\n3 stale\n/);
});

test('what the hub refuses, throws or cannot do in time', async () => {
  const { hub, running } = await start(`
@board.task
async def go():
    await tell("a")
    await tell("b")
    await tell("c")
    await tell("d")
`);
  const session = await hub.session();
  const fail = async (method: string, error: unknown) =>
    session.say({ id: (await session.take(method)).id, error });
  await fail('a', { code: -32000, message: 'Error: no way', data: { from: 1 } });
  await running.out(/CallError -32000 Error: no way \{'from': 1\} Error: no way\n/);
  await fail('b', { code: -32601, message: 'no such method' });
  await running.out(/CallError -32601 no such method None no such method\n/);
  await fail('c', { code: -32002, message: 'c took too long' });
  await running.out(/TimeoutError c: c took too long\n/);
  session.say({ id: (await session.take('d')).id });
  await running.out(/d -> None\n/);
});

test('a lost link ends those that were sent, at once; the others wait for the next link', async () => {
  const { hub, running } = await start(`
@board.task
async def go():
    await tell("sent")
    await tell("waits")
@board.task
async def early():
    await tell("early")
@board.task
async def short():
    await tell("short", 1)
`);
  // None of them is lost by a connection that never comes to a session.
  const failed = await hub.connection();
  await failed.take('hello');
  await running.out(/TimeoutError short: there is no link to the hub in time\n/);
  failed.cut();
  const first = await hub.session();
  answer(first, (await first.take('early')).id, 1);
  await running.out(/early -> 1\n/);
  await first.take('sent');
  first.cut();
  await running.out(/TimeoutError sent: the link was lost\n/);
  const second = await hub.session({ session: 's2' });
  answer(second, (await second.take('waits')).id, 2);
  await running.out(/waits -> 2\n/);
});

test('a task that is cancelled cancels its call at the hub', async () => {
  const { hub, running } = await start(`
task = None
@board.task
async def go():
    global task
    task = asyncio.create_task(tell("long"))
@board.command
def cancel():
    task.cancel()
`);
  const session = await hub.session();
  const { id } = await session.take('long');
  session.say({ id: 1, method: 'cancel', params: {} });
  expect((await session.take('$cancel')).params).toEqual({ id });
  await running.out(/long cancelled\n/);
  answer(session, id, 'nobody');
  await session.ask({ id: 'p', method: '$ping', params: {} });
  expect(running.stderr()).toBe('');
});

test('sixteen at once; what does not fit, or is no JSON, is refused here', async () => {
  const { hub, running } = await start(`
def refused(e):
    print(type(e).__name__, e)
@board.task
async def go():${ONLINE}
    for params in ({"a": b"x"}, {"a": "x" * 8200}):
        try:
            await board.call("f", **params)
        except Exception as e:
            refused(e)
    tasks = [asyncio.create_task(tell("f")) for _ in range(17)]
`);
  const session = await hub.session();
  await running.out(
    /TypeError bytes cannot be sent\nValueError a call takes 8192 bytes, this one has 82\d\d\n/,
  );
  await running.out(/CallError -32004 16 calls are open already None /);
  for (let n = 0; n < 16; n++) answer(session, (await session.take('f')).id, n);
  await running.out(/f -> 15\n/);
});
