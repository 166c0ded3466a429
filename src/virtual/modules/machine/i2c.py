# I2C with nothing on the bus: what the chip answers then (extmod/machine_i2c.c, ports/esp32/machine_i2c.c).
from micropython import const

from .pin import Pin, pin_number

_ENODEV = const(19)
_ETIMEDOUT = const(116)


def _check(addrsize):
    if addrsize not in (8, 16, 24, 32):
        raise ValueError("invalid addrsize")


class _Bus:
    def init(self, *args, **settings):
        self.__init__(*args, **settings)

    def deinit(self):
        pass

    def scan(self):
        return []

    def _nobody(self):
        raise OSError(self._error)

    def readfrom(self, addr, nbytes, stop=True):
        self._nobody()

    def readfrom_into(self, addr, buf, stop=True):
        self._nobody()

    def writeto(self, addr, buf, stop=True):
        self._nobody()

    def writevto(self, addr, vector, stop=True):
        self._nobody()

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        _check(addrsize)
        self._nobody()

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        _check(addrsize)
        self._nobody()

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        _check(addrsize)
        self._nobody()


class I2C(_Bus):
    # The hardware switches its own pull-ups on: the address is sent, and nobody acknowledges it.
    _error = _ENODEV
    _both = {}

    def __new__(cls, id=0, **settings):
        if id == -1:
            print("Warning: I2C(-1, ...) is deprecated, use SoftI2C(...) instead")
            return SoftI2C(**settings)
        if id not in (0, 1):
            raise ValueError("I2C(%d) doesn't exist" % id)
        if id not in cls._both:
            bus = cls._both[id] = super().__new__(cls)
            bus._id = id
            bus._scl, bus._sda = ((18, 19), (25, 26))[id]
            bus._freq = 400000
            bus._timeout = 50000
        return cls._both[id]

    def __init__(self, id=0, *, scl=None, sda=None, freq=-1, timeout=-1):
        if scl is not None:
            self._scl = pin_number(scl)
        if sda is not None:
            self._sda = pin_number(sda)
        if freq != -1:
            self._freq = freq
        if timeout != -1:
            self._timeout = timeout

    def start(self):
        raise OSError("I2C operation not supported")

    stop = start

    def readinto(self, buf, nack=True):
        raise OSError("I2C operation not supported")

    def write(self, buf):
        raise OSError("I2C operation not supported")

    def __repr__(self):
        return "I2C(%d, scl=%d, sda=%d, freq=%d, timeout=%d)" % (
            self._id,
            self._scl,
            self._sda,
            self._freq,
            self._timeout,
        )


class SoftI2C(_Bus):
    # The software bus has no pull-ups of its own: an unconnected clock line never rises.
    _error = _ETIMEDOUT

    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        self._scl = pin_number(scl)
        self._sda = pin_number(sda)
        self._freq = freq
        for pin in (self._scl, self._sda):
            Pin(pin).init(Pin.OPEN_DRAIN, value=1)

    def start(self):
        self._nobody()

    stop = start

    def readinto(self, buf, nack=True):
        self._nobody()

    def write(self, buf):
        self._nobody()

    def __repr__(self):
        return "SoftI2C(scl=%d, sda=%d, freq=%d)" % (self._scl, self._sda, self._freq)
