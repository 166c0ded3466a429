# PWM (ports/esp32/machine_pwm.c): 16 channels on 8 timers, a timer for each frequency.
import _host
from micropython import const

from .pin import Pin, pin_number

_LEVEL = const(0)
_TOP_10 = const(1023)
_TOP_16 = const(65535)
_CHANNELS = const(16)
_TIMERS = const(8)

_running = {}  # GPIO number -> PWM


def _check_freq(freq):
    if not 0 < freq <= 40_000_000:
        raise ValueError("frequency must be from 1Hz to 40MHz")


class PWM:
    def __init__(self, dest, freq=-1, **settings):
        self._id = pin_number(dest)
        before = _running.get(self._id)
        self._freq = before._freq if before else 0
        self._duty = 32768  # of 65536, which is always on
        self._unit = "u16"
        self._invert = False
        self.init(freq, **settings)

    def init(self, freq=-1, *, duty=-1, duty_u16=-1, duty_ns=-1, invert=None, lightsleep=None):
        if freq != -1:
            _check_freq(freq)
        if self._id >= 34:
            raise ValueError("pin can only be input")
        others = [pwm for id, pwm in _running.items() if id != self._id]
        if len(others) >= _CHANNELS:
            raise RuntimeError("out of PWM channels:%d" % _CHANNELS)
        if freq == -1:
            freq = self._freq or 5000
        used = set(pwm._freq for pwm in others)
        if freq not in used and len(used) >= _TIMERS:
            raise RuntimeError("out of PWM timers:%d" % _TIMERS)
        self._freq = freq
        if duty_u16 >= 0:
            self._set_u16(duty_u16)
        elif duty_ns >= 0:
            self._set_ns(duty_ns)
        elif duty >= 0:
            self._set_10(duty)
        elif self._unit == "ns":
            # The length of the pulse stays when the frequency changes; the other scales keep their share.
            self._set_ns(self._ns)
        if invert is not None:
            self._invert = bool(invert)
        _running[self._id] = self
        Pin(self._id).init(Pin.OUT)
        self._drive()

    def deinit(self):
        if _running.get(self._id) is self:
            del _running[self._id]
            _host.setPin(self._id, _LEVEL, 1 if self._invert else 0)
        self._freq = 0

    def _active(self):
        if not self._freq:
            raise RuntimeError("PWM is inactive")

    def _drive(self):
        duty = 65536 - self._duty if self._invert else self._duty
        _host.drive(self._id, 1 if duty >= 32768 else 0, min(_TOP_16, duty), self._freq)

    # The top value of each scale means "always on", one more than it says.
    def _set_10(self, duty):
        if not 0 <= duty <= _TOP_10:
            raise ValueError("duty must be from 0 to %d" % _TOP_10)
        self._unit = "10"
        self._duty = 65536 if duty == _TOP_10 else duty << 6

    def _set_u16(self, duty):
        if not 0 <= duty <= _TOP_16:
            raise ValueError("duty_u16 must be from 0 to %d" % 65536)
        self._unit = "u16"
        self._duty = 65536 if duty == _TOP_16 else duty

    def _set_ns(self, ns):
        period = 1_000_000_000 // self._freq
        if not 0 <= ns <= period:
            raise ValueError("duty_ns must be from 0 to %d ns" % period)
        self._unit = "ns"
        self._ns = ns
        self._duty = min(65536, int(ns * 65536 * self._freq / 1_000_000_000 + 0.5))

    def freq(self, freq=None):
        self._active()
        if freq is None:
            return self._freq
        _check_freq(freq)
        self.init(freq)

    def duty(self, duty=None):
        self._active()
        if duty is None:
            return min(_TOP_16, self._duty) >> 6
        self._set_10(duty)
        self._drive()

    def duty_u16(self, duty=None):
        self._active()
        if duty is None:
            return min(_TOP_16, self._duty)
        self._set_u16(duty)
        self._drive()

    def duty_ns(self, ns=None):
        self._active()
        if ns is None:
            return int(self._duty * 1_000_000_000 / self._freq / 65536 + 0.5)
        self._set_ns(ns)
        self._drive()

    def __repr__(self):
        if not self._freq:
            return "PWM(Pin(%d))" % self._id
        name = {"10": "duty", "u16": "duty_u16", "ns": "duty_ns"}[self._unit]
        text = "PWM(Pin(%d), freq=%d, %s=%d" % (self._id, self._freq, name, getattr(self, name)())
        return text + (", invert=True)" if self._invert else ")")
