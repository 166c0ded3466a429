# `machine` as ports/esp32/modmachine.c has it for a plain ESP32. Classes are loaded when a program first names them.
import _host
from micropython import const

from .pin import Pin
from .power import *

_LAZY = {
    "ADC": "analog",
    "Counter": "counter",
    "Encoder": "counter",
    "PWM": "pwm",
    "TouchPad": "analog",
    "Signal": "pin",
    "Timer": "timer",
    "WDT": "clock",
    "RTC": "clock",
    "I2C": "i2c",
    "SoftI2C": "i2c",
    "SPI": "serial",
    "SoftSPI": "serial",
    "UART": "serial",
    "bitstream": "pulses",
    "time_pulse_us": "pulses",
    "dht_readinto": "pulses",
}

# Names of the firmware that this board does not have: said in a sentence, not left to be guessed.
_MISSING = (
    "ADCBlock DAC I2S PinBase SDCard mem8 mem16 mem32 mem_backup wake_pins"
).split()


def __getattr__(name):
    module = _LAZY.get(name)
    if module:
        value = getattr(__import__(module, globals(), None, (name,), 1), name)
        globals()[name] = value
        return value
    if name in _MISSING:
        _host.note("missing-name", "machine." + name)
    raise AttributeError(name)
