# `network` as ports/esp32/network_wlan.c has it. The station and the access point live in the host's air.
import _host
from _native import call
from micropython import const

STA_IF = const(0)
AP_IF = const(1)
MODE_11B = const(1)
MODE_11G = const(2)
MODE_11N = const(4)
MODE_LR = const(8)
AUTH_OPEN = const(0)
AUTH_WEP = const(1)
AUTH_WPA_PSK = const(2)
AUTH_WPA2_PSK = const(3)
AUTH_WPA_WPA2_PSK = const(4)
AUTH_WPA2_ENTERPRISE = const(5)
AUTH_WPA3_PSK = const(6)
AUTH_WPA2_WPA3_PSK = const(7)
AUTH_WAPI_PSK = const(8)
AUTH_OWE = const(9)
STAT_IDLE = const(1000)
STAT_CONNECTING = const(1001)
STAT_GOT_IP = const(1010)
STAT_NO_AP_FOUND = const(201)
STAT_WRONG_PASSWORD = const(202)
STAT_BEACON_TIMEOUT = const(200)
STAT_ASSOC_FAIL = const(203)
STAT_CONNECT_FAIL = const(203)
STAT_HANDSHAKE_TIMEOUT = const(204)
STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY = const(210)
STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = const(211)
STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD = const(212)

_hostname = _host.setting("hostname")
_country = "XX"


def hostname(name=None):
    global _hostname
    if name is None:
        return _hostname
    if len(name) > 32:
        raise ValueError("name")
    _hostname = name
    call("hostname", name)


def country(code=None):
    global _country
    if code is None:
        return _country
    if len(code) != 2:
        raise ValueError
    _country = code


def phy_mode(mode=None):
    if mode is None:
        return MODE_11B | MODE_11G | MODE_11N


def ipconfig(*args, **settings):
    if args and settings:
        raise TypeError("can't specify pos and kw args")
    if args:
        if args[0] == "dns":
            return call("address", STA_IF)[3]
        if args[0] == "prefer":
            return 4
        raise ValueError("unexpected key")
    for key in settings:
        if key not in ("dns", "prefer"):
            raise ValueError("unexpected key")


class WLAN:
    IF_STA = STA_IF
    IF_AP = AP_IF
    SEC_OPEN = 0
    SEC_WEP = 1
    SEC_WPA = 2
    SEC_WPA2 = 3
    SEC_WPA_WPA2 = 4
    SEC_WPA2_ENT = 5
    SEC_WPA3 = 6
    SEC_WPA2_WPA3 = 7
    SEC_WAPI = 8
    SEC_OWE = 9
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2
    PROTOCOL_DEFAULTS = 7
    _both = {}

    def __new__(cls, interface=STA_IF):
        if interface not in (STA_IF, AP_IF):
            raise ValueError("invalid WLAN interface identifier")
        # The chip has one object of each, whoever asks.
        if interface not in cls._both:
            cls._both[interface] = super().__new__(cls)
        return cls._both[interface]

    def __init__(self, interface=STA_IF):
        self._if = interface

    def active(self, up=None):
        return call("active", self._if) if up is None else call("active", self._if, bool(up))

    def connect(self, ssid=None, key=None, *, bssid=None):
        if bssid is not None and len(bssid) != 6:
            raise ValueError
        call("join", _str(ssid), _str(key))

    def disconnect(self):
        call("leave")

    def isconnected(self):
        if self._if == STA_IF:
            return _host.stationConnected()
        return False

    def status(self, what=None):
        if what is None:
            return _host.stationStatus() if self._if == STA_IF else None
        if what == "rssi":
            if self._if != STA_IF:
                raise OSError("STA required")
            if not _host.stationConnected():
                raise OSError("Wifi Not Connected")
            return _host.stationRssi()
        if what == "stations":
            if self._if != AP_IF:
                raise OSError("AP required")
            return []
        raise ValueError("unknown status param")

    def scan(self):
        if not call("active", STA_IF):
            raise OSError("STA must be active")
        return [
            (ssid.encode(), bytes(bssid), channel, rssi, security, False)
            for ssid, bssid, channel, rssi, security in call("scan")
        ]

    def config(self, *names, **settings):
        if names and settings:
            raise TypeError("either pos or kw args are allowed")
        if settings:
            for key in settings:
                self._set(key, settings[key])
            return
        if len(names) != 1:
            raise TypeError("can query only one param")
        name = names[0]
        if name == "mac":
            mac = bytes(int(_host.setting("mac")[i : i + 2], 16) for i in range(0, 12, 2))
            return mac if self._if == STA_IF else mac[:5] + bytes([mac[5] + 1 & 0xFF])
        if name in ("hostname", "dhcp_hostname"):
            return hostname()
        if name == "essid":
            name = "ssid"
        elif name == "authmode":
            name = "security"
        return _config(self._if, name)

    def _set(self, key, value):
        key = {"essid": "ssid", "authmode": "security", "password": "key"}.get(key, key)
        if key in ("hostname", "dhcp_hostname"):
            hostname(value)
        elif key == "mac":
            if len(value) != 6:
                raise ValueError("invalid buffer length")
            _config(self._if, "mac", list(value))
        else:
            _config(self._if, key, _str(value))

    def ifconfig(self, settings=None):
        if settings is None:
            return tuple(call("address", self._if))
        if settings == "dhcp":
            call("dhcp", self._if)
        else:
            call("setAddress", self._if, list(settings))

    def ipconfig(self, *names, **settings):
        if names and settings:
            raise TypeError("can't specify pos and kw args")
        if settings:
            for key in settings:
                if key not in ("addr4", "gw4", "dhcp4", "autoconf6", "dhcp6"):
                    raise ValueError("unexpected key")
            return
        if len(names) != 1:
            raise TypeError("must query one param")
        address = call("address", self._if)
        name = names[0]
        if name == "addr4":
            return address[0], address[1]
        if name == "gw4":
            return address[2]
        if name in ("dhcp4", "has_dhcp4"):
            return self._if == STA_IF
        if name in ("autoconf6", "dhcp6"):
            return False
        if name == "addr6":
            return []
        raise ValueError("unexpected key")

    def __repr__(self):
        return "<WLAN>"


def _config(interface, *args):
    try:
        return call("config", interface, *args)
    except OSError as e:
        if e.args[0] == "unknown config param":
            raise ValueError(e.args[0])
        raise


def _str(value):
    return str(value, "utf-8") if isinstance(value, (bytes, bytearray)) else value
