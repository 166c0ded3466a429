# Files of samples in flash, for spill.py. Each is written once and closed: littlefs has it whole from then on, and before that not
# at all, or empty. It is one block of flash, 4096 bytes, so that nothing is erased for it but this block and, every few dozen
# files, the folder's own. That takes the chip about 0.1 s, in which nothing else runs.
#
#   head: form, boot id, number of the first sample, how many, the hub's time less uptime (0: not known), the chip's clock less
#   uptime, uptime in s; each sample, behind its length; the CRC-32 of all that.
import os
import struct
from binascii import crc32, hexlify, unhexlify
from micropython import const

FOLDER = "/kiteline-spill"
BLOCK = 4096
BODIES = 33  # where they begin
OVER = 37  # bytes of a file beside its samples
_HEAD = ">B6sIHqqI"
_FORM = const(1)
_MOST = const(8400)  # bytes of a file: a sample may need three blocks
_INLINE = const(128)  # bytes of a file that littlefs keeps in its folder's block …
_SHARE = const(1024)  # … and what it is counted as


def cost(size):
    """Bytes of flash that a file of this size takes."""
    return _SHARE if size <= _INLINE else (size + BLOCK - 1) // BLOCK * BLOCK


def found():
    """The serial numbers of all that is there."""
    serials = []
    try:
        names = sorted([each[0] for each in os.ilistdir(FOLDER) if len(each[0]) == 8])
    except OSError:
        return serials  # no folder yet
    for name in names:
        try:
            serials.append(int(name, 16))
        except ValueError:
            pass  # not ours
    return serials


def write(serial, boot, first, bodies, offset, clock, uptime):
    """A new file; OSError or MemoryError when it cannot be, and then there is none."""
    top = struct.pack(_HEAD, _FORM, unhexlify(boot), first, len(bodies), offset or 0, clock, uptime // 1000 + 1)
    if serial == 1:
        _ask(os.mkdir, FOLDER)  # what is wrong, open() says better
    try:
        with open(_path(serial), "wb") as f:
            f.write(top)
            crc = crc32(top)
            for body in bodies:
                length = len(body).to_bytes(2, "big")
                crc = crc32(body, crc32(length, crc))
                f.write(length)
                f.write(body)
            f.write(crc.to_bytes(4, "big"))
    except Exception:
        remove(serial)
        raise


def read(serial):
    """A file's bytes; None when they are not what was written."""
    try:
        with open(_path(serial), "rb") as f:
            data = f.read(_MOST)
    except OSError:
        return None
    if len(data) < OVER or data[0] != _FORM or crc32(memoryview(data)[:-4]) != int.from_bytes(data[-4:], "big"):
        return None
    return data


def remove(serial):
    """The OSError, where there was one."""
    return _ask(os.remove, _path(serial))


def head(data):
    """(boot id, number of the first sample, how many, offset or None, the chip's clock at uptime 0, uptime in ms) of a file."""
    _, boot, first, count, offset, clock, seconds = struct.unpack(_HEAD, data)
    return hexlify(boot).decode(), first, count, offset or None, clock, seconds * 1000


def _path(serial):
    return "%s/%08x" % (FOLDER, serial)


def _ask(function, path):
    try:
        function(path)
    except OSError as e:
        return e
