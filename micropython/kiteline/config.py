# How a board is made: its settings come from its program, or else from /kiteline.json. This file is loaded while Board() runs, and
# not longer.
import json
import os
from binascii import hexlify, unhexlify
from micropython import const

from .clock import Clock
from .jobs import Jobs
from .link import Link
from .log import Log
from .samples import Samples

_PORT = const(9000)
_TLS_PORT = const(9443)
_RESETS = ("PWRON", "power on"), ("HARD", "reset"), ("WDT", "watchdog"), ("DEEPSLEEP", "deep sleep"), ("SOFT", "soft reset")
_FILE = "/kiteline.json"
KEPT = "/kiteline-hub.json"  # where the hub was last, as find.py writes it
_EXAMPLE = '{"name":"greenhouse","hub":"192.168.1.5:9000","wifi":[{"ssid":"lab","password":"secret"}]}'


def build(
    board,
    name,
    hub,
    wifi,
    keepalive=None,
    queue=200,
    queue_bytes=16_384,
    drop="oldest",
    watchdog=None,
    rtc=False,
    key=None,
    spill=None,
    listen=None,
    find=None,
    timer=3,
    tls=None
):
    """Board() with its options; ValueError with a sentence."""
    board.trace = trace = type(board).trace  # here it does not become a method
    board._watchdog = watchdog if isinstance(watchdog, tuple) else (watchdog, None)
    check(drop, keepalive, queue, queue_bytes, *board._watchdog)
    file = _read()

    def setting(given, name):
        return file.get(name) if given is None else given

    board.name = _name(name or file.get("name") or _own_name())
    board._listen = _listen(setting(listen, "listen"))
    tls = setting(tls, "tls")
    if tls is not None:  # {} is a mistake, and no leave to go without
        from .tls import Pin

        tls = Pin(tls, board)
    hub = hub or file.get("hub")
    if hub == "usb":
        board._listen = hub
    where = _where(hub, file.get("port"), setting(find, "find"), board._listen, tls)
    station = _station(setting(wifi, "wifi"), board.name, trace)
    key = _key(setting(key, "key"))
    spill = _spill(setting(spill, "spill"))
    board._reset = _reset_cause()
    board.boot = hexlify(os.urandom(6)).decode()
    board._keepalive = keepalive
    board._rtc = rtc
    board._metrics = {}
    board._link = link = Link(board, where, station, key, tls)
    if station:
        from .radio import Radio

        link.radio = Radio(link, board, station)
    board._clock = Clock()
    board._log = Log(board._clock, link.wake)
    board._jobs = Jobs(board._log, board.send)
    queue = board.boot, queue, queue_bytes, drop == "newest", trace
    if spill:
        from .spill import Spilled

        board._samples = Spilled(*queue, board, spill)
    else:
        board._samples = Samples(*queue)
    board._commands = None  # these three cost nothing before they are used
    board._calls = None
    board._controls = None
    board._timer = timer
    board._reported = (0, 0)
    if trace:
        trace("boot", board.boot)


def check(drop, keepalive, queue, queue_bytes, watchdog, offline):
    """Whether Board() got what it takes; ValueError with a sentence."""
    if drop not in ("oldest", "newest"):
        raise ValueError('drop is "oldest" or "newest", not %r' % (drop,))
    for name, number in (
        ("keepalive", keepalive),
        ("queue", queue),
        ("queue_bytes", queue_bytes),
        ("watchdog", watchdog),
        ("watchdog", offline),
    ):
        if number is not None and (not isinstance(number, int) or number < 1):
            raise ValueError("%s is a whole number from 1 on, not %r" % (name, number))


def _listen(port):
    return port if port is None else _port(port, "listen")


def _station(wifi, name, trace):
    networks = _networks(wifi)
    if networks:
        from .wifi import Station

        return Station(networks, _hostname(name), trace)


def _read():
    try:
        with open(_FILE) as f:
            text = f.read()
    except OSError:
        return {}
    try:
        file = json.loads(text)
    except ValueError:
        file = None
    if not isinstance(file, dict):
        raise ValueError("%s is no JSON as %s" % (_FILE, _EXAMPLE))
    return file


def _own_name():
    import binascii
    import machine

    return "esp32-" + binascii.hexlify(machine.unique_id()[-3:]).decode()


def _name(name):
    if not isinstance(name, str) or not 0 < len(name) <= 64 or name[0] == "$" or min(name) < " ":
        raise ValueError("a board's name is a text of 1 to 64 characters that does not begin with $, not %r" % (name,))
    return name


def _port(port, name):
    if not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError("%s is a port, 1 to 65535, not %r" % (name, port))
    return port


def _where(hub, port, find, listen, tls):
    """((host, port) of the settings or None, UDP port to ask for the hub or None, its home, where it was if that is elsewhere)."""
    udp = _PORT if port is None else _port(port, "port")
    if listen:
        return None, None, None, None
    if hub:
        host, _, number = hub.partition(":") if isinstance(hub, str) else ("", "", "")
        try:
            number = int(number or (_TLS_PORT if tls else udp))
        except ValueError:
            number = 0
        if not host or not 0 < number < 65536:
            raise ValueError('hub is an address as "192.168.1.5:9000", not %r' % (hub,))
        hub = host, number
        if port is None and not tls:
            udp = number  # a hub has the same for both, unless told
    if find is False:
        if hub:
            return hub, None, None, None
        raise ValueError('"hub" is missing, and find is False: write %s into %s' % (_EXAMPLE, _FILE))
    try:
        with open(KEPT) as f:
            kept = json.load(f)
        if kept["hub"] == (hub and list(hub)):
            return hub or None, udp, kept["home"], kept["at"] and tuple(kept["at"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or half of one: then it is found as the first time
    return hub or None, udp, None, None


def _key(key):
    if key is None:
        return None
    try:
        if len(key) == 64:
            return unhexlify(key)
    except (TypeError, ValueError):
        pass
    raise ValueError("key is 64 hex digits, as `kiteline boards add` prints them")  # and is not shown


def _spill(bytes):
    # One sample may need two blocks of flash.
    if bytes and (not isinstance(bytes, int) or bytes < 8192):
        raise ValueError("spill is bytes of flash from 8192 on, or 0 for none, not %r" % (bytes,))
    return bytes or 0


def _networks(wifi):
    if not wifi:
        return []
    if not isinstance(wifi, list):
        wifi = [wifi]
    networks = []
    for each in wifi:
        if isinstance(each, dict):
            each = (each.get("ssid"), each.get("password") or "")
        if not isinstance(each, (tuple, list)) or len(each) != 2 or not each[0] or not isinstance(each[0], str):
            raise ValueError('wifi is a list of {"ssid":"lab","password":"secret"} or ("lab", "secret"), not %r' % (wifi,))
        networks.append((each[0], each[1] or ""))
    return networks


def _hostname(name):
    """What the network shows: letters, digits and hyphens of the name, at most 32."""
    text = "".join([c if c.isdigit() or "a" <= c <= "z" else "-" for c in name.lower()[:32]])
    return text.strip("-") or "kiteline"


def _reset_cause():
    try:
        import machine
    except ImportError:  # another port
        return None
    cause = machine.reset_cause()
    for name, text in _RESETS:
        if getattr(machine, name + "_RESET", None) == cause:
            return text
