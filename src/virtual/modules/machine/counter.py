# `machine.Counter` and `machine.Encoder` (ports/esp32/modules/machine.py): one of the pulse counter's units each, without an end.
from esp32 import PCNT
from micropython import const

# A unit begins again at zero there, and the handler counts how often.
_RANGE = const(32000)

_made = {}  # unit -> Counter or Encoder


class _Unit:
    def __new__(cls, id, *args, **settings):
        self = _made.get(id)
        if self is None:
            self = super().__new__(cls)
            self._pcnt = None
            _made[id] = self
        elif not isinstance(self, cls):
            raise ValueError("PCNT in use")
        return self

    def __init__(self, id, *args, filter_ns=0, **settings):
        self._id = id
        if self._pcnt is None:
            self._pcnt = PCNT(id, min=-_RANGE, max=_RANGE)
        elif not (args or settings):
            return  # a look at what is there
        self._configure(*args, **settings)
        self._pcnt.init(filter=min(max(0, filter_ns * 80 // 1000), 1023), value=0)
        self._rounds = 0
        self._offset = 0
        self._pcnt.irq(self._round, PCNT.IRQ_MIN | PCNT.IRQ_MAX)
        self._pcnt.start()

    def _round(self, pcnt):
        flags = pcnt.irq().flags()
        if flags & PCNT.IRQ_MIN:
            self._rounds -= 1
        elif flags & PCNT.IRQ_MAX:
            self._rounds += 1

    def init(self, *args, **settings):
        self.__init__(self._id, *args, **settings)

    def deinit(self):
        if self._pcnt is not None:
            self._pcnt.deinit()
            self._pcnt = None

    def value(self, value=None):
        if self._pcnt is None:
            raise RuntimeError("not initialised")
        while True:
            rounds = self._rounds
            count = self._pcnt.value()
            if self._rounds == rounds:
                break
        result = rounds * _RANGE + count + self._offset
        if value is not None:
            self._rounds -= rounds
            self._offset = value - count
        return result


class Counter(_Unit):
    RISING = 1
    FALLING = 2
    UP = PCNT.INCREMENT
    DOWN = PCNT.DECREMENT

    def _configure(self, src, edge=1, direction=PCNT.INCREMENT):
        self._pcnt.init(
            channel=0,
            pin=src,
            rising=direction if edge & Counter.RISING else PCNT.IGNORE,
            falling=direction if edge & Counter.FALLING else PCNT.IGNORE,
        )


class Encoder(_Unit):
    def _configure(self, phase_a, phase_b, phases=1):
        if phases not in (1, 2, 4):
            raise ValueError("phases")
        self._pcnt.init(
            channel=0,
            pin=phase_a,
            falling=PCNT.INCREMENT,
            rising=PCNT.DECREMENT,
            mode_pin=phase_b,
            mode_low=PCNT.HOLD if phases == 1 else PCNT.REVERSE,
        )
        if phases == 4:
            self._pcnt.init(
                channel=1,
                pin=phase_b,
                falling=PCNT.DECREMENT,
                rising=PCNT.INCREMENT,
                mode_pin=phase_a,
                mode_low=PCNT.REVERSE,
            )
        else:
            self._pcnt.init(channel=1, pin=None, rising=PCNT.IGNORE)
        self._phases = phases

    def phases(self):
        return self._phases
