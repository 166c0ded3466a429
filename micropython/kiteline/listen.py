# The board as the server: it listens, the hub dials (`kiteline up --dial tcp://BOARD:PORT`). All else is the same: the board
# proves and greets on each connection, and talks to the one that answered last.
import asyncio
import socket
from micropython import const

from .clock import uptime
from .connection import Connection

_CANDIDATES = const(2)  # connections that have not answered yet, each up to 25 KB of RAM if it talks nonsense
_GRACE_MS = const(1000)  # a candidate has this long before one that comes later may have its place
_LOOK_MS = const(100)
_AGAIN_MS = const(1000)


async def serve(link, board, port):
    """Waits for the hub on this TCP port, for good."""
    start = board._jobs.start
    start(_stay(link, board))
    candidates = []
    while True:
        listener = None
        try:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("0.0.0.0", port))
            listener.listen(_CANDIDATES)
            listener.setblocking(False)
            while True:
                await _readable(listener)
                try:
                    s, address = listener.accept()
                except OSError:
                    continue  # it has gone again, or there is no socket left for it
                candidates = [each for each in candidates if each.began is None and each.why is None]
                if len(candidates) == _CANDIDATES:
                    if uptime() - candidates[0].since < _GRACE_MS:
                        s.close()
                        continue
                    candidates.pop(0).end("another connection came")
                connection = Connection(link, board, link._station, address[0])
                connection.since = uptime()
                candidates.append(connection)
                start(_talk(link, connection, address, s))
        except Exception as e:
            board._log.error(e, "listen")
        finally:
            if listener:
                listener.close()
        await asyncio.sleep_ms(_AGAIN_MS)


async def _talk(link, connection, address, s):
    await connection.run(address, s)
    link.tell("offline: " + connection.why)


async def _stay(link, board):
    # In the Wi-Fi.
    while link._station:
        try:
            await link.join()
        except Exception as e:
            board._log.error(e, "link")
        await asyncio.sleep_ms(_LOOK_MS)


def _readable(s):
    # async: until somebody connects.
    yield asyncio.core._io_queue.queue_read(s)
