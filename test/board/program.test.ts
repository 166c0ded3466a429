/** Programs around a board: without async, in a loop of their own, stopped, interrupted. */
import { expect, test } from 'vitest';
import { boardAt, libraryLines, ScriptedHub, startLibrary } from '../helpers/library.ts';

test('a program with no async in it works', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port)}
on = False
@board.command
def lamp(on):
    globals()["on"] = on
@board.every(5)
def read():
    return {"on": on}
board.run()
`);
  const session = await hub.session();
  expect(await session.sample(1)).toMatchObject({ on: false });
  session.say({ id: 1, method: 'lamp', params: { on: true } });
  await session.take(({ on }) => on === true);
});

test('every() keeps time: no drift, and no burst after a pause', async () => {
  const lines = await libraryLines(`
import kiteline.jobs as jobs
now = (1 << 30) - 70  # ticks_ms() begins anew meanwhile
class Time:
    async def sleep_ms(ms):
        global now
        now = now + max(0, ms) & 0x3fffffff
jobs.ticks_ms = lambda: now
jobs.asyncio = Time
ran = []
def work():
    global now
    ran.append(now + 70 & 0x3fffffff)
    if len(ran) == 12:
        raise KeyboardInterrupt
    # It takes 3 ms; once it takes 250, once exactly a period.
    now = now + {4: 250, 8: 20}.get(len(ran), 3) & 0x3fffffff
async def run():
    await jobs.Jobs(None, None).repeat("work", work, 20)
try:
    run().send(None)
except KeyboardInterrupt:
    print(ran)
`);
  // Of what was due while it stood still, the last is made up for at once.
  expect(lines).toEqual(['[0, 20, 40, 60, 310, 320, 340, 360, 380, 400, 420, 440]']);
});

test('async functions by the clock, dicts, bare values and None', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port)}
@board.every(10, temp="Cel")
async def temp():
    await asyncio.sleep_ms(1)
    return 21.5
done = 0
@board.every(10)
def sometimes():
    global done
    done += 1
    if done % 2 == 0:
        return {"two": True, "text": "t", "nested": {"x": 1}}
board.run()
`);
  const session = await hub.session();
  expect(await session.take((message) => 'temp' in message)).toMatchObject({ temp: 21.5 });
  expect(await session.take((message) => 'two' in message)).toMatchObject({
    two: true,
    text: 't',
    nested: { x: 1 },
  });
});

test('serve() in a loop of the program ends when it is cancelled, and begins again', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
@board.task
async def own():
    try:
        while True:
            await asyncio.sleep_ms(5)
    finally:
        print("task ended")

async def until_online():
    task = asyncio.create_task(board.serve())
    while not board.online:
        await asyncio.sleep_ms(1)
    return task

async def main():
    original = print
    task = await until_online()
    original("replaced:", print is not original)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled, online:", board.online, "restored:", print is original)
    task = await until_online()
    try:
        await board.serve()
    except RuntimeError as e:
        print(e)
    board.stop("deep sleep")
    await task
    print("ended, online:", board.online)
asyncio.run(main())
`);
  const first = await hub.session();
  expect((await first.take('$bye')).params).toEqual({ why: 'ended' });
  const second = await hub.session();
  expect((await second.take('$bye')).params).toEqual({ why: 'deep sleep' });
  expect(second.hello.boot).toBe(first.hello.boot);
  expect(await running.ended).toEqual({ how: 'done' });
  expect(running.stdout()).toMatch(
    /replaced: True\ntask ended\ncancelled, online: False restored: True\n[\s\S]*this board runs already\n[\s\S]*ended, online: False\n/,
  );
  expect(running.stderr()).toBe('');
});

test('Ctrl-C ends run() cleanly: goodbye, tasks finished, print as before', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
original = print
@board.task
async def own():
    try:
        await asyncio.sleep(1000)
    finally:
        await asyncio.sleep_ms(1)
        print("motor off")
try:
    board.run()
except KeyboardInterrupt:
    print("interrupted, restored:", print is original, board.online)
board.send({"n": 1})
board.run()
`);
  const first = await hub.session();
  await running.out(/online, as b/);
  running.board.interrupt();
  expect((await first.take('$bye')).params).toEqual({ why: 'interrupted' });
  await running.out(/motor off\ninterrupted, restored: True False\n/);
  const second = await hub.session();
  expect(await second.sample(1)).toMatchObject({ n: 1 });
});

test('stop() from a command, when everything is on disk', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
board.send({"n": 1})
@board.task
async def go():
    print(await board.stored(0), await board.stored(20000))
    board.stop("deep sleep")
board.run()
print("good night")
`);
  const session = await hub.session();
  await session.sample(1);
  session.say({ method: '$ack', params: { seq: 1 } });
  expect((await session.take('$bye')).params).toEqual({ why: 'deep sleep' });
  await running.out(/False True\ngood night\n/);
});

test('sys.exit() in a handler ends the program', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
@board.command
def leave():
    import sys
    sys.exit(3)
board.run()
`);
  const session = await hub.session();
  session.say({ id: 1, method: 'leave', params: {} });
  expect((await session.take('$bye')).params).toEqual({ why: 'interrupted' });
  expect(await running.ended).toEqual({ how: 'exit', code: 3 });
});

test('the watchdog restarts a board whose loop stands still, or that is long without a hub', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, 'watchdog=300')}
import machine
print("cause", machine.reset_cause())
@board.command
def hang():
    time.sleep(1000)
board.run()
`);
  const first = await hub.session();
  first.say({ id: 1, method: 'hang', params: {} });
  const second = await hub.session();
  expect(second.hello.reset).toBe('watchdog');
  expect(second.hello.boot).not.toBe(first.hello.boot);
  await running.board.close();

  const alone = await startLibrary(`${boardAt(1, 'watchdog=(2000, 200)')}
import machine
print("cause", machine.reset_cause())
board.run()
`);
  await alone.out(/cause 1\n[\s\S]*cause 2\n/);
});

test("rtc=True sets the chip's clock by the hub's", async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, 'rtc=True')}
@board.task
async def go():
    while not board.online:
        await asyncio.sleep_ms(1)
    print(time.gmtime()[:5], time.time() + 946684800 - board.now() // 1000)
    board.stop()
board.run()
`);
  await hub.session({ time: Date.UTC(2031, 1, 2, 3, 4, 30) });
  await running.out(/\(2031, 2, 2, 3, 4\) (0|-1)\n/);
});
