# `asyncio` as the firmware freezes it (extmod/asyncio, version 3.0.0): the same names, in the same files, so that programs
# which reach for `asyncio.core` find what they know.
from .core import *
from .event import Event, ThreadSafeFlag
from .funcs import gather, wait_for, wait_for_ms
from .lock import Lock
from .stream import Stream, StreamReader, StreamWriter, open_connection, start_server

__version__ = (3, 0, 0)
