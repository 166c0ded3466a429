# `gc` as programs see it: collections really happen, and the free memory is that of a plain ESP32, not of this computer.
import _host
from gc import *
from micropython import const
from gc import mem_alloc as _mem_alloc

# Bytes of heap that MicroPython 1.27 has on an ESP32_GENERIC once Wi-Fi runs.
_HEAP = const(166_000)


def collect():
    before = _mem_alloc()
    _host.collect()
    return max(0, before - _mem_alloc()) // 64


def mem_alloc():
    return _mem_alloc()


def mem_free():
    # Never negative: a program here may use more than the chip has.
    return max(0, _HEAP - _mem_alloc())
