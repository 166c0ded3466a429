# Analogue inputs (ports/esp32/machine_adc.c) and touch pads. The converter is an ideal one: no noise, and none of the
# bend that the ESP32's has at both ends.
import _host
from micropython import const

from .pin import pin_number

# GPIO numbers of ADC1 and ADC2.
_BLOCK_1 = (32, 33, 34, 35, 36, 37, 38, 39)
_BLOCK_2 = (0, 2, 4, 12, 13, 14, 15, 25, 26, 27)
_TOUCH = (0, 2, 4, 12, 13, 14, 15, 27, 32, 33)

_MICROVOLTS = const(3)

# Microvolts at full scale for each attenuation.
_FULL_SCALE = (1_100_000, 1_500_000, 2_200_000, 3_300_000)

_width = {1: 12, 2: 12}  # a setting of the whole block, as on the chip
_atten = {}


class ADC:
    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3
    WIDTH_9BIT = 9
    WIDTH_10BIT = 10
    WIDTH_11BIT = 11
    WIDTH_12BIT = 12

    def __init__(self, pin, *, atten=3):
        self._id = pin_number(pin)
        if self._id not in _BLOCK_1 and self._id not in _BLOCK_2:
            raise ValueError("invalid pin")
        self._block = 1 if self._id in _BLOCK_1 else 2
        self._open = True
        self.init(atten=atten)

    def init(self, *, atten=3):
        self.atten(atten)
        _width[self._block] = 12
        self._open = True

    def deinit(self):
        self._open = False

    def atten(self, atten):
        if not 0 <= atten <= 3:
            raise ValueError("invalid attenuation")
        _atten[self._id] = atten

    def width(self, bits):
        if not 9 <= bits <= 12:
            raise ValueError("invalid bit-width")
        _width[self._block] = bits

    def read(self):
        if not self._open:
            raise OSError(1)
        # Asked in loops: a moment for Ctrl-C and handlers.
        _host.poll()
        top = (1 << _width[self._block]) - 1
        microvolts = _host.pin(self._id, _MICROVOLTS)
        return max(0, min(top, int(microvolts * top / _FULL_SCALE[_atten[self._id]] + 0.5)))

    def read_u16(self):
        bits = _width[self._block]
        raw = self.read()
        return raw << (16 - bits) | raw >> (2 * bits - 16)

    def read_uv(self):
        top = (1 << _width[self._block]) - 1
        # In whole millivolts, as the calibration of the chip answers.
        return int(self.read() * _FULL_SCALE[_atten[self._id]] / top / 1000 + 0.5) * 1000

    def __repr__(self):
        return "ADC(Pin(%d), atten=%d)" % (self._id, _atten[self._id])


class TouchPad:
    def __init__(self, pin):
        if pin_number(pin) not in _TOUCH:
            raise ValueError("invalid pin for touchpad")

    def config(self, value):
        pass

    def read(self):
        # Nobody touches it.
        _host.poll()
        return 1000
