/** asyncio on the virtual board: events, locks, flags, the loop itself, and Ctrl-C in it. */
import { expect, test } from 'vitest';
import { HEAD, lines } from '../../helpers/asyncio.ts';
import { startBoard } from '../../helpers/board.ts';

test('Event wakes all its waiters in order; it stays set until cleared', async () => {
  expect(
    await lines(`
async def waiter(event, n):
    await event.wait()
    print(n)
async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(event, n)) for n in range(3)]
    await asyncio.sleep_ms(1)
    print(event.is_set())
    event.set()
    await asyncio.gather(*tasks)
    print(await event.wait())
    event.clear()
    try:
        await asyncio.wait_for_ms(event.wait(), 5)
    except asyncio.TimeoutError:
        print("not set")
asyncio.run(main())
`),
  ).toEqual(['False', '0', '1', '2', 'True', 'not set']);
});

test('Lock goes round in the order of asking, survives a cancelled waiter, and refuses a second release', async () => {
  expect(
    await lines(`
async def worker(lock, n):
    for i in range(2):
        async with lock:
            print(n, i, lock.locked())
            await asyncio.sleep_ms(1)
async def main():
    lock = asyncio.Lock()
    await asyncio.gather(worker(lock, "a"), worker(lock, "b"))
    await lock.acquire()
    waiter = asyncio.create_task(worker(lock, "never"))
    after_it = asyncio.create_task(worker(lock, "next"))
    await asyncio.sleep_ms(1)
    lock.release()
    waiter.cancel()
    await after_it
    try:
        lock.release()
    except RuntimeError as e:
        print(e)
asyncio.run(main())
`),
  ).toEqual([
    'a 0 True',
    'b 0 True',
    'a 1 True',
    'b 1 True',
    'next 0 True',
    'next 1 True',
    'Lock not acquired',
  ]);
});

test('ThreadSafeFlag is set by an interrupt handler, and clears itself', async () => {
  expect(
    await lines(`
from machine import Timer
async def main():
    flag = asyncio.ThreadSafeFlag()
    Timer(0).init(mode=Timer.ONE_SHOT, period=5, callback=lambda t: flag.set())
    await flag.wait()
    print("set")
    try:
        await asyncio.wait_for_ms(flag.wait(), 5)
    except asyncio.TimeoutError:
        print("clear again")
asyncio.run(main())
`),
  ).toEqual(['set', 'clear again']);
});

test('the loop: run_forever ends with stop, run_until_complete takes coroutines, new_event_loop forgets tasks', async () => {
  expect(
    await lines(`
loop = asyncio.get_event_loop()
async def stops():
    await asyncio.sleep_ms(5)
    loop.stop()
loop.create_task(stops())
loop.run_forever()
print(loop.run_until_complete(after(1, "value")))
loop.create_task(for_ever("forgotten"))
loop = asyncio.new_event_loop()
loop.run_until_complete(after(1, None))
loop.close()
import uasyncio
print(uasyncio is asyncio, asyncio.__version__)
`),
  ).toEqual(['value', 'True (3, 0, 0)']);
});

test('Ctrl-C in asyncio.run is a KeyboardInterrupt at its caller, and the loop can run again', async () => {
  const board = await startBoard(`${HEAD}
async def main():
    asyncio.create_task(after(1, None))
    print("running")
    await asyncio.sleep(60)
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
asyncio.new_event_loop()
print(asyncio.run(after(1, "again")))
`);
  await board.out(/running/);
  board.board.interrupt();
  expect(await board.ended).toEqual({ how: 'done' });
  expect(board.stdout()).toBe('running\ninterrupted\nagain\n');
});

test('a task that never awaits can be interrupted, too', async () => {
  const board = await startBoard(`${HEAD}
import time
async def main():
    print("running")
    while True:
        time.sleep_ms(1)
asyncio.run(main())
`);
  await board.out(/running/);
  board.board.interrupt();
  expect(await board.ended).toMatchObject({
    how: 'exception',
    text: expect.stringContaining('KeyboardInterrupt'),
  });
});

test('a thousand tasks', async () => {
  expect(
    await lines(`
async def main():
    tasks = [asyncio.create_task(after(i % 7, i)) for i in range(1000)]
    print(sum(await asyncio.gather(*tasks)))
asyncio.run(main())
`),
  ).toEqual(['499500']);
});
