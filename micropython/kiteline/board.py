# The board as its program sees it.
import asyncio
import sys
from micropython import const

from .clock import uptime
from .wire import dumps, line, plain

_EXTRA = const(48)  # bytes that $t and $seq add to a sample
_LONGEST_MS = const(1 << 28)  # three days: what sleep_ms() and ticks_diff() bear


class Board:
    trace = None  # or f(event, *args); set it on the class before a board is made. For tests

    def __init__(self, name=None, hub=None, wifi=None, **options):
        """A board, not yet running; what is not given here is read from /kiteline.json.

        hub: "192.168.1.5:9000"; "usb": by the serial port (kiteline up --serial); none: the board finds it. wifi: [(ssid, password), …]; none: the board is in a network already.
        Options, by name:
        find: False: the network is not asked where the hub is. listen: a port, where the board waits for the hub to dial.
        keepalive: ms. queue=200, queue_bytes=16384: how many samples wait for the hub at most, and how much of RAM they take.
        drop="oldest": or "newest", when there are more. watchdog: ms without a turn of the loop until the chip restarts, or
        (these, ms without a session until it does). rtc: True sets the chip's clock by the hub's. key: the board's, 64 hex
        digits: then the hub has to prove that it has it, and every line is signed. spill: bytes of flash for samples that RAM
        cannot hold while the hub is away, and for what is left when the program ends; 0: none. timer=3: the controls' hardware
        timer. tls: {"cert": …}, the hub's certificate as base64 of its DER or the path of a file: all goes encrypted, to a hub
        that has it. ValueError with a sentence.
        """
        # What makes a board is needed once, and its 4 KB are free again before it runs.
        from .config import build

        build(self, name, hub, wifi, **options)
        del sys.modules["kiteline.config"], sys.modules["kiteline"].config

    # What programs use.

    @property
    def online(self):
        """Whether there is a session with the hub."""
        return self._link.session is not None

    @property
    def dropped(self):
        """Samples that found no room, or made it, since this start."""
        return self._samples.dropped

    @property
    def waiting(self):
        """Samples that the hub has not yet told to be on disk."""
        return self._samples.waiting()

    def now(self):
        """Milliseconds since 1970 UTC by the hub's clock; None before the first session."""
        return self._clock.now()

    def send(self, values, t=None):
        """Queues a sample, {"temp": 21.5}; t: when it was taken, ms since 1970, None for now.

        Its number, or None when there was nothing in it or no room. None, NaN and infinities are left out. TypeError or
        ValueError for what is no sample.
        """
        if not isinstance(values, dict):
            raise TypeError("a sample is a dict of values, not %s" % type(values).__name__)
        if any([key[:1] == "$" for key in values if isinstance(key, str)]):
            raise ValueError("names that begin with $ are the protocol's")
        values = plain(values)
        body = dumps({name: values[name] for name in values if values[name] is not None})[:-1]
        if len(body) < 2:
            return None
        most = self._link.longest - _EXTRA
        if len(body) > most:
            raise ValueError("a sample takes %d bytes at most, this one has %d" % (most, len(body)))
        if t is None:
            t = self._clock.now()
        elif not isinstance(t, int) or t < 0:
            raise TypeError("t is a whole number, ms since 1970, not %r" % (t,))
        seq = self._samples.put(body, t)
        self._link.wake()
        return seq

    def log(self, text):
        """Sends a line to the hub's log of this board."""
        self._log.add("log", str(text))

    def command(self, function=None, **arguments):
        """Decorator: the hub may run this function; what it returns is the result, what it raises the failure.

        arguments: bool, int, float, str, object (anything); (int, 0, 100, "%"); ["eco", "boost"]; kiteline.optional(…) of
        these. Without any it takes what it is given, by name. `@board.command("name", …)` names it otherwise.
        A plain function runs at once: until it returns nothing else of the link does, and after 2.5 keepalives the hub takes
        the board for dead. An async one runs beside everything else, eight at once, and is cancelled at its deadline.
        """
        if function is None or isinstance(function, str):
            return lambda f: self._command(function or _name(f), f, arguments)
        return self._command(_name(function), function, arguments)

    def _command(self, name, function, arguments):
        self._command_part().add(name, function, arguments)
        return function

    def _command_part(self):
        if not self._commands:
            from .commands import Commands

            self._commands = Commands(self)
        return self._commands

    def control(self, *named, **arguments):
        """Decorator of a plain function by which the hub steers: `@board.control("drive", lease=400, stop=halt, speed=float)`.

        Each newest setpoint calls it, for `lease` ms, 50 to 60000. When none has followed by then, stop() runs, whatever else
        blocks: see kiteline/controls.py. arguments: as of commands. ValueError with a sentence.
        """
        from .controls import add

        return add(self, *named, **arguments)

    def every(self, ms, **units):
        """Decorator: runs the function every `ms`. A dict it returns is a sample, None is nothing, and any other value is one
        with the function's name. `units` are those of its metrics: temp="Cel"."""
        if not isinstance(ms, int) or not 0 < ms <= _LONGEST_MS:
            raise ValueError("every() takes whole milliseconds, 1 to %d, not %r" % (_LONGEST_MS, ms))
        self._metrics.update(units)

        def add(function):
            self._jobs.add(lambda: self._jobs.repeat(_name(function), function, ms))
            return function

        return add

    def task(self, function):
        """Decorator: an async function that run() starts."""
        if type(function) is type(_name):
            raise TypeError("a task is an async function: write `async def %s`" % _name(function))
        self._jobs.add(lambda: self._jobs.once(_name(function), function))
        return function

    async def call(self, method, *, timeout=5000, **params):
        """What the hub's function `method` returns. kiteline.TimeoutError after `timeout` ms, or when the link is lost
        meanwhile; kiteline.CallError when the function fails."""
        if not self._calls:
            from .calls import Calls

            self._calls = Calls(self._link)
        return await self._calls.call(method, params, timeout)

    async def stored(self, timeout=5000):
        """Waits until every sample is on the hub's disk; False when `timeout` ms were not enough. Then deep sleep is safe."""
        end = uptime() + timeout
        while self._samples.waiting():
            if uptime() >= end:
                return False
            await asyncio.sleep_ms(10)
        return True

    def run(self):
        """Runs for good: until stop(), or Ctrl-C (KeyboardInterrupt)."""
        try:
            asyncio.run(self.serve())
        finally:
            if self._jobs.running:
                # Ctrl-C ends the loop without a word to its tasks: their `finally` runs now.
                self._unhook("interrupted")
                try:
                    asyncio.run(self._jobs.end())
                finally:
                    asyncio.new_event_loop()
                    self._samples.keep()

    async def serve(self):
        """The same inside of an asyncio loop that the program has; ends when it is cancelled, or by stop()."""
        if self._jobs.running:
            raise RuntimeError("this board runs already")
        self._stop = asyncio.Event()
        self._why = "ended"
        self._hello()  # what cannot be announced is told before anything runs
        self._log.hook()
        loop = asyncio.get_event_loop()
        self._handler = loop.get_exception_handler()
        loop.set_exception_handler(lambda _, context: self._log.error(context["exception"], "a task of the program"))
        try:
            self._jobs.begin()
            if self._watchdog[0]:
                from .watchdog import watch

                self._jobs.start(watch(self, *self._watchdog))
            if self._listen == "usb":
                from .usb import serve

                self._jobs.start(serve(self._link, self))
            elif self._listen:
                from .listen import serve

                self._jobs.start(serve(self._link, self, self._listen))
            else:
                self._jobs.start(self._link.run())
            await self._stop.wait()
            await self._link.flush()
        finally:
            self._unhook(self._why)
            await self._jobs.end()
            self._samples.keep()

    def stop(self, why="ended"):
        """Ends run(); `why` is for the hub to show, as "deep sleep"."""
        if self._jobs.running:
            self._why = why
            if self._controls:
                self._controls.end()
            self._stop.set()

    # What the parts use.

    def _unhook(self, why):
        self._link.close(why)
        asyncio.get_event_loop().set_exception_handler(self._handler)
        self._log.unhook()

    def _hello(self):
        # Loaded for each connection, and not kept: it is long.
        from .hello import params

        said = params(self)
        del sys.modules["kiteline.hello"], sys.modules["kiteline"].hello
        return said

    def _report(self):
        totals = (self._samples.dropped, self._log.dropped)
        if totals != self._reported:
            self._reported = totals
            self._link.post(line({"method": "$dropped", "params": {"samples": totals[0], "logs": totals[1]}}))

    def _came(self, hub, acks, udp):
        if self._commands:
            self._commands.begin(hub)
        if self._controls:
            self._controls.begin(udp)
        self._samples.begin(acks, self._clock.offset)
        self._link.tell("online, as %s" % self.name)
        program = sys.modules.get("kiteline.program")
        if program:
            program.came(self)
        if self._rtc:
            from .rtc import set_clock

            set_clock(self._clock.now())
        if self.trace:
            self.trace("online")

    def _went(self, why):
        if self._calls:
            self._calls.lost()
        if self._controls:
            self._controls.end()
        if self.trace:
            self.trace("offline", why)


def _name(function):
    try:
        return function.__name__
    except AttributeError:
        raise TypeError("%r has no name: write @board.command(\"name\") above it, or def" % (function,))
