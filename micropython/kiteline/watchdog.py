# Board(watchdog=8000): the chip restarts when the loop has not turned for so long, because a handler blocks or all memory is
# gone. It cannot be stopped again: after Ctrl-C the board restarts, too. About 0.3 KB.
import asyncio

import machine


async def watch(ms):
    dog = machine.WDT(timeout=ms)
    while True:
        dog.feed()
        await asyncio.sleep_ms(ms // 4)
