# The datagrams of one session: a setpoint that was lost is not waited for (PROTOCOL.md, "Controls"). 1.3 KB while one is taken.
import asyncio
import errno
import json
import socket
from micropython import const

from .clock import uptime
from .wire import line

_MOST = const(1280)  # bytes of a datagram: the hub sends 1200
_AT_ONCE = const(16)
_FIRST = const(5)  # questions before it is patient
_FIRST_MS = const(200)
_OPEN_MS = const(1000)  # while something is steered
_IDLE_MS = const(5000)


class Datagrams:
    def __init__(self, board, controls, port):
        self._board = board
        self._controls = controls
        connection = board._link._connection
        self._to = (connection.reached[0], port)
        self._session = board._link.session
        self._seal = connection.seal
        self._said = 0
        self.unsent = 0  # the chip had no memory for it, or no way there: as good as lost on the air
        self.foreign = 0  # what came and was none of this session
        self._answered = False
        self._socket = s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setblocking(False)
        start = board._jobs.start
        self._tasks = (start(self._guard(self._read())), start(self._guard(self._ask())))

    def close(self):
        for task in self._tasks:
            try:
                task.cancel()
            except RuntimeError:
                pass  # Ctrl-C came while it ran: its loop is over
        s, self._socket = self._socket, None
        if s:
            s.close()

    def send(self, text):
        """A line, with its LF."""
        text = text[:-1]
        if self._seal:
            text = self._seal.sign_datagram(self._session, text)
        else:
            self._said += 1
            text = b"%s\t%s.%d" % (text, self._session.encode(), self._said)
        try:
            self._socket.sendto(text, self._to)
        except (OSError, AttributeError):
            self.unsent += 1

    def ping(self):
        # When it was asked is in its id: there is nothing to remember of those that have no answer.
        self.send(line({"id": "u%d" % uptime(), "method": "$ping", "params": {}}))

    async def _ask(self):
        # So the hub knows the way here, and the board the hub's clock.
        asked = -_IDLE_MS
        times = 0
        while True:
            now = uptime()
            if now - asked >= (_OPEN_MS if self._controls.running else _IDLE_MS) or (times < _FIRST and not self._answered):
                asked = now
                times += 1
                self.ping()
            await asyncio.sleep_ms(_FIRST_MS if times < _FIRST and not self._answered else _OPEN_MS)

    async def _read(self):
        while self._socket:
            await _readable(self._socket)
            setpoints = []
            trouble = False
            try:
                for _ in range(_AT_ONCE):
                    self._take(*self._socket.recvfrom(_MOST), setpoints)
            except OSError as e:
                trouble = e.errno != errno.EAGAIN  # which says that this was all
            if setpoints:
                self._controls.take(setpoints, 1)
            if trouble:
                await asyncio.sleep_ms(_FIRST_MS)

    def _take(self, data, sender, setpoints):
        if self._seal:
            text = self._seal.open_datagram(data)
        else:
            text, _, trailer = data.rpartition(b"\t")
            if sender[0] != self._to[0] or trailer.partition(b".")[0] != self._session.encode():
                text = None
        try:
            message = json.loads(text)
            params = message.get("params")
            if message.get("method") == "$set":
                params.get  # AttributeError where it is no dict
                setpoints.append(params)
            elif "result" in message:
                sent = int(message["id"][1:])
                result = message["result"]
                self._answered = True
                self._board._clock.learn(sent, int(result["time"]), int(result["clock"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            self.foreign += 1

    async def _guard(self, part):
        try:
            await part
        except Exception as e:
            # MemoryError above all. The session has the other way.
            self._board._log.error(e, "datagrams")


def _readable(s):
    # async: until something has come.
    yield asyncio.core._io_queue.queue_read(s)
