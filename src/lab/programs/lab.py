# The lab's module on a board, imported by its boot.py. What the program does is told on the serial port, which survives
# every reset; and Kiteline's time constants are scaled down, so that a run takes a second or two.
import json
import machine
import os
import sys
from time import ticks_ms

from kiteline.board import Board
from kiteline.commands import Commands
from kiteline.connection import Connection
from kiteline.link import Link
from kiteline.log import Log
from kiteline.wifi import Station
from kiteline.wire import plain

MARK = "\x1e"
METRIC = "lab.n"
# Of this start: its numbers are not those of another.
TAG = int.from_bytes(os.urandom(3), "big")

_made = 0
_command = None  # the lab's number of the command that is being taken


def tell(*event):
    sys.stdout.write("%s%d%s\n" % (MARK, ticks_ms(), json.dumps(event)))


def settings():
    with open("/lab.json") as f:
        return json.load(f)


def begin():
    tell("begin", TAG)
    Board.trace = tell
    scale()
    _wrap(Board, "send", _send)
    _wrap(Log, "add", _add_line)
    _wrap(Commands, "add", _add_command)
    _wrap(Commands, "take", _take)
    if settings()["leaseMs"]:
        # A sign of life every 10 ms, whatever blocks: how late a stop is counts from the last one before the lease's end.
        machine.Timer(-1).init(period=10, callback=lambda _: tell("tick"))


def scale():
    Connection.CONNECT_MS = 400
    # Where heartbeats are slow, a hello may come byte by byte.
    Connection.HELLO_MS = min(max(500, settings()["keepaliveMs"]), 4000)
    Connection.TICK_MS = 25
    Link.RETRY_MS = (10, 80)
    Link.APART_MS = 10
    Link.LOOK_MS = 10
    Link.TELL_MS = 100
    Station.POLL_MS = 5
    Station.TRY_MS = 300
    Station.CYCLE_MS = 200
    Station.CYCLE_MOST_MS = 400
    Station.OFF_MS = 10
    Station.PAUSE_MS = 20
    Station.SETTLE_MS = 5
    if settings()["isUpdated"]:
        import kiteline.program as program

        program.STAY_MS = 100
        program.TRIAL_MS = 10_000
        program._PAUSE_MS = 1


def _wrap(owner, name, wrapper):
    original = getattr(owner, name)
    setattr(owner, name, lambda *args, **named: wrapper(original, *args, **named))


def _send(original, board, values, t=None):
    # Every sample gets a number of ours, by which it is found in the store.
    global _made
    if not isinstance(values, dict) or not values:
        return original(board, values, t)
    _made += 1
    n = TAG * 100000 + _made
    numbered = dict(values)
    numbered[METRIC] = n
    try:
        tell("made", n, plain(values), board._samples.count)
        return original(board, numbered, t)
    except (TypeError, ValueError):
        tell("unmade", n)
        raise


def _add_line(original, log, level, text):
    tell("said", text)
    original(log, level, text)


def _take(original, commands, message):
    # The lab's number of a command comes as an argument that the program does not see.
    global _command
    params = message.get("params")
    _command = params.pop("lab", None) if isinstance(params, dict) else None
    original(commands, message)


def _add_command(original, commands, name, function, kinds):
    original(commands, name, _recorded(function), kinds)


def _recorded(function):
    def run(**given):
        k = _command
        tell("start", k)
        try:
            result = function(**given)
        except Exception as e:
            tell("raised", k, _text(e))
            raise
        if hasattr(result, "throw"):
            # Of an async function nothing has run yet.
            tell("waits", k)
            return _later(k, result)
        _returned(k, result)
        return result

    return run


async def _later(k, coroutine):
    tell("start", k)
    try:
        result = await coroutine
    except Exception as e:
        tell("raised", k, _text(e))
        raise
    except BaseException:  # CancelledError
        tell("cancelled", k)
        raise
    _returned(k, result)
    return result


def _returned(k, result):
    try:
        tell("returned", k, plain(result))
    except TypeError:
        tell("raised", k, None)  # it cannot be sent; the library says so in its own words


def _text(e):
    # As PROTOCOL.md has it.
    name = type(e).__name__
    return "%s: %s" % (name, e) if str(e) else name
