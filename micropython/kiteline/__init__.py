# Kiteline on a board: samples that are not lost, commands that arrive or say why not, calls to the hub (PROTOCOL.md).
# Each name loads its file when it is first used: `import kiteline.wifi` costs that file alone.
__version__ = "0.1.0"

_FROM = {"Board": "board", "CallError": "calls", "TimeoutError": "calls"}


def optional(*kind):
    """An argument of a command that may be left out: `fade=kiteline.optional(int, 0, 5000, "ms")`."""
    return (None,) + kind


def __getattr__(name):
    if name in _FROM:
        value = getattr(__import__("kiteline." + _FROM[name], None, None, (name,)), name)
    elif name in ("wifi", "rtc", "watchdog"):
        value = __import__("kiteline." + name, None, None, (name,))
    else:
        raise AttributeError(name)
    globals()[name] = value
    return value
