# SPI and UART with nothing connected: what is sent goes nowhere, and nothing comes in.
import io

from micropython import const

from .pin import pin_number

_POLL = const(3)
_POLLOUT = const(4)


class _Spi:
    MSB = 0
    LSB = 1

    def __init__(self, baudrate=1000000, *, polarity=0, phase=0, bits=8, firstbit=0, sck=None, mosi=None, miso=None):
        if bits != 8:
            raise ValueError("bits must be 8")
        for pin in (sck, mosi, miso):
            if pin is not None:
                pin_number(pin)

    def init(self, baudrate=-1, *, polarity=0, phase=0, bits=8, firstbit=0, sck=None, mosi=None, miso=None):
        pass

    def deinit(self):
        pass

    def write(self, buf):
        pass

    # An unconnected input reads 0.
    def read(self, nbytes, write=0x00):
        return bytes(nbytes)

    def readinto(self, buf, write=0x00):
        for i in range(len(buf)):
            buf[i] = 0

    def write_readinto(self, write_buf, read_buf):
        if len(write_buf) != len(read_buf):
            raise ValueError("buffers must be the same length")
        self.readinto(read_buf)


class SPI(_Spi):
    def __init__(self, id, baudrate=1000000, **settings):
        if id not in (1, 2):
            raise ValueError("SPI(%d) doesn't exist" % id)
        super().__init__(baudrate, **settings)


class SoftSPI(_Spi):
    def __init__(self, baudrate=500000, *, sck=None, mosi=None, miso=None, **settings):
        if sck is None or mosi is None or miso is None:
            raise ValueError("must specify all of sck/mosi/miso")
        super().__init__(baudrate, sck=sck, mosi=mosi, miso=miso, **settings)


class UART(io.IOBase):
    INV_TX = 32
    INV_RX = 4
    INV_RTS = 64
    INV_CTS = 8
    RTS = 1
    CTS = 2
    IRQ_RX = 1
    IRQ_RXIDLE = 0x1000
    IRQ_BREAK = 0x2000

    def __init__(self, id, *args, **settings):
        if id not in (0, 1, 2):
            raise ValueError("UART(%d) doesn't exist" % id)
        self._id = id
        self.init(*args, **settings)

    def init(
        self,
        baudrate=0,
        bits=0,
        parity=None,
        stop=0,
        *,
        tx=None,
        rx=None,
        rts=None,
        cts=None,
        txbuf=-1,
        rxbuf=-1,
        timeout=-1,
        timeout_char=-1,
        invert=-1,
        flow=-1
    ):
        if bits not in (0, 5, 6, 7, 8):
            raise ValueError("invalid data bits")
        if stop not in (0, 1, 2):
            raise ValueError("invalid stop bits")
        for pin in (tx, rx, rts, cts):
            if pin is not None:
                pin_number(pin)

    def deinit(self):
        pass

    def any(self):
        return 0

    def read(self, nbytes=-1):
        return None

    def readinto(self, buf, nbytes=-1):
        return None

    def readline(self):
        return None

    def write(self, buf):
        return len(buf)

    def flush(self):
        pass

    def txdone(self):
        return True

    def sendbreak(self):
        pass

    def ioctl(self, request, argument):
        return argument & _POLLOUT if request == _POLL else -1
