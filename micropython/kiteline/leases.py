# Leases: a setpoint acts for so long, then `stop` runs, whatever else the program does.
#
# What the port does (ports/esp32/machine_timer.c, py/vm.c, py/scheduler.c), and why this is built as it is:
# - A timer's callback is a soft interrupt on the ESP32: it may allocate. It runs where the program jumps, inside of
#   time.sleep(), and every 100 ms in a socket that blocks; nothing of the program runs on before it has returned. It does
#   not run inside of a call that waits in C alone (a DNS question, a scan): so no lease outlives its session, behind which
#   the link does such things.
# - When eight callbacks wait already, one more is forgotten: so the timer is periodic while a lease runs.
# - A statement without a jump is never seen half done.
import gc
from time import ticks_diff, ticks_ms
from micropython import const

import machine

_TICK_MS = const(50)  # of the timer, when no lease ends earlier


class Lease:
    """One control's right to act: at most one at a time."""

    def __init__(self, name, function, stop):
        self.name = name
        self.stop = stop
        self._calls = (_skip, function)
        self.due = None  # ticks_ms() at which it ends; None: there is none
        self.n = 0  # number of the setpoint that holds it
        self._acting = False  # the handler runs
        self._owed = False  # stop has to run: it holds, or it ended while the handler went on
        self.error = None  # of stop, not yet logged
        self.ended = None  # (why, ms late): not yet told


class Leases:
    def __init__(self, timer, log, trace):
        try:
            self._timer = machine.Timer(timer)
        except ValueError:
            if timer != 3:
                raise
            self._timer = machine.Timer(1)  # chips that have two
        self._log = log
        self._trace = trace
        self._callback = self._look  # a bound method is an object: made once
        self._period = 0  # ms of the timer, 0 when it is off
        self.all = []

    def run(self, lease, n, due, given):
        """Calls the handler under a lease until `due`, unless that has passed by then. Gives what it raised, or None."""
        if self._trace:
            self._trace("set", lease.name, n, given, ticks_diff(due, ticks_ms()))
        lease.n, lease.due, lease._owed, lease._acting = n, due, True, True
        # From here on the timer may end it between any two lines.
        try:
            if not self._period or ticks_diff(due, ticks_ms()) < self._period:
                # As soon as it can: it finds out by itself what ends first.
                self._period = 1
                self._timer.init(mode=machine.Timer.PERIODIC, period=1, callback=self._callback)
            # One expression without a jump: no callback comes between the look at the clock and the handler, and so no
            # setpoint acts after its stop.
            result = lease._calls[ticks_diff(due, ticks_ms()) > 0](**given)
            if result is _skip:
                lease._acting = lease._owed = False
            elif hasattr(result, "throw"):
                raise TypeError("an async function cannot steer")
        except Exception as e:
            return e
        finally:
            lease._acting = False
            if lease._owed and lease.due is None:
                # What it has set since then must not stay.
                self._stop(lease, "again", ticks_diff(ticks_ms(), due))

    def end(self, lease, why, late=0):
        """Ends a lease that runs; late: ms. Whoever takes `due` away, timer or loop, is the one who stops: once a lease."""
        due, lease.due = lease.due, None
        if due is not None or lease._owed:
            self._stop(lease, why, late)
            lease._owed = lease._acting
            lease.ended = (why, late)

    def overdue(self):
        """ms until the first lease ends, None when there is none. One that should have ended does."""
        first = None
        for lease in self.all:
            due = lease.due
            if due is not None:
                left = ticks_diff(due, ticks_ms())
                if left <= 0:
                    self.end(lease, "lapsed", -left)
                elif first is None or left < first:
                    first = left
        return first

    def _look(self, _):
        # The timer's callback. It leaves the loop alone, which may be in the midst of anything.
        first = self.overdue()
        if first is None:
            self.rest()
        elif min(first, _TICK_MS) != self._period:
            self._period = min(first, _TICK_MS)
            self._timer.init(mode=machine.Timer.PERIODIC, period=self._period, callback=self._callback)

    def rest(self):
        """The timer off."""
        self._period = 0
        self._timer.deinit()

    def _stop(self, lease, why, late):
        log = self._log
        wake, log._wake = log._wake, _skip  # what stop prints wakes the loop later: a callback must not
        try:
            try:
                lease._owed = False  # at once before: nothing that is thrown in here can come between
                if hasattr(lease.stop(), "throw"):
                    raise TypeError("an async function cannot stop")
            except BaseException:
                # Ctrl-C in the midst of it, a bus that was busy, no memory: once more.
                gc.collect()
                lease.stop()
                raise
        except Exception as e:
            lease.error = e
        finally:
            log._wake = wake
        if self._trace:
            self._trace("stop", lease.name, lease.n, why, late)


def _skip(**_):
    return _skip
