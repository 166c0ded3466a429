# `os` as on the ESP32.
import _host
from micropython import const
from uctypes import addressof as _addressof
from uos import *
import uos as _uos


_EPOCH = const(946684800)  # 2000-01-01 in seconds since 1970


def stat(path):
    # As littlefs on the chip: the kind, the size, and times since 2000.
    found = _uos.stat(path)
    changed = max(0, found[8] - _EPOCH)
    return (found[0] & 0xF000, 0, 0, 0, 0, 0, found[6], changed, changed, changed)


def ilistdir(path=""):
    for entry in _uos.ilistdir(path):
        file = entry[1] == 0x8000
        size = _uos.stat((path.rstrip("/") + "/" if path else "") + entry[0])[6] if file else 0
        yield entry[0], entry[1], 0, size


def rename(old, new):
    # The build keeps both absolute paths in one buffer, and would look for the new one.
    if old.startswith("/"):
        old = "../" * (len([name for name in _uos.getcwd().split("/") if name])) + old.lstrip("/")
    _uos.rename(old, new)


def statvfs(path):
    found = _uos.statvfs(path)
    if found[2] != 1000000:
        return found  # of something that the program has mounted
    # 2 MiB of littlefs, as a chip with 4 MiB of flash has; the build tells of a disk that is none.
    free = max(0, 512 - _host.flashBlocks())
    return (4096, 4096, 512, free, free, 0, 0, 0, 0, 255)


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

