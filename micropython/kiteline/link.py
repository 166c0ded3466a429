# The link to the hub: one connection after the other, for good. It waits for the Wi-Fi, and between two tries.
import asyncio
import random
import socket

from .clock import uptime
from .connection import Connection
from .wire import LINE, SIGNED


class Link:
    # Times in ms.
    RETRY_MS = (500, 5000)  # pause after a connection or a try: doubles up to the second, half of it at random
    APART_MS = 1000  # from the beginning of one try to the next, at least
    LOOK_MS = 100  # how often a pause looks whether the Wi-Fi has gone
    TELL_MS = 1000  # how often the reason why there is no Wi-Fi is looked at
    DOUBT_MS = (120_000, 3_600_000)  # nobody reached until the Wi-Fi is begun anew: doubles up to the second

    def __init__(self, board, host, port, station, key):
        self._board = board
        self._host = host
        self._port = port
        self._station = station
        self.key = key  # 32 bytes, or None: then nothing is signed
        self.longest = SIGNED if key else LINE  # bytes of a message
        self._connection = None
        self.session = None  # its id, from the answer to hello until the end of the connection
        self.up = asyncio.Event()  # set while there is a session
        self._address = None  # what DNS said
        self._in_vain = 0  # tries since the last session
        self._tried = -self.APART_MS  # uptime of the last try
        self._reached = 0  # uptime when somebody was last reached, or the Wi-Fi begun anew
        self._patience = self.DOUBT_MS[0]
        self._id = 0
        self._told = None

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
        """Tells the person at the serial port, unless it was the last that was told."""
        if text != self._told:
            self._told = text
            self._board._log.note(text)

    async def run(self):
        least, most = self.RETRY_MS
        pause = 0
        while True:
            lived = 0
            try:
                wait = 0
                if not await self._join():
                    wait = pause // 2 + random.getrandbits(15) * pause // 65536
                await self._wait(max(wait, self.APART_MS - (uptime() - self._tried)))
                if self._station and not self._station.connected:
                    continue
                lived = await self._try()
            except Exception as e:
                # No memory, or a radio that refuses: the link must not end before the program.
                self._board._log.error(e, "link")
                await asyncio.sleep_ms(self.APART_MS)
            if lived is None:
                pause = most  # a refusal that will hardly change by itself
            elif lived > pause:
                pause = least  # it was a good session
            else:
                pause = min(max(pause * 2, least), most)

    async def _join(self):
        # True when the Wi-Fi was away and has come back.
        station = self._station
        if not station or station.connected:
            return False
        teller = self._board._jobs.start(self._tell_causes(station))
        try:
            await station.join()
        finally:
            teller.cancel()
        return True

    async def _tell_causes(self, station):
        while True:
            await asyncio.sleep_ms(self.TELL_MS)
            if station.why:
                self.tell("no Wi-Fi: " + station.why)

    async def _wait(self, ms):
        # Ends early when the Wi-Fi goes: once it is back there is no pause.
        end = uptime() + ms
        while not self._station or self._station.connected:
            left = end - uptime()
            if left <= 0:
                return
            await asyncio.sleep_ms(min(left, self.LOOK_MS))

    async def _try(self):
        # Milliseconds that the session lived, 0 when there was none, None when the hub will not have this board.
        self._tried = uptime()
        if self._board.trace:
            self._board.trace("dial", self._host, self._port)
        try:
            address = self._resolve()
        except OSError as e:
            self.tell('offline: the name "%s" cannot be resolved: %s' % (self._host, e))
            self._doubt()
            return 0
        where = "%s:%d" % (self._host, self._port)
        self._connection = connection = Connection(self, self._board, self._station, where)
        try:
            await connection.run(address)
        finally:
            self._connection = None
        self.tell("offline: " + connection.why)
        if connection.reached:
            self._reached = uptime()
            self._patience = self.DOUBT_MS[0]
        else:
            self._doubt()
        if connection.began is None:
            self._in_vain += 1
            return None if connection.refused else 0
        self._in_vain = 0
        return None if connection.refused else uptime() - connection.began

    def _doubt(self):
        # Some chips believe that they are in the Wi-Fi and are not.
        station = self._station
        if station and station.connected and uptime() - self._reached > self._patience:
            self._reached = uptime()
            self._patience = min(self._patience * 2, self.DOUBT_MS[1])
            self.tell("nobody can be reached: the Wi-Fi begins anew")
            station.wlan.active(False)

    def _resolve(self):
        # Blocks up to 5 s: so only the first time, and after three tries in vain, for addresses change.
        if self._address is None or self._in_vain >= 3:
            self._in_vain = 0
            try:
                self._address = socket.getaddrinfo(self._host, self._port, 0, socket.SOCK_STREAM)[0][-1]
            except OSError:
                if self._address is None:
                    raise
        return self._address
