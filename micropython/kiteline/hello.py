# What a board says first (PROTOCOL.md, "hello"). Loaded while it is put together, and not longer.
import sys

from . import __version__
from .wire import dumps


def params(board):
    """hello's parameters; ValueError with a sentence when they do not fit into a line."""
    board._clock.begin()
    said = {"board": board.name, "boot": board.boot, "library": "kiteline " + __version__}
    if board._keepalive:
        said["keepalive"] = board._keepalive
    if board._reset:
        said["reset"] = board._reset
    board._reported = (board._samples.dropped, board._log.dropped)
    if any(board._reported):
        said["dropped"] = {"samples": board._reported[0], "logs": board._reported[1]}
    if board._commands:
        said["commands"] = board._commands.announced()
    if board._controls:
        said["controls"] = board._controls.announced()
    if board._metrics:
        said["metrics"] = {name: {"unit": board._metrics[name]} for name in board._metrics}
    program = sys.modules.get("kiteline.program")
    if program and program.started:
        said["program"] = program.told()
    size = len(dumps(said)) + board._samples.EXTRA
    most = board._link.longest
    if size > most:
        raise ValueError("commands, controls and units take %d bytes to announce, a line has %d" % (size, most))
    if board._samples.boots:
        said["boots"] = board._samples.boots
    return said
