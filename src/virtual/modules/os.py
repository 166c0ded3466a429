# `os` as on the ESP32.
import _host
from uctypes import addressof as _addressof
from uos import *
import uos as _uos


def uname():
    from collections import namedtuple

    fields = namedtuple("uname", ("sysname", "nodename", "release", "version", "machine"))
    return fields("esp32", "esp32", "1.27.0", "v1.27.0 on 2025-12-09", "Generic ESP32 module with ESP32")


def urandom(count):
    data = bytearray(count)
    if count:
        _host.random(_addressof(data), count)
    return bytes(data)


def sync():
    pass


def dupterm(stream, index=0):
    return None


def dupterm_notify(stream):
    pass

