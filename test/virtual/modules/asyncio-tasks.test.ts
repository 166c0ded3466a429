/** asyncio on the virtual board: tasks, cancellation, waiting. What it must print is what the chip prints. */
import { expect, test } from 'vitest';
import { HEAD, lines } from '../../helpers/asyncio.ts';
import { runBoard } from '../../helpers/board.ts';

test('run blocks, returns the value, and raises what the main task raises', async () => {
  expect(
    await lines(`
print(asyncio.run(after(1, 42)))
try:
    asyncio.run(fails(1, "main"))
except ValueError as e:
    print(repr(e))
print(asyncio.run(after(0, "again")))
try:
    asyncio.current_task()
except RuntimeError as e:
    print(e)
async def me():
    return asyncio.current_task().done()
print(asyncio.run(me()))
`),
  ).toEqual(['42', "ValueError('main',)", 'again', 'no running event loop', 'False']);
});

test('what is no coroutine is refused, as on the chip', async () => {
  expect(
    await lines(`
for wrong in (asyncio.sleep(1), after, 5):
    try:
        asyncio.create_task(wrong)
    except TypeError as e:
        print(e)
`),
  ).toEqual(['coroutine expected', 'coroutine expected', 'coroutine expected']);
});

test('tasks run in order of their time, and those due at once in the order in which they were made', async () => {
  expect(
    await lines(`
seen = []
async def note(ms, name):
    await asyncio.sleep_ms(ms)
    seen.append(name)
async def main():
    for ms, name in ((60, "c"), (0, "a1"), (30, "b"), (0, "a2")):
        asyncio.create_task(note(ms, name))
    await asyncio.sleep_ms(100)
asyncio.run(main())
print(seen)
`),
  ).toEqual(["['a1', 'a2', 'b', 'c']"]);
});

test('cancel reaches a sleeping task, a waiting one, and through it the one it waits for', async () => {
  expect(
    await lines(`
async def main():
    inner = asyncio.create_task(for_ever("inner"))
    async def outer():
        try:
            await inner
        except asyncio.CancelledError:
            print("outer sees it")
            raise
    task = asyncio.create_task(outer())
    await asyncio.sleep_ms(1)
    print(task.cancel(), task.done())
    try:
        await task
    except asyncio.CancelledError:
        print(task.done(), inner.done(), task.cancel())
    try:
        asyncio.current_task().cancel()
    except RuntimeError as e:
        print(e)
asyncio.run(main())
`),
  ).toEqual(['True False', 'inner cancelled', 'outer sees it', 'True True False', "can't cancel self"]);
});

test('a task may refuse its cancellation', async () => {
  expect(
    await lines(`
async def stubborn():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        await asyncio.sleep_ms(1)
    return "finished"
async def main():
    task = asyncio.create_task(stubborn())
    await asyncio.sleep_ms(0)
    task.cancel()
    print(await task)
asyncio.run(main())
`),
  ).toEqual(['finished']);
});

test('wait_for gives the value, the exception, or TimeoutError after the task has ended', async () => {
  expect(
    await lines(`
async def main():
    print(await asyncio.wait_for(after(1, "value"), 1))
    print(await asyncio.wait_for(after(1, "no limit"), None))
    try:
        await asyncio.wait_for_ms(fails(1, "inside"), 1000)
    except ValueError as e:
        print(repr(e))
    try:
        await asyncio.wait_for(for_ever("late"), 0.02)
    except asyncio.TimeoutError as e:
        print(repr(e))
    outer = asyncio.create_task(asyncio.wait_for(for_ever("outer"), 10))
    await asyncio.sleep_ms(5)
    outer.cancel()
    try:
        await outer
    except asyncio.CancelledError:
        print("wait_for was cancelled")
    await asyncio.sleep_ms(5)
asyncio.run(main())
`),
  ).toEqual([
    'value',
    'no limit',
    "ValueError('inside',)",
    'late cancelled',
    'TimeoutError()',
    'outer cancelled',
    'wait_for was cancelled',
  ]);
});

test('gather: values in order; the first exception at once; all exceptions when asked', async () => {
  expect(
    await lines(`
async def main():
    print(await asyncio.gather(after(9, "slow"), after(1, "fast"), after(0, "now")))
    print(await asyncio.gather())
    print(await asyncio.gather(fails(3, "a"), after(1, "b"), return_exceptions=True))
    late = asyncio.create_task(after(20, "goes on"))
    try:
        await asyncio.gather(late, fails(1, "first"))
    except ValueError as e:
        print(repr(e), late.done())
    print(await late)
    done = asyncio.create_task(after(0, "before"))
    await asyncio.sleep_ms(5)
    print(await asyncio.gather(done, after(1, "after")))
asyncio.run(main())
`),
  ).toEqual([
    "['slow', 'fast', 'now']",
    '[]',
    "[ValueError('a',), 'b']",
    "ValueError('first',) False",
    'goes on',
    "['before', 'after']",
  ]);
});

test('a cancelled gather cancels its tasks', async () => {
  expect(
    await lines(`
async def both():
    await asyncio.gather(for_ever("one"), for_ever("two"))
async def main():
    task = asyncio.create_task(both())
    await asyncio.sleep_ms(5)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("gather cancelled")
    await asyncio.sleep_ms(5)
asyncio.run(main())
`),
  ).toEqual(['one cancelled', 'two cancelled', 'gather cancelled']);
});

test("an exception that nobody fetches is told on stderr, in the chip's words, and the others run on", async () => {
  const { stdout, stderr } = await runBoard(`${HEAD}
async def main():
    asyncio.create_task(fails(1, "lost"))
    await asyncio.sleep_ms(20)
    print("still here")
asyncio.run(main())
`);
  expect(stdout).toBe('still here\n');
  expect(stderr).toMatch(
    /^Task exception wasn't retrieved\r?\nfuture: <Task> coro= <generator object 'fails' at /,
  );
  expect(stderr).toMatch(
    /Traceback \(most recent call last\):\r?\n {2}File "main.py", line \d+, in fails\r?\nValueError: lost/,
  );
});

test('a handler for lost exceptions gets the context', async () => {
  expect(
    await lines(`
def handler(loop, context):
    print(context["message"], repr(context["exception"]), context["future"].done())
async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    asyncio.create_task(fails(0, "x"))
    await asyncio.sleep_ms(10)
asyncio.run(main())
`),
  ).toEqual(["Task exception wasn't retrieved ValueError('x',) True"]);
});
