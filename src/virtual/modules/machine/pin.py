# Pins and signals (ports/esp32/machine_pin.c, extmod/machine_signal.c).
import _host
from _handlers import on_edge
from micropython import const

# Words of a pin in the shared memory: see shared.ts.
_LEVEL = const(0)
_MODE = const(1)
_PULL = const(2)
_TRIGGERS = const(4)

_OUTPUT = const(2)
_FIRST_INPUT_ONLY = const(34)
_MISSING = (24, 28, 29, 30, 31)

_pins = {}
_unset = object()


def pin_number(id):
    # What the C code calls machine_pin_get_id: a Pin, or the number of one.
    if isinstance(id, Pin):
        return id._id
    if isinstance(id, int) and 0 <= id < 40 and id not in _MISSING:
        return id
    raise ValueError("invalid pin")


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    WAKE_LOW = 4
    WAKE_HIGH = 5
    DRIVE_0 = 0
    DRIVE_1 = 1
    DRIVE_2 = 2
    DRIVE_3 = 3

    def __new__(cls, id, *args, **settings):
        # The chip has one object a pin, whoever asks.
        number = pin_number(id)
        pin = _pins.get(number)
        if pin is None:
            pin = _pins[number] = super().__new__(cls)
            pin._id = number
            pin._irq = _IRQ(pin)
        return pin

    def __init__(self, id, *args, **settings):
        if args or settings:
            self.init(*args, **settings)

    def init(self, mode=None, pull=-1, *, value=_unset, drive=_unset, hold=_unset):
        # The level first, so that an output does not show the old one.
        if value is not _unset:
            _host.setPin(self._id, _LEVEL, 1 if value else 0)
        if pull != -1:
            _host.setPin(self._id, _PULL, (pull or 0) & 3)
        if mode is not None:
            mode = int(mode)
            if mode & _OUTPUT and self._id >= _FIRST_INPUT_ONLY:
                raise ValueError("pin can only be input")
            _host.setPin(self._id, _MODE, mode)

    def __call__(self, value=_unset):
        if value is _unset:
            return _host.level(self._id)
        _host.setPin(self._id, _LEVEL, 1 if value else 0)

    value = __call__

    def on(self):
        _host.setPin(self._id, _LEVEL, 1)

    def off(self):
        _host.setPin(self._id, _LEVEL, 0)

    def toggle(self):
        _host.setPin(self._id, _LEVEL, 1 - _host.pin(self._id, _LEVEL))

    def irq(self, *args, **settings):
        if args or settings:
            self._set_irq(*args, **settings)
        return self._irq

    def _set_irq(self, handler=None, trigger=3, wake=None):
        if wake is not None and trigger in (Pin.WAKE_LOW, Pin.WAKE_HIGH):
            _host.note("missing-name", "Pin.irq(wake=…)")
            raise ValueError("invalid pin for wake")
        if handler is None:
            on_edge(self._id, None)
            trigger = 0
        else:
            on_edge(self._id, lambda level, edges: handler(self))
        self._irq._handler = handler
        _host.setPin(self._id, _TRIGGERS, trigger & 3)

    def __repr__(self):
        mode = _host.pin(self._id, _MODE)
        pull = _host.pin(self._id, _PULL)
        text = "Pin(%d, mode=Pin.%s" % (self._id, "OUT" if mode & _OUTPUT else "IN")
        if pull:
            text += ", pull=Pin." + ("PULL_UP" if pull & 2 else "PULL_DOWN")
        return text + ")"


class _IRQ:
    def __init__(self, pin):
        self._pin = pin
        self._handler = None

    def __call__(self):
        if self._handler:
            self._handler(self._pin)

    def trigger(self, trigger=None):
        before = _host.pin(self._pin._id, _TRIGGERS) & 3
        if trigger is not None:
            _host.setPin(self._pin._id, _TRIGGERS, trigger & 3)
        return before


class Signal:
    def __init__(self, pin, *args, invert=False, **settings):
        if not isinstance(pin, (Pin, Signal)):
            if "value" in settings and invert:
                settings["value"] = not settings["value"]
            pin = Pin(pin, *args, **settings)
        elif args or settings:
            raise TypeError
        self._pin = pin
        self._invert = bool(invert)

    def __call__(self, value=_unset):
        if value is _unset:
            return self._pin() ^ self._invert
        self._pin(bool(value) ^ self._invert)

    value = __call__

    def on(self):
        self(1)

    def off(self):
        self(0)
