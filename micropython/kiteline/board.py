# The board as its program sees it.
import asyncio
import os
from binascii import hexlify
from time import ticks_add, ticks_diff, ticks_ms

from . import __version__
from .calls import Calls
from .clock import Clock, uptime
from .commands import Commands
from .link import Link
from .log import Log
from .samples import Samples
from .wire import LINE, dumps, line, plain

_RESETS = ("PWRON", "power on"), ("HARD", "reset"), ("WDT", "watchdog"), ("DEEPSLEEP", "deep sleep"), ("SOFT", "soft reset")
_EXTRA = 48  # bytes that $t and $seq add to a sample
_LONGEST_MS = 1 << 28  # three days: what sleep_ms() and ticks_diff() bear


class Board:
    trace = None  # or f(event, *args); set it on the class before a board is made. For tests

    def __init__(
        self,
        name=None,
        hub=None,
        wifi=None,
        *,
        keepalive=None,
        queue=200,
        queue_bytes=16_384,
        drop="oldest",
        watchdog=None,
        rtc=False
    ):
        """A board, not yet running; what is not given here is read from /kiteline.json.

        hub: "192.168.1.5:9000". wifi: [(ssid, password), …]; none: the board is in a network already. keepalive: ms.
        queue, queue_bytes: how many samples wait for the hub at most, and how much of RAM they take. drop: "oldest" or
        "newest", when there are more. watchdog: ms without a turn of the loop until the chip restarts. rtc: True sets the
        chip's clock by the hub's. ValueError with a sentence.
        """
        from .config import hostname, settings

        if drop not in ("oldest", "newest"):
            raise ValueError('drop is "oldest" or "newest", not %r' % (drop,))
        for word, number in (("keepalive", keepalive), ("watchdog", watchdog), ("queue", queue), ("queue_bytes", queue_bytes)):
            if number is not None and (not isinstance(number, int) or number < 1):
                raise ValueError("%s is a whole number from 1 on, not %r" % (word, number))
        self.trace = trace = type(self).trace  # here it does not become a method
        self.name, host, port, networks = settings(name, hub, wifi)
        station = None
        if networks:
            from .wifi import Station

            station = Station(networks, hostname(self.name), trace)
        self.boot = hexlify(os.urandom(6)).decode()
        self._keepalive = keepalive
        self._watchdog = watchdog
        self._rtc = rtc
        self._metrics = {}
        self._jobs = []  # coroutine functions, started by serve()
        self._tasks = None  # while it runs: all of them
        self._link = link = Link(self, host, port, station)
        self._clock = Clock()
        self._log = Log(self._clock, link.wake)
        self._samples = Samples(self.boot, queue, queue_bytes, drop == "newest", trace)
        self._commands = Commands(self._clock, self._start, link.post, self._log, trace)
        self._calls = Calls(link)
        self._reported = (0, 0)
        if trace:
            trace("boot", self.boot)

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
        return self._samples.count

    def now(self):
        """Milliseconds since 1970 UTC by the hub's clock; None before the first session."""
        return self._clock.now()

    def send(self, values, t=None):
        """Queues a sample, {"temp": 21.5}; t: when it was taken, ms since 1970, None for now.

        Its number, or None when there was nothing in it or no room. TypeError, ValueError for what is no sample.
        """
        if not isinstance(values, dict):
            raise TypeError("a sample is a dict of values, not %s" % type(values).__name__)
        if any([key[:1] == "$" for key in values if isinstance(key, str)]):
            raise ValueError("names that begin with $ are the protocol's")
        body = dumps(plain(values))[:-1]
        if len(body) < 2:
            return None
        if len(body) + _EXTRA > LINE:
            raise ValueError("a sample takes %d bytes at most, this one has %d" % (LINE - _EXTRA, len(body)))
        seq = self._samples.put(body, self._clock.now() if t is None else t)
        self._link.wake()
        return seq

    def log(self, text):
        """Sends a line to the hub's log of this board."""
        self._log.add("log", str(text))

    def command(self, function=None, **arguments):
        """Decorator: the hub may run this function. See arguments.py for what `arguments` may be."""
        if function is None or isinstance(function, str):
            return lambda f: self._command(function or _name(f), f, arguments)
        return self._command(_name(function), function, arguments)

    def _command(self, name, function, arguments):
        self._commands.add(name, function, arguments)
        return function

    def every(self, ms, **units):
        """Decorator: runs the function every `ms`. A dict it returns is a sample, None is nothing, and any other value is one
        with the function's name. `units` are those of its metrics: temp="Cel"."""
        if not isinstance(ms, int) or not 0 < ms <= _LONGEST_MS:
            raise ValueError("every() takes whole milliseconds, 1 to %d, not %r" % (_LONGEST_MS, ms))
        self._metrics.update(units)

        def add(function):
            self._job(lambda: self._repeat(function, ms))
            return function

        return add

    def task(self, function):
        """Decorator: an async function that run() starts."""
        if type(function) is type(_name):
            raise TypeError("a task is an async function: write `async def %s`" % _name(function))
        self._job(lambda: self._once(function))
        return function

    async def call(self, method, *, timeout=5000, **params):
        """What the hub's function `method` returns. kiteline.TimeoutError after `timeout` ms, or when the link is lost
        meanwhile; kiteline.CallError when the function fails."""
        return await self._calls.call(method, params, timeout)

    async def stored(self, timeout=5000):
        """Waits until every sample is on the hub's disk; False when `timeout` ms were not enough. Then deep sleep is safe."""
        end = uptime() + timeout
        while self._samples.count:
            if uptime() >= end:
                return False
            await asyncio.sleep_ms(10)
        return True

    def run(self):
        """Runs for good: until stop(), or Ctrl-C (KeyboardInterrupt)."""
        try:
            asyncio.run(self.serve())
        finally:
            if self._tasks is not None:
                # Ctrl-C ends the loop without a word to its tasks: their `finally` runs now.
                self._unhook("interrupted")
                try:
                    asyncio.run(self._end())
                finally:
                    self._tasks = None
                    asyncio.new_event_loop()

    async def serve(self):
        """The same inside of an asyncio loop that the program has; ends when it is cancelled, or by stop()."""
        if self._tasks is not None:
            raise RuntimeError("this board runs already")
        self._tasks = []
        self._stop = asyncio.Event()
        self._why = "ended"
        self._hello()  # what cannot be announced is told before anything runs
        self._log.hook()
        loop = asyncio.get_event_loop()
        self._handler = loop.get_exception_handler()
        loop.set_exception_handler(lambda _, context: self._log.error(context["exception"], "a task of the program"))
        try:
            for job in self._jobs:
                self._start(job())
            if self._watchdog:
                from .watchdog import watch

                self._start(watch(self._watchdog))
            self._start(self._link.run())
            await self._stop.wait()
        finally:
            self._unhook(self._why)
            await self._end()
            self._tasks = None

    def stop(self, why="ended"):
        """Ends run(); `why` is for the hub to show, as "deep sleep"."""
        if self._tasks is not None:
            self._why = why
            self._stop.set()

    # What the parts use.

    def _unhook(self, why):
        self._link.close(why)
        asyncio.get_event_loop().set_exception_handler(self._handler)
        self._log.unhook()

    async def _end(self):
        for task in self._tasks:
            task.cancel()
        for _ in range(50):  # half a second for `finally` and the like
            if all([task.done() for task in self._tasks]):
                return
            await asyncio.sleep_ms(10)

    def _job(self, job):
        self._jobs.append(job)
        if self._tasks is not None:
            self._start(job())

    def _start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self._tasks = [each for each in self._tasks if not each.done()]
        self._tasks.append(task)
        return task

    async def _once(self, function):
        try:
            await function()
        except Exception as e:
            self._log.error(e, "task %s" % _name(function))

    async def _repeat(self, function, ms):
        name = _name(function)
        due = ticks_ms()
        while True:
            try:
                values = function()
                if hasattr(values, "throw"):
                    values = await values
                if values is not None:
                    self.send(values if isinstance(values, dict) else {name: values})
            except Exception as e:
                self._log.error(e, "every %d ms %s" % (ms, name))
            # No drift: from when it was due. No burst: what a pause has swallowed is left out.
            due = ticks_add(due, ms)
            late = ticks_diff(ticks_ms(), due)
            if late > 0:
                due = ticks_add(due, late // ms * ms)
            await asyncio.sleep_ms(ticks_diff(due, ticks_ms()))

    def _hello(self):
        self._clock.begin()
        params = {"board": self.name, "boot": self.boot, "library": "kiteline " + __version__}
        if self._keepalive:
            params["keepalive"] = self._keepalive
        reset = _reset_cause()
        if reset:
            params["reset"] = reset
        self._reported = (self._samples.dropped, self._log.dropped)
        if any(self._reported):
            params["dropped"] = {"samples": self._reported[0], "logs": self._reported[1]}
        params["commands"] = self._commands.announced()
        params["metrics"] = {name: {"unit": self._metrics[name]} for name in self._metrics}
        size = len(dumps(params)) + 64
        if size > LINE:
            raise ValueError("commands and units take %d bytes to announce, a line has %d" % (size, LINE))
        return params

    def _report(self):
        totals = (self._samples.dropped, self._log.dropped)
        if totals != self._reported:
            self._reported = totals
            self._link.post(line({"method": "$dropped", "params": {"samples": totals[0], "logs": totals[1]}}))

    def _came(self, hub, stored):
        self._commands.begin(hub)
        self._samples.begin(stored)
        self._link.tell("online, as %s" % self.name)
        if self._rtc:
            from .rtc import set_clock

            set_clock(self._clock.now())
        if self.trace:
            self.trace("online")

    def _went(self, why):
        self._calls.lost()
        if self.trace:
            self.trace("offline", why)


def _name(function):
    try:
        return function.__name__
    except AttributeError:
        raise TypeError("%r has no name: write @board.command(\"name\") above it, or def" % (function,))


def _reset_cause():
    try:
        import machine

        cause = machine.reset_cause()
        for name, text in _RESETS:
            if getattr(machine, name + "_RESET", None) == cause:
                return text
    except (ImportError, AttributeError):
        pass
