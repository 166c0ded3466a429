# `dht` as the firmware freezes it. A sensor is there if `board.pin(n).attachDht(…)` put it there; else ETIMEDOUT.
from machine import dht_readinto


class DHTBase:
    def __init__(self, pin):
        self.pin = pin
        self.buf = bytearray(5)

    def measure(self):
        data = self.buf
        dht_readinto(self.pin, data)
        if sum(data[:4]) & 0xFF != data[4]:
            raise Exception("checksum error")


class DHT11(DHTBase):
    def humidity(self):
        return self.buf[0]

    def temperature(self):
        return self.buf[2]


class DHT22(DHTBase):
    def humidity(self):
        return (self.buf[0] << 8 | self.buf[1]) * 0.1

    def temperature(self):
        # Sign and magnitude, in tenths.
        magnitude = ((self.buf[2] & 0x7F) << 8 | self.buf[3]) * 0.1
        return -magnitude if self.buf[2] & 0x80 else magnitude
