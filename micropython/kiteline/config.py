# Where a board learns its name, its hub and its Wi-Fi: from its program, or else from /kiteline.json.
import json
from binascii import unhexlify
from micropython import const

_PORT = const(9000)
_RESETS = ("PWRON", "power on"), ("HARD", "reset"), ("WDT", "watchdog"), ("DEEPSLEEP", "deep sleep"), ("SOFT", "soft reset")
_FILE = "/kiteline.json"
_EXAMPLE = '{"name":"greenhouse","hub":"192.168.1.5:9000","wifi":[{"ssid":"lab","password":"secret"}]}'


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


def settings(name, hub, wifi, key, spill, trace):
    """(name, host, port, station of the Wi-Fi or None, why the chip started or None, key or None, bytes of flash or 0);
    ValueError with a sentence."""
    file = {} if name and hub and wifi is not None and key is not None and spill is not None else _read(hub)
    name = _name(name or file.get("name") or _own_name())
    host, port = _hub(hub or file.get("hub"))
    key = _key(file.get("key") if key is None else key)
    spill = _spill(file.get("spill") if spill is None else spill)
    networks = _networks(file.get("wifi") if wifi is None else wifi)
    if not networks:
        return name, host, port, None, _reset_cause(), key, spill
    from .wifi import Station

    return name, host, port, Station(networks, _hostname(name), trace), _reset_cause(), key, spill


def _read(hub):
    try:
        with open(_FILE) as f:
            text = f.read()
    except OSError:
        if hub:
            return {}
        raise ValueError("there is no %s and Board() got no hub: write %s there" % (_FILE, _EXAMPLE))
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


def _hub(hub):
    if not hub:
        raise ValueError('"hub" is missing in %s: write %s there' % (_FILE, _EXAMPLE))
    host, _, port = hub.partition(":") if isinstance(hub, str) else ("", "", "")
    try:
        port = int(port or _PORT)
    except ValueError:
        port = 0
    if not host or not 0 < port < 65536:
        raise ValueError('hub is an address as "192.168.1.5:9000", not %r' % (hub,))
    return host, port


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
