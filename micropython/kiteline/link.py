# The link to the hub: one connection after the other, for good. It waits for the Wi-Fi, and between two tries. A hub that is not
# where it was is asked for (find.py) beside these pauses: who knows the right address loses no time by it.
import asyncio
import random
import socket

from .clock import uptime
from .connection import Connection
from .wire import LINE, SIGNED


class Link:
    # Times in ms.
    RETRY_MS = (500, 5000)  # pause after a connection or a round of tries: doubles up to the second, half of it at random
    APART_MS = 1000  # from the beginning of one try to the next, at least
    LOOK_MS = 100  # how often a pause looks whether the Wi-Fi has gone
    NAME_MS = 30_000  # until a name that led nowhere is asked for again: on the chip that stops all else for up to 5 s

    def __init__(self, board, where, station, key, tls):
        """where: what config.py says of the hub."""
        self._board = board
        self.hub, self.udp, self.home, self.at = where
        self.found = []  # where find.py found hubs: (address, port)
        self._left = []  # of this round of tries
        self.place = None  # that is tried
        self._station = station
        self.key = key  # 32 bytes, or None: then nothing is signed
        self.tls = tls  # encrypts, or None
        self.longest = SIGNED if key else LINE  # bytes of a message
        self._connection = None  # that is made, or in session
        self.session = None  # its id, from the answer to hello until the end of the connection
        self.up = asyncio.Event()  # set while there is a session
        self._address = None  # what DNS said
        self._unnamed = 0  # uptime from which on it may be asked once more
        self._in_vain = 0  # tries since the last session
        self._tried = -self.APART_MS  # uptime of the last try
        self.radio = None  # what looks after the Wi-Fi, where there is one
        self._id = 0
        self._told = []

    def next_id(self):
        """Rises over all connections, so that an answer of an old one is not taken for a new one's."""
        self._id += 1
        return self._id

    def post(self, bytes, refuse=False):
        """Queues a control line in the present session; False where there is none. Without room the session ends, because
        the hub does not read; with `refuse` it is False."""
        return self.session is not None and self._connection.post(bytes, refuse)

    def wake(self):
        """There is a sample or a log line to send."""
        if self.session is not None:
            self._connection.work.set()

    async def flush(self):
        """Gives what was said last a second to get out."""
        for _ in range(100):
            connection = self._connection
            if self.session is None or connection.stuck is None and not connection.work.is_set():
                break
            await asyncio.sleep_ms(10)

    def close(self, why):
        """Says $bye as far as that needs no waiting, and closes; also from outside of the loop, after Ctrl-C."""
        if self._connection:
            self._connection.close(why)

    def tell(self, text):
        """Tells the person at the serial port, unless it is among the last that were told."""
        if text not in self._told:
            self._told = self._told[-3:] + [text]
            self._board._log.note(text)

    def begins(self, connection, session, home):
        """The answer to hello: False when it is not this board's hub, else the session begins, and an older one ends."""
        if self.udp and (home != self.home or self.place != (self.at or self.hub)):
            from .find import accept

            if not accept(self, home, connection.seal):
                return False
        old = self._connection
        if old and old is not connection:
            old.end("the hub has made another connection")
            old.shut()
        self._connection = connection
        self.session = session
        self._told = []
        return True

    def ended(self, connection):
        """Its socket is closed."""
        if connection is self._connection:
            self._connection = None
            if self.session is not None:
                self.session = None
                self.up.clear()
                self._board._went(connection.why)

    async def run(self):
        least, most = self.RETRY_MS
        pause = 0
        while True:
            lived = 0
            try:
                wait = 0
                if not await self.join() and not self._left:
                    wait = pause // 2 + random.getrandbits(15) * pause // 65536
                await self._wait(max(wait, self.APART_MS - (uptime() - self._tried)))
                if self._station and not self._station.connected:
                    continue
                lived = await self._try()
            except Exception as e:
                # No memory, or a radio that refuses: the link must not end before the program.
                self._board._log.error(e, "link")
                await asyncio.sleep_ms(self.APART_MS)
            if lived:
                self._left = []
            if lived is not None and lived > pause:
                pause = least  # it was a good session
            elif not self._left:
                # None: a refusal that will hardly change by itself.
                pause = most if lived is None else min(max(pause * 2, least), most)
                if self.udp and not lived:
                    from .find import start

                    start(self, self._board)

    async def join(self):
        """True when the Wi-Fi was away and has come back."""
        if not self._station or self._station.connected:
            return False
        await self.radio.join()
        return True

    def _reached(self, reached):
        if self.radio:
            self.radio.reached(reached)

    async def _wait(self, ms):
        # Ends early when the Wi-Fi goes: once it is back there is no pause. Also for a hub that was found elsewhere.
        end = uptime() + ms
        while not self._station or self._station.connected:
            left = end - uptime()
            if left <= 0 or self.found and self.found[0] != self.place and uptime() - self._tried >= self.APART_MS:
                return
            await asyncio.sleep_ms(min(left, self.LOOK_MS))

    async def _try(self):
        # Milliseconds that the session lived, 0 when there was none, None when the hub will not have this board.
        if not self._left:
            found = self.found
            hub = self.hub if uptime() >= self._unnamed else None
            self._left = found + [each for each in (self.at, hub) if each and each not in found]
            self.found = []
        if not self._left:
            self._reached(False)
            await asyncio.sleep_ms(self.LOOK_MS)
            return 0
        self._tried = uptime()
        self.place = place = self._left.pop(0)
        if self._board.trace:
            self._board.trace("dial", *place)
        try:
            address = self._resolve(*place)
        except OSError as e:
            self.tell('offline: the name "%s" cannot be resolved: %s' % (place[0], e))
            self._unnamed = uptime() + self.NAME_MS
            self._reached(False)
            return 0
        self._connection = connection = Connection(self, self._board, self._station, "%s:%d" % place)
        try:
            await connection.run(address)
        finally:
            self._connection = None
        self.tell("offline: " + connection.why)
        self._reached(connection.reached)
        if connection.began is None:
            self._in_vain += 1
            return None if connection.refused else 0
        self._in_vain = 0
        return None if connection.refused else uptime() - connection.began

    def _resolve(self, host, port):
        if (host, port) != self.hub:
            return host, port  # numbers
        # A name blocks: so only the first time, and after three tries in vain, for addresses change.
        if self._address is None or self._in_vain >= 3:
            self._in_vain = 0
            try:
                self._address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1]
            except OSError:
                if self._address is None:
                    raise
        return self._address
