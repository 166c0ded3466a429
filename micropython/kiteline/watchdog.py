# Board(watchdog=8000): the chip restarts when the loop has not turned for so long, because a handler blocks or all memory is
# gone. Board(watchdog=(8000, 900_000)) restarts it also after 15 minutes without a session, for chips that believe
# themselves connected; what is in RAM is lost then, unless spill keeps it. A watchdog cannot be stopped: after Ctrl-C the board
# restarts, too. About 0.5 KB.
import asyncio

import machine

from .clock import uptime


async def watch(board, ms, offline):
    dog = machine.WDT(timeout=ms)
    seen = uptime()
    while True:
        if board.online:
            seen = uptime()
        elif offline and uptime() - seen > offline:
            board._samples.keep()
            machine.reset()
        dog.feed()
        await asyncio.sleep_ms(ms // 4)
