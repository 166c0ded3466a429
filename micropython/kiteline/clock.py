# The board's own time, the hub's, and the session's.
from time import ticks_diff, ticks_ms
from micropython import const

_ticks = ticks_ms()
_up = 0


def uptime():
    """Milliseconds since this file was loaded. ticks_ms() begins anew every 12 days; this does not, if asked every 6 days."""
    global _ticks, _up
    ticks = ticks_ms()
    _up += ticks_diff(ticks, _ticks)
    _ticks = ticks
    return _up


# Two crystals may differ by 100 millionths, 9 s a day: what was learned is trusted a little less every second.
_DRIFT = const(4096)
_BACK_MS = const(1000)


class Clock:
    """What the answers to `hello` and `$ping` tell of the hub's clocks."""

    def __init__(self):
        self.offset = None  # the hub's time less our uptime, ms
        self._error = 0  # of offset, ms
        self._learned = 0
        self._newest = 0  # the last time that was told
        self._zero = None  # uptime at which the session clock was 0
        self._zeroed = 0

    def begin(self):
        """A new session, a new session clock."""
        self._zero = None

    def learn(self, sent, time, clock):
        """An answer with the hub's `time` and session `clock` came now, to what was sent at uptime `sent`."""
        now = uptime()
        # The hub read its clock after `sent`: so the session clock here is never behind the hub's.
        zero = sent - clock
        if self._zero is None or zero >= self._zero - (now - self._zeroed) // _DRIFT:
            self._zero = zero
            self._zeroed = now
        offset = time - (sent + now) // 2
        error = (now - sent) // 2 + 1
        if self.offset is not None:
            aged = self._error + (now - self._learned) // _DRIFT
            # Worse than what we know, and no contradiction to it (as it is when the hub's clock was set).
            if error > aged and abs(offset - self.offset) <= error + aged:
                return
        self.offset = offset
        self._error = error
        self._learned = now

    def session(self):
        """The session clock, ms: at least what the hub's own shows."""
        now = uptime()
        return now - self._zero + (now - self._zeroed) // _DRIFT

    def now(self):
        """Milliseconds since 1970 UTC by the hub's clock; None before the first session.

        It does not go back by a few ms because an answer taught better: samples would come in disorder. When the hub's
        clock was set back it does.
        """
        if self.offset is None:
            return None
        now = uptime() + self.offset
        if not 0 < self._newest - now < _BACK_MS:
            self._newest = now
        return self._newest
