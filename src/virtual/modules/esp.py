# `esp` (ports/esp32/modesp.c): a flash of 4 MB whose raw contents a virtual board does not have.
import _host
from micropython import const

LOG_NONE = const(0)
LOG_ERROR = const(1)
LOG_WARNING = const(2)
LOG_INFO = const(3)
LOG_DEBUG = const(4)
LOG_VERBOSE = const(5)

_MISSING = ("flash_read", "flash_write", "flash_erase", "gpio_matrix_in", "gpio_matrix_out")


def osdebug(uart, level=LOG_VERBOSE):
    # There is no ESP-IDF underneath that would log anything.
    pass


def flash_size():
    return 4 * 1024 * 1024


def flash_user_start():
    return 0x200000


def __getattr__(name):
    if name in _MISSING:
        _host.note("missing-name", "esp." + name)
    raise AttributeError(name)
