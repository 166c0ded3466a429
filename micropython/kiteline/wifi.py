# Wi-Fi that comes back. Stands alone: `kiteline.wifi.connect("lab", "secret")` in place of the tutorial's endless loop.
#
# What the port does (ports/esp32/network_wlan.c), and why this is built as it is:
# - With reconnects=-1 the chip itself tries again as soon as an attempt has failed, and connect() in the middle of one raises
#   "Wifi Internal Error". So a network is asked for once, and then only waited for.
# - status() keeps the reason of the last failure, after the next connect() too, and no call says when an attempt ends. So a
#   201 or 202 explains, and never ends the waiting: it may be old, or false.
# - Some stations never come back until their radio was off: so after a while it is switched off and on.
# - scan() blocks, about 2 s on the chip, and finds nothing during an attempt: so it is rare.
import network
from micropython import const
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

_IDLE = const(1000)
_CONNECTING = const(1001)
_FOREIGN = const(999)  # dBm below anything
_WEAK = const(-80)  # dBm
_LISTED = const(4)  # networks that a sentence names


class Station:
    # Times in ms.
    POLL_MS = 50  # how often it looks
    TRY_MS = 10_000  # for one network of several that says nothing
    CYCLE_MS = 15_000  # in vain until the radio is switched off and on, and the air looked at; doubles each time
    CYCLE_MOST_MS = 60_000
    OFF_MS = 200  # of the radio
    PAUSE_MS = 800  # between one network and the next: the chip's own tries counted, no more than one a second
    SETTLE_MS = 100  # after disconnect(), until a scan does not meet its end
    RESET_AFTER = 0  # radio cycles in a row in vain until machine.reset(); 0: never

    def __init__(self, networks, hostname=None, trace=None, pm=None):
        """networks: [(ssid, password), …], "" for an open one. hostname: what the network shows, 32 characters at most.
        trace: f("join", ssid), f("radio", cycles). pm: network.WLAN.PM_NONE and the like. ValueError without a network."""
        if not networks:
            raise ValueError("networks is a list of (ssid, password), with one at least")
        self.wlan = network.WLAN(network.STA_IF)
        self.why = None  # the reason why there is no connection, a sentence, as far as the chip knows one
        self._networks = self._order = list(networks)
        self._hostname = hostname
        self._trace = trace
        self._pm = pm
        self._at = None  # the network that the chip was asked for
        self._failed = None  # the last status that was a failure
        self._seen = None  # ssid -> (dBm, channel, security), of the last scan

    @property
    def connected(self):
        return self.wlan.isconnected()

    def signal(self):
        """{"rssi": dBm} of the access point; {} where the chip does not say."""
        try:
            return {"rssi": self.wlan.status("rssi")}
        except (OSError, TypeError, ValueError):
            return {}

    async def join(self):
        """Returns once there is a connection; tries for good."""
        from asyncio import sleep_ms

        for ms in self._steps():
            await sleep_ms(ms)

    # What it does, with the pauses in between, in ms: for a loop that sleeps, and for one that must not.
    def _steps(self):
        wlan = self.wlan
        span = self.CYCLE_MS
        cycles = 0
        if self._at is None and wlan.active():
            yield from self._take_over()
        while not wlan.isconnected():
            try:
                if not wlan.active():
                    self._on()
                if self._at is None and (len(self._networks) > 1 or cycles and not _refused(self._failed)):
                    self.look()
            except (OSError, RuntimeError) as e:
                self._refuses(e)
                yield self.PAUSE_MS
            end = ticks_add(ticks_ms(), span)
            while wlan.active() and not wlan.isconnected() and ticks_diff(end, ticks_ms()) > 0:
                for each in self._order:
                    yield from self._try(each, end)
                    if wlan.isconnected():
                        break
            if wlan.isconnected():
                break
            cycles += 1
            if cycles == self.RESET_AFTER:
                import machine

                machine.reset()
            span = min(span * 2, self.CYCLE_MOST_MS)
            yield from self._off(cycles)
        self.why = self._failed = self._seen = None
        at = self._at
        if at:
            # The next outage begins with this one.
            self._order = [at] + [each for each in self._order if each != at]
        if self._trace:
            self._trace("join", wlan.config("ssid"))

    def _take_over(self):
        # A soft reset leaves the Wi-Fi as it was.
        wlan = self.wlan
        if wlan.isconnected():
            ssid = wlan.config("ssid")
            for each in self._networks:
                if each[0] == ssid:
                    self._at = each
                    return
        yield from self._off(0)

    def _on(self):
        wlan = self.wlan
        self._at = None
        if self._hostname:
            network.hostname(self._hostname[:32])  # before active(), or it is not told
        wlan.active(True)
        wlan.config(reconnects=-1)
        if self._pm is not None:
            wlan.config(pm=self._pm)

    def _refuses(self, error):
        # No memory of its own left, or a state that it finds wrong: it begins anew.
        self.why = "the radio refuses: %s" % error
        self.wlan.active(False)

    def _off(self, cycles):
        if self._trace and cycles:
            self._trace("radio", cycles)
        self._at = None
        self.wlan.active(False)
        yield self.OFF_MS

    def _try(self, each, end):
        # Waits for one network. With several, only until it has failed once.
        wlan = self.wlan
        alone = len(self._order) == 1
        before = None
        try:
            if self._at != each:
                if self._at:
                    wlan.disconnect()
                    yield self.PAUSE_MS
                wlan.connect(each[0], each[1])
                self._at = each
                before = wlan.status()  # perhaps an old failure
        except (OSError, RuntimeError) as e:
            self._refuses(e)
            return
        if not alone:
            limit = ticks_add(ticks_ms(), self.TRY_MS)
            if ticks_diff(limit, end) < 0:
                end = limit
        while not wlan.isconnected():
            left = ticks_diff(end, ticks_ms())
            if left <= 0:
                if self.why is None:
                    self.why = self.cause()
                return
            yield min(self.POLL_MS, left)
            status = wlan.status()
            if status == _IDLE or status == _CONNECTING:
                before = status
            elif status != before and not wlan.isconnected():
                before = self._failed = status
                self.why = self.cause()
                if not alone:
                    return

    def look(self):
        """Scans, which blocks (about 2 s on the chip): known networks in sight are tried first, the strongest first of all."""
        self._seen = seen = {}
        for each in self.wlan.scan():
            try:
                ssid = each[0].decode()
            except UnicodeError:
                ssid = str(each[0])
            if ssid and (ssid not in seen or each[3] > seen[ssid][0]):
                seen[ssid] = (each[3], each[2], each[4])
        # Those out of sight may be hidden.
        self._order = sorted(self._networks, key=lambda each: -seen[each[0]][0] if each[0] in seen else _FOREIGN)
        if self._failed == 201 and (self._at or self._order[0])[0] in seen:
            self._failed = None  # older than the scan
        if self.why:
            self.why = self.cause()

    def cause(self):
        """The reason in a sentence, as far as the last scan and the last status tell it."""
        ssid, key = self._at or self._order[0]
        status = self._failed
        here = self._seen and self._seen.get(ssid)
        if _refused(status):
            return 'wrong password for "%s" (or the access point refused it)' % ssid
        if status in (210, 211):  # no compatible security; weaker than asked for
            if not key:
                return '"%s" asks for a password, and there is none' % ssid
            text = '"%s" is there, but with no security that fits' % ssid
            if here and here[2] == 0:
                return text + ": it is open, so leave the password out"
            if here and here[2] >= 6:
                return text + ": it wants a WPA3 that this firmware does not speak; set it to WPA2/WPA3"
            return text + (": WEP and WPA are too weak" if status == 211 else "")
        if here and status != 201:
            text = '"%s" is in sight (%d dBm, channel %d) and does not let this board in' % (ssid, here[0], here[1])
            return text + (": a weak signal" if here[0] < _WEAK else "")
        if self._seen is None and status != 201:
            return '"%s" does not answer' % ssid
        text = 'no network "%s" in sight' % ssid
        if self._seen is not None:
            names = sorted(self._seen, key=lambda name: -self._seen[name][0])
            shown = ['"%s" (%d dBm, channel %d)' % (name, self._seen[name][0], self._seen[name][1]) for name in names[:_LISTED]]
            text += "; I see " + (", ".join(shown) or "none at all") + (" …" if names[_LISTED:] else "")
        return text + _band()


def _refused(status):
    # 202: refused. 15 and 204: no end of the handshake, which is how most access points refuse a password.
    return status in (202, 15, 204)


def _band():
    import sys

    return "" if "C5" in getattr(sys.implementation, "_machine", "") else "; this chip hears 2.4 GHz only"


def connect(ssid, password="", timeout=15, hostname=None, pm=None):
    """Joins a network and returns the WLAN, which from then on reconnects by itself as the chip does.

    timeout: seconds. OSError with a sentence when that was not enough; the radio then rests. With a scan to find the reason
    it may take 2 s more.
    """
    station = Station([(ssid, password)], hostname, None, pm)
    end = ticks_add(ticks_ms(), int(timeout * 1000))
    for ms in station._steps():
        left = ticks_diff(end, ticks_ms())
        if left <= 0:
            break
        sleep_ms(min(ms, left))
    else:
        return station.wlan
    try:
        station.wlan.disconnect()
        if not _refused(station._failed):
            sleep_ms(station.SETTLE_MS)
            station.look()
    except (OSError, RuntimeError):
        pass  # its radio was off just then
    raise OSError(station.cause())
