# What the board can say of itself, for `kiteline doctor`: loaded when the hub asks ($doctor), and not longer. Whatever a port does not
# know is left out.
import gc
import os
import sys
import time
from micropython import const

from . import __version__
from .wire import line

_EPOCH = const(946_684_800)  # 2000-01-01 in seconds since 1970


def answer(connection, id):
    """Posts the answer to the request, and lets go of this file."""
    said = {"library": __version__, "python": ".".join([str(n) for n in sys.implementation[1][:3]])}
    for name, look in (("clock", _clock), ("heap", _heap), ("flash", _flash), ("wifi", _wifi)):
        try:
            said[name] = look()
        except (ImportError, AttributeError, OSError, ValueError):
            pass
    connection.post(line({"id": id, "result": said}), False)
    del sys.modules["kiteline.doctor"], sys.modules["kiteline"].doctor


def _clock():
    # Seconds since 1970; a chip that nobody has told the time counts from 2000.
    return time.time() + (_EPOCH if time.gmtime(0)[0] == 2000 else 0)


def _heap():
    gc.collect()
    heap = {"free": gc.mem_free(), "used": gc.mem_alloc()}
    try:
        import esp32

        # The system's own, from which Wi-Fi and sockets live: (total, free, largest free block, least free ever) of each region.
        regions = esp32.idf_heap_info(esp32.HEAP_DATA)
        heap["system"] = sum([each[1] for each in regions])
        heap["largest"] = max([each[2] for each in regions])
    except (ImportError, AttributeError, ValueError):
        pass
    return heap


def _flash():
    found = os.statvfs("/")
    return {"free": found[0] * found[3], "size": found[0] * found[2]}


def _wifi():
    import network

    wlan = network.WLAN(network.STA_IF)
    address, mask, gateway, _ = wlan.ifconfig()
    said = {"address": address, "mask": mask, "gateway": gateway}
    for name in ("ssid", "channel", "pm"):
        try:
            said[name] = wlan.config(name)
        except (ValueError, OSError):
            pass
    if wlan.isconnected():
        said["rssi"] = wlan.status("rssi")
    return said
