# `time` as on the ESP32: the epoch is 2000, seconds are integers, and sleep really sleeps.
import _host
from utime import gmtime as _gmtime, mktime as _mktime, time as _time, time_ns as _time_ns
from utime import ticks_add, ticks_diff, ticks_ms

_EPOCH = 946684800  # 2000-01-01 in seconds since 1970


def ticks_us():
    # The build's own counts milliseconds.
    return _host.micros()


ticks_cpu = ticks_us


def sleep(seconds):
    _sleep(seconds * 1000)


def sleep_ms(ms):
    _sleep(ms)


def sleep_us(us):
    _sleep(us / 1000)


def _sleep(ms):
    deadline = _host.deadline(max(0, ms))
    while not _host.sleep(deadline):
        pass


def time():
    return int(_time()) - _EPOCH


def time_ns():
    return _time_ns() - _EPOCH * 1000000000


def gmtime(seconds=None):
    return _gmtime(_EPOCH + (time() if seconds is None else int(seconds)))


localtime = gmtime


def mktime(fields):
    return int(_mktime(fields)) - _EPOCH
