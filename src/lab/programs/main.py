# The lab's own program, when it is given none: samples at intervals and in bursts, commands of all kinds, calls with a
# deadline, log lines. Texts have characters of two, three and four bytes: wherever a segment ends, it can be inside of one.
import asyncio
import gc
import time

import kiteline
import machine
from lab import TAG, settings, tell

S = settings()
STOP = machine.Pin(0, machine.Pin.IN, machine.Pin.PULL_UP)  # low: no more samples

board = kiteline.Board(queue=S["queue"], drop=S["drop"], keepalive=S["keepaliveMs"] or None, spill=S["spill"])
made = 0


def sample():
    global made
    made += 1
    values = {"made": made, "even": made % 2 == 0}
    if made % 3 == 0:
        values["text"] = "№%d 温度 %d °C 🌡" % (TAG, made)
    if made % 17 == 0:
        values["long"] = "長" * 600  # more than a segment holds
    for at, seconds in S["jumps"]:
        if at == made:
            set_clock(seconds)
    return values


def set_clock(seconds):
    y, mo, d, h, mi, s, wd, _ = time.localtime(time.time() + seconds)
    machine.RTC().datetime((y, mo, d, wd, h, mi, s, 0))


if S["leaseMs"]:

    def halt():
        tell("halt")

    @board.control("drive", lease=S["leaseMs"], stop=halt, k=int, ms=(int, 0, 10000, "ms"))
    def drive(k, ms):
        tell("act", k)
        if ms:
            time.sleep_ms(ms)
        tell("acted", k)


@board.every(S["everyMs"], made="1")
def regular():
    if STOP.value():
        return sample()


@board.task
async def bursts():
    while STOP.value():
        await asyncio.sleep_ms(S["everyMs"] * 7)
        for _ in range(3):
            if STOP.value():
                board.send(sample())
    await asyncio.sleep_ms(S["everyMs"] * 2)
    tell("stopped")
    for _ in range(3):  # a collection may find a moment at which it cannot be
        measure()
        await asyncio.sleep_ms(3)


@board.task
async def calls():
    k = 0
    while S["callMs"] and STOP.value():
        await asyncio.sleep_ms(S["callMs"])
        k += 1
        try:
            if k % 5 == 0:
                await board.call("refuse", timeout=300)
                tell("bad-call", "refuse was answered")
            else:
                # Some of them take longer than they may.
                answer = await board.call("twice", k=k, ms=(k % 4) * 40, timeout=100)
                if answer != {"k": k, "twice": 2 * k, "text": "二倍 %d" % (2 * k)}:
                    tell("bad-call", "call %d was answered %s" % (k, answer))
        except kiteline.TimeoutError:
            pass
        except kiteline.CallError as e:
            if k % 5:
                tell("bad-call", "call %d failed: %s" % (k, e))


@board.task
async def logs():
    i = 0
    while S["logMs"] and STOP.value():
        await asyncio.sleep_ms(S["logMs"])
        i += 1
        board.log("日志 %d·%d" % (TAG, i))
        print("напечатано", i)


@board.task
async def heap():
    while not board.online:
        await asyncio.sleep_ms(20)
    measure()


def measure():
    gc.collect()
    tell("heap", gc.mem_alloc())


@board.command(text=str)
def mark(text):
    return {"by": TAG, "text": text + "好 ✓"}


@board.command(ms=(int, 0, 5000, "ms"))
async def slow(ms):
    await asyncio.sleep_ms(ms)
    return {"slept": ms}


@board.command(ms=(int, 0, 5000, "ms"))
def block(ms):
    time.sleep_ms(ms)
    return {"blocked": ms}


@board.command
def fail():
    raise ValueError("нет")


@board.command(level=(int, 0, 100, "%"))
def dim(level):
    return level


@board.command
def big():
    return "大" * 4000


@board.command
def report():
    measure()
    return board.dropped


board.run()
