/** The collector runs in the middle of programs (firmware.ts): under asyncio nothing may be collected that is in use. */
import { expect, test } from 'vitest';
import { JOIN, linesOf } from '../../helpers/board.ts';

test('tasks that allocate a lot keep everything that they hold', async () => {
  const program = `
import asyncio, gc

class Sensor:
    def __init__(self, name):
        self.name = name
        self.history = []

    async def read(self, i):
        await asyncio.sleep_ms(0)
        return {"name": self.name, "i": i, "text": self.name + str(i) * 8}

async def work(n):
    sensor = Sensor("s%d" % n)
    kept = None
    for i in range(200):
        sample = await sensor.read(i)
        sensor.history.append(sample["text"])
        junk = ["x" * 50 + str(j) for j in range(20)]
        if i == 100:
            kept = sample
        if len(junk) != 20 or junk[19][-2:] != "19":
            return "junk broken"
    for i in range(200):
        if sensor.history[i] != "s%d" % n + str(i) * 8:
            return "history broken"
    return kept["text"] == "s%d" % n + "100" * 8 and kept["i"]

async def main():
    results = await asyncio.gather(*[work(n) for n in range(20)])
    print(set(results))
    gc.collect()
    print(gc.mem_alloc() < 400_000)
asyncio.run(main())
`;
  expect(await linesOf(program)).toEqual(['{100}', 'True']);
});

test('exceptions, closures and timers keep what they hold while others are collected', async () => {
  const program = `
import asyncio, json
from machine import Timer

ticks = []
timer = Timer(1)
timer.init(period=1, callback=lambda t: ticks.append(json.dumps({"n": len(ticks)})))

async def fails(i):
    await asyncio.sleep_ms(i % 3)
    raise ValueError("error %d" % i, [str(k) for k in range(i % 50)])

async def work(n):
    good = 0
    for i in range(100):
        try:
            await asyncio.wait_for_ms(fails(i), 1000)
        except ValueError as e:
            text, numbers = e.args
            if text == "error %d" % i and numbers == [str(k) for k in range(i % 50)]:
                good += 1
    return good

async def main():
    print(await asyncio.gather(*[work(n) for n in range(10)]))
asyncio.run(main())
timer.deinit()
print(all([json.loads(t)["n"] == i for i, t in enumerate(ticks)]), len(ticks) > 5)
`;
  expect(await linesOf(program)).toEqual(['[100, 100, 100, 100, 100, 100, 100, 100, 100, 100]', 'True True']);
});

test('streams keep their buffers', async () => {
  const program = `${JOIN}
import asyncio
address = wlan.ifconfig()[0]

async def echo(reader, writer):
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(line)
        await writer.drain()
    await writer.wait_closed()

async def client(n):
    reader, writer = await asyncio.open_connection(address, 5001)
    for i in range(60):
        line = b"%d:%d:" % (n, i) + b"y" * (i * 5) + b"\\n"
        writer.write(line)
        await writer.drain()
        if await reader.readline() != line:
            return "broken"
    await writer.wait_closed()
    return "whole"

async def main():
    server = await asyncio.start_server(echo, "0.0.0.0", 5001)
    print(await asyncio.gather(*[client(n) for n in range(3)]))
    server.close()
    await server.wait_closed()
asyncio.run(main())
`;
  expect(await linesOf(program)).toEqual(["['whole', 'whole', 'whole']"]);
});
