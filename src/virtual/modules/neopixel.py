# `neopixel` as the firmware freezes it; the bytes of write() reach `board.pin(n).on('pixels', …)`, in the LED's order.
from machine import bitstream


class NeoPixel:
    # Where red, green, blue and white stand in what is sent.
    ORDER = (1, 0, 2, 3)

    def __init__(self, pin, n, bpp=3, timing=1):
        self.pin = pin
        self.n = n
        self.bpp = bpp
        self.buf = bytearray(n * bpp)
        pin.init(pin.OUT)
        if isinstance(timing, int):
            # Nanoseconds high and low for a 0, then for a 1: at 800 kHz, or at 400 kHz.
            timing = (400, 850, 800, 450) if timing else (800, 1700, 1600, 900)
        self.timing = timing

    def __len__(self):
        return self.n

    def __setitem__(self, i, v):
        start = i * self.bpp
        for colour in range(self.bpp):
            self.buf[start + self.ORDER[colour]] = v[colour]

    def __getitem__(self, i):
        start = i * self.bpp
        return tuple([self.buf[start + self.ORDER[colour]] for colour in range(self.bpp)])

    def fill(self, v):
        for i in range(self.n):
            self[i] = v

    def write(self):
        bitstream(self.pin, 0, self.timing, self.buf)
