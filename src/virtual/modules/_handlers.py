# Handlers of timers and pins. The host says that one is due; they run in the interpreter's scheduler, between two
# bytecodes of the program, as soft interrupts do on the chip.
import _host
import sys

_timers = {}  # id -> function without arguments
_edges = {}  # pin number -> function(level, flags)
_counts = {}  # unit of the pulse counter -> function without arguments


def on_timer(id, call):
    if call is None:
        _timers.pop(id, None)
    else:
        _timers[id] = call


def on_edge(pin, call):
    if call is None:
        _edges.pop(pin, None)
    else:
        _edges[pin] = call


def on_count(unit, call):
    if call is None:
        _counts.pop(unit, None)
    else:
        _counts[unit] = call


def run(_):
    _host.holdHandlers(True)
    try:
        while True:
            id = _host.timerDue()
            if id >= 0:
                _call(_timers.get(id))
                continue
            unit = _host.counterDue()
            if unit >= 0:
                _call(_counts.get(unit))
                continue
            edge = _host.edge()
            if edge < 0:
                break
            handler = _edges.get(edge & 0xFF)
            if handler:
                _call(handler, edge >> 8 & 1, edge >> 9)
    finally:
        _host.holdHandlers(False)


def _call(handler, *args):
    if not handler:
        return
    try:
        handler(*args)
    except Exception as e:
        # On the chip, too, an exception in a handler is printed and the program goes on.
        sys.print_exception(e, sys.stderr)
