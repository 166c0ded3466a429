# `select` that sleeps until the main thread has news, in place of the build's own, which asks in a loop.
import _host
import json
import sys
from _stream import Stream
from micropython import const

POLLIN = const(1)
POLLOUT = const(4)
POLLERR = const(8)
POLLHUP = const(16)

_ENOENT = const(2)
_POLL_REQUEST = const(3)


def _serial(stream):
    return stream is sys.stdin or stream is sys.stdin.buffer or stream is sys.stdout or stream is sys.stdout.buffer


def _ready_other(stream, mask):
    if _serial(stream):
        # As the chip: all of them are the one serial port.
        return mask & (POLLIN | POLLOUT if _host.inputWaiting() else POLLOUT)
    if hasattr(stream, "ioctl"):
        return stream.ioctl(_POLL_REQUEST, mask)
    raise TypeError("stream operation not supported")


class poll:
    def __init__(self):
        self._streams = []  # [object, mask]
        self._last = []

    def _find(self, stream):
        for entry in self._streams:
            if entry[0] is stream:
                return entry

    def register(self, stream, mask=POLLIN | POLLOUT):
        entry = self._find(stream)
        if entry:
            entry[1] = mask
        else:
            if not isinstance(stream, Stream):
                _ready_other(stream, mask)
            self._streams.append([stream, mask])

    def modify(self, stream, mask):
        entry = self._find(stream)
        if not entry:
            raise OSError(_ENOENT)
        entry[1] = mask

    def unregister(self, stream):
        entry = self._find(stream)
        if entry:
            self._streams.remove(entry)

    def poll(self, timeout=-1):
        return self._wait(timeout)

    def ipoll(self, timeout=-1, flags=0):
        found = self._wait(timeout)
        if flags & 1:
            for entry in self._streams:
                for stream, _ in found:
                    if entry[0] is stream:
                        entry[1] = 0
        return iter(found)

    def _wait(self, timeout):
        deadline = _host.deadline(-1 if timeout is None or timeout < 0 else timeout)
        while True:
            wanted = []
            found = []
            others = False
            serial = False
            for stream, mask in self._streams:
                if isinstance(stream, Stream):
                    if stream._slot < 0:
                        found.append((stream, 32))
                    else:
                        wanted.append((stream._slot, mask))
                else:
                    if _serial(stream):
                        serial = True
                    else:
                        others = True
                    ready = _ready_other(stream, mask)
                    if ready:
                        found.append((stream, ready))
            # Streams of other kinds are asked again every 10 ms: nobody tells when they become ready.
            until = 0 if found else _soonest(deadline, 10) if others else deadline
            ready = json.loads(_host.select(json.dumps(wanted), until, serial))
            if ready is None:
                continue
            if serial and not found:
                for stream, mask in self._streams:
                    if _serial(stream) and _ready_other(stream, mask):
                        found.append((stream, _ready_other(stream, mask)))
            for slot, mask in ready:
                for stream, _ in self._streams:
                    if isinstance(stream, Stream) and stream._slot == slot:
                        found.append((stream, mask))
            if found or (deadline >= 0 and _host.left(deadline) == 0):
                return found


def _soonest(deadline, ms):
    return _host.deadline(ms) if deadline < 0 or _host.left(deadline) > ms else deadline


def select(readers, writers, exceptional, timeout=-1):
    waiting = poll()
    for stream in readers:
        waiting.register(stream, POLLIN)
    for stream in writers:
        entry = waiting._find(stream)
        waiting.register(stream, POLLOUT | (entry[1] if entry else 0))
    for stream in exceptional:
        if not waiting._find(stream):
            waiting.register(stream, POLLERR)
    found = waiting.poll(-1 if timeout is None or timeout < 0 else int(timeout * 1000))
    masks = [(stream, mask) for stream, mask in found]
    return (
        [s for s in readers if any(s is t and m & (POLLIN | POLLHUP) for t, m in masks)],
        [s for s in writers if any(s is t and m & POLLOUT for t, m in masks)],
        [s for s in exceptional if any(s is t and m & POLLERR for t, m in masks)],
    )
