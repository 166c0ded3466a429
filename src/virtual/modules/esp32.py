# `esp32` for a plain ESP32 (ports/esp32/modesp32.c, esp32_nvs.c). Values of NVS are written at once, as ESP-IDF does, to a
# file in the flash folder that the board's own listing does not show.
import json

import _host
from binascii import a2b_base64, b2a_base64
from micropython import const

HEAP_DATA = const(4)
HEAP_EXEC = const(1)
WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True

_NOT_FOUND = const(0x1102)
_KEY_TOO_LONG = const(0x1109)
_INVALID_LENGTH = const(0x110C)
_NAME_LENGTH = const(15)

# Names of the firmware that this board does not have: said in a sentence.
_MISSING = (
    "Partition RMT ULP gpio_deep_sleep_hold idf_task_info wake_on_ext0 wake_on_ext1 wake_on_touch wake_on_ulp"
).split()

_values = None  # namespace -> key -> number, or text of a blob


def _error(code, name):
    raise OSError(-code, "ESP_ERR_NVS_" + name)


def _name(text):
    if not isinstance(text, str):
        raise TypeError("can't convert '%s' object to str implicitly" % type(text).__name__)
    if len(text.encode()) > _NAME_LENGTH:
        _error(_KEY_TOO_LONG, "KEY_TOO_LONG")
    return text


class NVS:
    def __init__(self, namespace):
        global _values
        self._namespace = _name(namespace)
        if _values is None:
            _values = json.loads(_host.nvsLoad())

    def _get(self, key, kind):
        value = _values.get(self._namespace, {}).get(_name(key))
        if not isinstance(value, kind):
            _error(_NOT_FOUND, "NOT_FOUND")
        return value

    def _set(self, key, value):
        _values.setdefault(self._namespace, {})[_name(key)] = value
        _host.nvsStore(json.dumps(_values))

    def set_i32(self, key, value):
        if not -0x80000000 <= value <= 0x7FFFFFFF:
            raise OverflowError("overflow converting long int to machine word")
        self._set(key, value)

    def get_i32(self, key):
        return self._get(key, int)

    def set_blob(self, key, value):
        if isinstance(value, str):
            value = value.encode()
        self._set(key, b2a_base64(value).decode())

    def get_blob(self, key, buffer):
        value = a2b_base64(self._get(key, str))
        if len(value) > len(buffer):
            _error(_INVALID_LENGTH, "INVALID_LENGTH")
        buffer[: len(value)] = value
        return len(value)

    def erase_key(self, key):
        if _name(key) not in _values.get(self._namespace, {}):
            _error(_NOT_FOUND, "NOT_FOUND")
        del _values[self._namespace][key]
        _host.nvsStore(json.dumps(_values))

    def commit(self):
        pass

    def __repr__(self):
        return "<NVS namespace>"


def raw_temperature():
    # Degrees Fahrenheit of a chip that runs Wi-Fi; the sensor of the ESP32 is not calibrated.
    return 128


def idf_heap_info(capability):
    # Total, free, largest free block, least free ever: what the documentation shows for a board that has just started.
    if not capability & (HEAP_DATA | HEAP_EXEC):
        return []
    return [(240, 0, 0, 0), (7288, 0, 0, 0), (16648, 4, 4, 4), (79912, 35712, 35512, 35108), (15072, 15036, 15036, 15036)]


def __getattr__(name):
    if name == "PCNT":
        from _pcnt import PCNT

        globals()[name] = PCNT
        return PCNT
    if name in _MISSING:
        _host.note("missing-name", "esp32." + name)
    raise AttributeError(name)
