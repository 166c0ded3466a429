# What is timed to the microsecond on the chip: pulses in, bits out, and the DHT sensors' one wire.
import _host
from micropython import const
from uctypes import addressof

from .pin import pin_number

_DHT = const(7)
_ETIMEDOUT = const(116)


def time_pulse_us(pin, pulse_level, timeout_us=1_000_000):
    # -2: it did not begin in time, -1: it did not end in time.
    return _host.pulse(pin_number(pin), 1 if pulse_level else 0, timeout_us)


def bitstream(pin, encoding, timing, data):
    number = pin_number(pin)
    if encoding != 0:
        raise ValueError("encoding")
    if len(timing) != 4:
        raise ValueError("timing")
    if isinstance(data, str):
        data = data.encode()
    if len(data):
        _host.pixels(number, addressof(data), len(data))


def dht_readinto(pin, data):
    # Bit 30 says that a sensor is there, bit 29 that it is a DHT22; see VirtualPin.attachDht.
    sensor = _host.pin(pin_number(pin), _DHT)
    if not sensor:
        raise OSError(_ETIMEDOUT)
    humidity = sensor >> 16 & 0x1FFF
    temperature = sensor & 0xFFFF
    if temperature & 0x8000:
        temperature -= 0x10000
    if sensor & 1 << 29:
        magnitude = abs(temperature) | (0x8000 if temperature < 0 else 0)
        data[0], data[1] = humidity >> 8, humidity & 0xFF
        data[2], data[3] = magnitude >> 8, magnitude & 0xFF
    else:
        # A DHT11 sends whole numbers, and none below zero.
        data[0], data[1] = (humidity + 5) // 10, 0
        data[2], data[3] = max(0, temperature + 5) // 10, 0
    data[4] = data[0] + data[1] + data[2] + data[3] & 0xFF
