# The Wi-Fi's power save lets what comes wait for the next beacon, 100 ms and more: it is off while something is steered.
import network


class Power:
    _wlan = None

    def wake(self):
        """Off. A chip that knows no `pm` is left as it is."""
        if not self._wlan:
            wlan = network.WLAN(network.STA_IF)
            try:
                self._before = wlan.config("pm")
                wlan.config(pm=getattr(wlan, "PM_NONE", 0))
                self._wlan = wlan
            except (AttributeError, ValueError, OSError):
                pass

    def rest(self):
        """As it was before."""
        wlan, self._wlan = self._wlan, None
        if wlan:
            try:
                wlan.config(pm=self._before)
            except (ValueError, OSError):
                pass  # there is no radio just now: it begins anew with its own
