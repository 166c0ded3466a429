# Reset, sleep, identity and clock frequency.
import _host
from _native import call
from micropython import const

PWRON_RESET = const(1)
HARD_RESET = const(2)
WDT_RESET = const(3)
DEEPSLEEP_RESET = const(4)
SOFT_RESET = const(5)
SLEEP = const(2)
DEEPSLEEP = const(4)
PIN_WAKE = const(2)
EXT0_WAKE = const(2)
EXT1_WAKE = const(3)
TIMER_WAKE = const(4)
TOUCHPAD_WAKE = const(5)
ULP_WAKE = const(6)

_freq = 160_000_000


def reset():
    _host.reset("hard", 0)


def soft_reset():
    _host.reset("soft", 0)


def reset_cause():
    return _host.setting("resetCause")


def wake_reason():
    # A deep sleep here ends by its timer, or by the reset button, which is another cause.
    return TIMER_WAKE if reset_cause() == DEEPSLEEP_RESET else 0


def deepsleep(ms=-1):
    # Without a time only the reset button ends it.
    _host.reset("deepsleep", max(1, int(ms)) if ms != -1 else -1)


def lightsleep(ms=-1):
    deadline = _host.deadline(ms)
    while not _host.sleep(deadline):
        pass


sleep = lightsleep


def idle():
    # A loop around this waits for something: let others have the processor.
    _host.sleep(_host.deadline(1))


def unique_id():
    mac = _host.setting("mac")
    return bytes(int(mac[i : i + 2], 16) for i in range(0, 12, 2))


def freq(hz=None):
    global _freq
    if hz is None:
        return _freq
    mhz = hz // 1_000_000
    if mhz not in (20, 40, 80, 160, 240):
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
    _freq = mhz * 1_000_000


_irq_off = 0


def disable_irq():
    global _irq_off
    before = _irq_off
    _irq_off = 1
    _host.holdHandlers(True)
    return before


def enable_irq(state):
    global _irq_off
    _irq_off = state
    _host.holdHandlers(bool(state))
