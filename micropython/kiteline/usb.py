# The serial port as the way to the hub (`kiteline up --serial PORT`), for boards without a network. All else is the same. What the
# program prints in a session reaches the hub as its log, and not the port, where it would get between the lines.
import asyncio
import io
import select
import sys
from micropython import const

from .connection import Connection

_POLL = const(3)
_IN = const(1)
_OUT = const(4)
_HELLO_MS = const(2000)  # nobody may be there yet
_AGAIN_MS = const(500)
_SLICE = const(256)  # bytes at a time: at 115200 bits a second 22 ms, in which nothing else of the program runs


class Port(io.IOBase):
    """stdin and stdout as a socket that does not block to read."""

    def __init__(self):
        self._in = select.poll()
        self._in.register(sys.stdin, _IN)

    def ioctl(self, request, flags):
        if request != _POLL:
            return 0
        return flags & _OUT | (_IN if flags & _IN and self._in.poll(0) else 0)

    def read(self, size):
        data = bytearray()
        while len(data) < size and self._in.poll(0):
            data.extend(sys.stdin.buffer.read(1))
        return bytes(data) if data else None

    def write(self, data):
        data = memoryview(data)[:_SLICE]
        sys.stdout.buffer.write(data)
        return len(data)

    def setblocking(self, _):
        pass

    def setsockopt(self, *_):
        pass

    def close(self):
        pass


async def serve(link, board):
    """Greets whoever is at the port again and again, and talks to a hub that answers, for good."""
    board._log.mute = lambda: link.session is not None
    while True:
        connection = Connection(link, board, None, "the serial port")
        connection.HELLO_MS = _HELLO_MS
        link._connection = connection
        try:
            await connection.run(("usb", 0), Port())
        except Exception as e:
            board._log.error(e, "usb")
        if connection.began is not None:
            link.tell("offline: " + connection.why)
        await asyncio.sleep_ms(_AGAIN_MS)
