# Timers (ports/esp32/machine_timer.c): four of the hardware, and as many virtual ones as a program likes.
import time

import _host
from _handlers import on_timer
from micropython import const

_HARDWARE = const(4)

_timers = {}  # hardware timers, and virtual ones that run: a forgotten one goes on, as on the chip
_next_virtual = 100


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __new__(cls, id=-1, *args, **settings):
        if id >= _HARDWARE:
            raise ValueError("Timer(%d) doesn't exist, there are only %d hardware timers" % (id, _HARDWARE))
        timer = _timers.get(id) if id >= 0 else None
        if timer is None:
            timer = super().__new__(cls)
            timer._setup(id)
        return timer

    def __init__(self, id=-1, **settings):
        if settings:
            self.init(**settings)

    def _setup(self, id):
        global _next_virtual
        self._shown = id
        self._id = id
        if id >= 0:
            _timers[id] = self
        else:
            self._id = _next_virtual
            _next_virtual += 1
        self._period = 0
        self._repeat = 0
        self._started = self._elapsed = 0
        self._runs = False

    def init(self, *, mode=1, callback=None, period=0xFFFFFFFF, tick_hz=1000, freq=None, hard=False):
        self.deinit()
        if hard:
            raise ValueError("hard Timers are not implemented")
        ms = 1000 / freq if freq is not None else period * 1000 / tick_hz
        if ms * 1000 < 1:
            raise ValueError("Timer period is too short for this timer")
        self._period = ms
        self._repeat = 1 if mode else 0
        self._runs = True
        self._started = time.ticks_ms()
        _timers[self._id] = self
        on_timer(self._id, lambda: self._fire(callback))
        _host.timerStart(self._id, float(ms), bool(mode))

    def _fire(self, callback):
        if self._repeat:
            self._started = time.ticks_ms()
        else:
            self._stop()
        callback(self)

    def _stop(self):
        self._elapsed = time.ticks_diff(time.ticks_ms(), self._started)
        self._runs = False
        if self._shown < 0:
            _timers.pop(self._id, None)
        on_timer(self._id, None)

    def deinit(self):
        if self._runs:
            _host.timerStop(self._id)
            self._stop()
        self._elapsed = 0

    def value(self):
        # Milliseconds since it was started, or last went off.
        return time.ticks_diff(time.ticks_ms(), self._started) if self._runs else self._elapsed

    def __repr__(self):
        # The firmware prints the modes the wrong way round; so do we.
        mode = "ONE_SHOT" if self._repeat else "PERIODIC"
        return "Timer(%d, mode=%s, period=%d)" % (self._shown, mode, int(self._period))
