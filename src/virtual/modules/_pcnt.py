# `esp32.PCNT` (ports/esp32/esp32_pcnt.c): eight units, each with two channels on one counter. The glitch filter is taken and does
# nothing: there are no glitches here.
import _host
from _handlers import on_count
from machine import Pin
from micropython import const

_UNITS = const(8)
_NONE = const(-1)
_MODE = const(1)
_PULL = const(2)
_MIN = const(16)
_MAX = const(32)
_THRESHOLD0 = const(8)
_THRESHOLD1 = const(4)
_EVENTS = const(128)

_units = {}
_unset = object()


def _within(value, low, high, name):
    if not low <= value <= high:
        raise ValueError(name)
    return value


def _number(pin):
    if pin is None or pin is _unset:
        return _NONE
    if not isinstance(pin, Pin):
        raise TypeError("expecting a pin")
    # The counter makes an input of it.
    if not _host.pin(pin._id, _MODE):
        _host.setPin(pin._id, _MODE, Pin.IN)
        if pin._id < 34:
            _host.setPin(pin._id, _PULL, Pin.PULL_UP)
    return pin._id


class _IRQ:
    def __init__(self, counter):
        self._counter = counter
        self._handler = None
        self._trigger = 0

    def __call__(self):
        if self._handler:
            self._handler(self._counter)

    def flags(self):
        return _host.counter("flags", self._counter._unit, 1)

    def trigger(self, trigger=None):
        before = self._trigger
        if trigger is not None:
            self._trigger = trigger
            _host.counter("trigger", self._counter._unit, trigger)
        return before


class PCNT:
    IGNORE = 0
    INCREMENT = 1
    DECREMENT = 2
    NORMAL = 0
    REVERSE = 1
    HOLD = 2
    IRQ_THRESHOLD1 = _THRESHOLD1
    IRQ_THRESHOLD0 = _THRESHOLD0
    IRQ_MIN = _MIN
    IRQ_MAX = _MAX
    IRQ_ZERO = 64

    def __new__(cls, id, **settings):
        # The chip has one object a unit, whoever asks.
        if not 0 <= id < _UNITS:
            raise ValueError("invalid id")
        counter = _units.get(id)
        if counter is None:
            counter = _units[id] = super().__new__(cls)
            counter._unit = id
            counter._irq = _IRQ(counter)
            counter.deinit()
        return counter

    def __init__(self, id, **settings):
        self.init(**settings)

    def init(
        self,
        *,
        channel=0,
        pin=_unset,
        rising=_unset,
        falling=_unset,
        mode_pin=_unset,
        mode_low=_unset,
        mode_high=_unset,
        min=_unset,
        max=_unset,
        filter=_unset,
        threshold0=_unset,
        threshold1=_unset,
        value=_unset
    ):
        unit = self._unit
        _within(channel, 0, 1, "channel")
        if pin is not _unset or mode_pin is not _unset:
            if pin is _unset:
                raise ValueError("pin")
            _host.counter("connect", unit, channel, _number(pin), _number(mode_pin))
        # Those that are not told are what they are at first.
        rule = [0 if given is _unset else given for given in (rising, falling, mode_low, mode_high)]
        if any(given is not _unset for given in (rising, falling, mode_low, mode_high)):
            for given, name in zip(rule, ("rising", "falling", "mode_low", "mode_high")):
                _within(given, 0, 2, name)
            _host.counter("rule", unit, channel, *rule)
        if filter is not _unset:
            _within(filter, 0, 1023, "filter")
        if value is not _unset and value != 0:
            raise ValueError("value")
        clear = value is not _unset
        for given, event, low, high, name in (
            (min, _MIN, -32768, 0, "minimum"),
            (max, _MAX, 0, 32767, "maximum"),
            (threshold0, _THRESHOLD0, -32768, 32767, "threshold0"),
            (threshold1, _THRESHOLD1, -32768, 32767, "threshold1"),
        ):
            if given is not _unset:
                _host.counter("point", unit, event, _within(given, low, high, name))
                clear = True
        if clear:
            _host.counter("clear", unit)

    def deinit(self):
        self.irq(None)
        _host.counter("reset", self._unit)

    def value(self, value=_unset):
        if value is not _unset and value != 0:
            raise ValueError("value")
        while True:
            now = _host.counter("value", self._unit)
            # What the handler knows has to fit the value that is returned; it asks for the flags.
            if not (self._irq._handler and _host.counter("flags", self._unit, 0)):
                break
            self._irq()
        if value is not _unset:
            _host.counter("clear", self._unit)
        return now

    def irq(self, handler=_unset, trigger=64):
        if handler is not _unset:
            if not _THRESHOLD1 <= trigger < _EVENTS:
                raise ValueError("trigger")
            self._irq._handler = handler
            on_count(self._unit, handler and self._irq)
            self._irq.trigger(trigger if handler else 0)
        return self._irq

    def start(self):
        _host.counter("run", self._unit, 1)

    def stop(self):
        _host.counter("run", self._unit, 0)

    def __repr__(self):
        return "PCNT(%d)" % self._unit
