# Kiteline on a board: samples that are not lost, commands that arrive or say why not, calls to the hub (PROTOCOL.md).
# Each name loads its file when it is first used: `import kiteline.wifi` costs that file alone.
__version__ = "0.1.0"

def optional(*kind):
    """An argument of a command that may be left out: `fade=kiteline.optional(int, 0, 5000, "ms")`."""
    return (None,) + kind


def __getattr__(name):
    if name == "Board":
        from .board import Board as value
    elif name == "CallError":
        from .calls import CallError as value
    elif name == "TimeoutError":
        from asyncio import TimeoutError as value
    elif name == "wifi":
        import kiteline.wifi

        value = kiteline.wifi
    else:
        raise AttributeError(name)
    globals()[name] = value
    return value
