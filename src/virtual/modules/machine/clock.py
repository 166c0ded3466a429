# The real-time clock and the watchdog (ports/esp32/machine_rtc.c, machine_wdt.c).
import time

import _host
from _native import call
from micropython import const

_EPOCH = const(946684800)  # 2000-01-01 in seconds since 1970
_USER_MEMORY = const(2048)


class RTC:
    _only = None

    def __new__(cls):
        if not cls._only:
            cls._only = super().__new__(cls)
        return cls._only

    def datetime(self, date=None):
        if date is not None:
            return self._set(date, 4)
        ns = time.time_ns()
        year, month, day, hour, minute, second, weekday, _ = time.gmtime(ns // 1_000_000_000)
        return (year, month, day, weekday, hour, minute, second, ns // 1000 % 1_000_000)

    def init(self, date):
        # The hours stand elsewhere in this tuple: the port's own oddity.
        self._set(date, 3)

    def _set(self, date, hour_at):
        if not isinstance(date, (tuple, list)):
            raise TypeError("object '%s' isn't a tuple or list" % type(date).__name__)
        if len(date) != 8:
            raise ValueError("requested length 8 but object has length %d" % len(date))
        hour, minute, second = date[hour_at : hour_at + 3]
        seconds = time.mktime((date[0], date[1], date[2], hour, minute, second, 0, 0)) + _EPOCH
        _host.setClock(seconds * 1000.0 + date[7] / 1000)

    def memory(self, data=None):
        if data is None:
            return bytes(call("rtcMemory", None))
        data = bytes(data) if not isinstance(data, str) else data.encode()
        if len(data) > _USER_MEMORY:
            raise ValueError("buffer too long")
        call("rtcMemory", list(data))


class WDT:
    _only = None

    def __new__(cls, id=0, timeout=5000):
        if id != 0:
            raise ValueError
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        if not cls._only:
            cls._only = super().__new__(cls)
        call("watchdog", timeout)
        return cls._only

    def __init__(self, id=0, timeout=5000):
        pass

    def feed(self):
        _host.feedWatchdog()
