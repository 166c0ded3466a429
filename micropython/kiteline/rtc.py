# Sets the chip's clock by the hub's: Board(rtc=True). About 0.5 KB.
import time

import machine


def set_clock(ms):
    """`ms` since 1970 UTC."""
    # The epoch is 2000 on the chip and 1970 in other builds.
    epoch = 946684800 if time.gmtime(0)[0] == 2000 else 0
    year, month, day, hour, minute, second, weekday, _ = time.gmtime(ms // 1000 - epoch)
    machine.RTC().datetime((year, month, day, weekday, hour, minute, second, ms % 1000 * 1000))
