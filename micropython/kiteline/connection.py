# One connection to the hub, from its socket to its end: hello, what goes out, what comes in, heartbeats. Whatever it holds,
# half a line above all, dies with it.
import asyncio
import errno
import json
import socket
from micropython import const

from .clock import uptime
from .wire import Lines, line

_READ = const(512)  # bytes at a time
_WRITE = const(1400)  # bytes of one write: below what a TCP segment holds
_ENOUGH = const(4096)  # bytes of control lines that wait to be written: no more is read, so there are no more answers
_STRANGE = const(16_384)  # until hello is answered: more is no hub's
_MOST = const(32_768)  # of what else makes some: calls are refused, and the reply of a handler ends the connection

_LATER = const(-32603)  # to hello: the hub has a trouble of its own


class Connection:
    # Times in ms.
    CONNECT_MS = 5000  # until TCP stands
    HELLO_MS = 10_000  # until hello is answered
    SILENT = 2.5  # keepalives without a byte from the hub, or with one write stuck: it is gone
    PING = 6  # keepalives between questions for the hub's time
    TICK_MS = 500  # how often all this is looked at, at most

    def __init__(self, link, board, station, where):
        self._link = link
        self._board = board
        self._station = station
        self.where = where
        self.began = None  # uptime of the answer to hello: from then on there is a session
        self.why = None  # the reason of its end
        self.refused = False  # the hub does not want this board
        self.reached = None  # the address at which somebody was there, if only to refuse
        self._bye = None  # what the hub said why it goes: its last acknowledgements and its FIN may follow
        self.work = asyncio.Event()  # there may be something to write
        self._over = asyncio.Event()
        self._socket = None
        self._keepalive = None
        self._out = []  # control lines that wait
        self._size = 0  # their bytes
        self.seal = None  # signs and opens lines, once a hub has proved that it has the board's key
        self._asked = None  # id of $prove, hello or the last $ping
        self._then = None  # what its answer goes to
        self._sent = 0  # uptime when it was asked
        self.stuck = None  # uptime when the write began that is not through

    async def run(self, address, s=None):
        """Connects, unless the socket `s` stands already, and returns when it is over: `why` says the reason."""
        tasks = []
        link = self._link
        try:
            dial = not s
            self._socket = s = s or socket.socket()
            s.setblocking(False)
            if hasattr(socket, "TCP_NODELAY"):
                s.setsockopt(6, socket.TCP_NODELAY, 1)  # 6 is TCP: a reply does not wait for other bytes to go with
            if dial:
                try:
                    s.connect(address)
                except OSError as e:
                    if e.errno != errno.EINPROGRESS:
                        raise
                await asyncio.wait_for_ms(_writable(s), self.CONNECT_MS)
            self.reached = address
            if link.tls:
                s = await link.tls.secure(self, s)
            self._stream = stream = asyncio.StreamReader(s)
            self._heard = uptime()
            if link.key:
                from .sign import prove

                prove(self, link.key, self._board)
            else:
                self.hello()
            for part in (self._read(stream), self._write(stream), self._watch()):
                tasks.append(self._board._jobs.start(self._guard(part)))
            await self._over.wait()
        except asyncio.TimeoutError:
            self.end("%s does not answer" % self.where)
        except OSError as e:
            self._failed(e)
        finally:
            # All of them before the socket closes: asyncio takes a stream out for both sides when one is cancelled.
            for task in tasks:
                task.cancel()
            self.end("stopped")
            self.shut()

    def post(self, bytes, refuse):
        if self._size + len(bytes) > _MOST:
            if not refuse:
                self.end("the hub does not read what this board sends")
            return False
        self._put(bytes)
        return True

    def _put(self, bytes):
        self._out.append(bytes)
        self._size += len(bytes)
        self.work.set()

    def end(self, why):
        if self.why is None:
            self.why = self._bye or why
            self._over.set()

    def close(self, why):
        # Behind half a line $bye would be the other half, and behind one that was signed and not written a forged one.
        if self.began is not None and self.stuck is None:
            data = bytearray()
            self._add(data, line({"method": "$bye", "params": {"why": why}}))
            try:
                self._socket.write(data)
            except OSError:
                pass
        if self.why is None:
            self.why = why  # and run() goes on waiting: whoever closes cancels it
        self.shut()

    def shut(self):
        if self._socket:
            self._socket.close()
            self._socket = None
            self._link.ended(self)

    def _failed(self, e):
        # A connection that was refused shows so at its first write.
        text = "no connection to %s: %s; is a hub running there?" if self.began is None else "the connection to %s broke: %s"
        self.end(text % (self.where, e))

    async def _guard(self, part):
        try:
            await part
        except OSError as e:
            self._failed(e)
        except Exception as e:
            # MemoryError above all: the next connection begins with less.
            self._board._log.error(e, "link")
            self.end(type(e).__name__)

    def hello(self):
        self.ask("hello", self._board._hello(), self._answered)

    def ask(self, method, params, then):
        self._asked = self._link.next_id()
        self._then = then
        self._sent = uptime()
        self._put(line({"id": self._asked, "method": method, "params": params}))

    async def _write(self, stream):
        while True:
            await self.work.wait()
            self.stuck = uptime()  # before lines are taken and signed: Ctrl-C may leave them unwritten, or a part of them
            data = bytearray()
            while len(data) < _WRITE:
                text = self._next()
                if not text:
                    break
                self._add(data, text)
            if data:
                stream.write(data)
            else:
                self.work.clear()  # only now: until then flush() waits
            if not stream.out_buf:
                self.stuck = None
            if data:
                await stream.drain()
                self.stuck = None

    def _next(self):
        # The line that goes out next, None when there is none.
        if self._out:
            self._size -= len(self._out[0])
            return self._out.pop(0)
        if self.began is not None and self.why is None:
            return self._board._log.take() or self._board._samples.take()

    def _add(self, data, text):
        # In this order it must be written: signed lines count.
        if self.seal:
            self.seal.sign(data, text)
        else:
            data.extend(text)

    async def _read(self, stream):
        lines = Lines()
        left = _STRANGE
        while True:
            data = await stream.read(_READ)
            if not data:
                self.end("the hub closed the connection")
                return
            if not self.seal:
                self._heard = uptime()
            if self.began is None:
                left -= len(data)
                if left < 0:
                    self.end("%s does not answer as a hub does" % self.where)
            for text in lines.push(data):
                while self._size > _ENOUGH:
                    await asyncio.sleep_ms(1)
                if self.why:
                    return
                if self.seal:
                    text = self.seal.open(text)
                    if text is None:
                        self.end("a line came that %s did not sign, or not as the next one" % self.where)
                        return
                    self._heard = uptime()  # only now: anyone can keep a connection open
                self._take(text)

    def _take(self, text):
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            return
        id = message.get("id")
        if not isinstance(id, (int, str)):
            id = None
        method = message.get("method")
        if not isinstance(method, str):
            if id == self._asked:
                self._then(message)
            elif self.began is not None and self._board._calls:
                self._board._calls.answered(id, message)
        elif self.began is None:
            pass  # nothing comes before the answer to hello
        elif method == "$ping" and id is not None:
            self.post(line({"id": id, "result": self._station.signal() if self._station else {}}), False)
        elif method[:1] != "$":
            self._board._command_part().take(message)
        else:
            params = message.get("params")
            if isinstance(params, dict):
                self._told_of(method, params)
            if id is not None:
                from .asked import answer

                answer(self, id, method, message)

    def _told_of(self, method, params):
        board = self._board
        if method == "$ack":
            seq = params.get("seq")
            if isinstance(seq, int):
                board._samples.ack(seq, params.get("boot", board.boot))
        elif method == "$set":
            if board._controls:
                board._controls.take((params,), 0)
        elif method == "$cancel":
            board._command_part().cancel(params.get("id"))
        elif method == "$bye":
            why = params.get("why")
            if why == "replaced":
                self.refused = True
                why = 'another board says that it is "%s"' % board.name
            self._bye = "the hub ended the session: %s" % why

    def _answered(self, message):
        # To hello, or to our $ping.
        try:
            result = message["result"]
            time = int(result["time"])
            clock = int(result["clock"])
            if self.began is None:
                keepalive = int(result["keepalive"])
                acks = result["acks"]
                acks[self._board.boot] = int(acks.get(self._board.boot, 0))
                hub = result["hub"]
                session = str(result["session"])
        except Exception:
            # An error, or whatever a stranger sends.
            if self.began is None:
                self._refuse(message.get("error"))
            return
        if self.began is not None:
            self._board._clock.learn(self._sent, time, clock)
            return
        if not self._link.begins(self, session, result.get("home")):
            self.end("%s is another hub" % self.where)
            return
        self._board._clock.learn(self._sent, time, clock)
        self._keepalive = max(100, keepalive)
        self.began = self._pinged = uptime()
        self._board._came(hub, acks, result.get("udp"))
        self._link.up.set()
        self.work.set()

    def _refuse(self, error):
        text = "it answers hello as no hub of Kiteline does"
        self.refused = True
        if isinstance(error, dict):
            text = error.get("message")
            self.refused = error.get("code") != _LATER
        self.end("%s refuses this board: %s" % (self.where, text))

    async def _watch(self):
        ticked = dialled = uptime()
        while True:
            tick = min(self.TICK_MS, (self._keepalive or self.HELLO_MS) // 4)
            await asyncio.sleep_ms(tick)
            if uptime() - ticked > 2 * tick:
                # The whole program stood still: what came meanwhile is read first.
                await asyncio.sleep_ms(10)
            now = ticked = uptime()
            if self._bye:
                self.end(self._bye)
            elif self._station and not self._station.connected:
                self.end("the Wi-Fi is gone")
            elif self.began is None:
                if now - dialled > self.HELLO_MS:
                    self.end("%s does not answer as a hub does" % self.where)
            elif now - self._heard > self.SILENT * self._keepalive:
                self.end("the hub is silent")
            elif self.stuck is not None and now - self.stuck > self.SILENT * self._keepalive:
                self.end("the hub does not read what this board sends")
            else:
                self._board._report()
                if now - self._pinged > self.PING * self._keepalive:
                    self._pinged = now
                    self.ask("$ping", {}, self._answered)


def _writable(s):
    # async: until the connection stands, or has failed, which the first write says.
    yield asyncio.core._io_queue.queue_write(s)
