# What the program prints, logs and fails with, on its way to the hub. Not acknowledged: what a broken connection swallows
# is lost, what finds no room is counted.
import builtins
import io
import sys
from micropython import const

from .clock import uptime
from .wire import line

_LINES = const(32)
_BYTES = const(6144)
_CHARACTERS = const(1300)  # of one text: in a line even if each takes six bytes as an escape; the hub would take 4096
_AGAIN_MS = const(60_000)  # the same traceback once more after this, with how often it came


class Log:
    def __init__(self, clock, wake):
        self._clock = clock
        self._wake = wake
        self._out = []
        self._size = 0
        self.dropped = 0
        self._original = None
        self._inside = False
        self._part = ""  # printed, without its line's end so far
        self._last = None  # the newest traceback
        self._told = 0  # uptime when it was told
        self._times = 0  # since

    def mute(self):
        """Whether what is printed must not go to the serial port: usb.py has a session there."""

    def add(self, level, text):
        """`level`: print, log or error."""
        if len(text) > _CHARACTERS:
            text = text[:_CHARACTERS] + "…"
        params = {"level": level, "text": text}
        t = self._clock.now()
        if t is not None:
            params["t"] = t
        entry = line({"method": "$log", "params": params})
        while self._out and (len(self._out) == _LINES or self._size + len(entry) > _BYTES):
            self._size -= len(self._out.pop(0))
            self.dropped += 1
        self._out.append(entry)
        self._size += len(entry)
        self._wake()

    def take(self):
        """The next line, which the log has no more; None when there is none."""
        if self._out:
            self._size -= len(self._out[0])
            return self._out.pop(0)

    def error(self, e, where):
        """Tells of an exception here and to the hub; of one that repeats itself once a minute."""
        text = where + "\n" + traceback(e)
        now = uptime()
        if text == self._last and now - self._told < _AGAIN_MS:
            self._times += 1
            return
        again = self._times if text == self._last else 0
        self._last = text
        self._told = now
        self._times = 0
        if again:
            text = "%d times more: %s" % (again, text)
        if not self.mute():
            sys.stderr.write(text)
        self.add("error", text.rstrip())

    def note(self, text):
        """Tells the person at the serial port alone."""
        if not self.mute():
            (self._original or print)("kiteline:", text)

    def hook(self):
        """From now on print() reaches the hub as well."""
        self._original = builtins.print
        builtins.print = self._print

    def unhook(self):
        if self._original:
            builtins.print = self._original
            self._original = None

    def _print(self, *args, **named):
        out = self._original or print
        if named.get("file") not in (None, sys.stdout) or self._inside:
            return out(*args, **named)
        # What is printed while this runs, by a timer's handler or a __str__, goes to the serial port alone.
        self._inside = True
        try:
            named["file"] = written = io.StringIO()
            out(*args, **named)
            text = written.getvalue()
            if not self.mute():
                out(text, end="")
            text = self._part + text
            whole, end, self._part = text.rpartition("\n")
            if not end and len(text) > _CHARACTERS:
                whole, self._part = text[:_CHARACTERS], text[_CHARACTERS:]
            if whole:
                self.add("print", whole)
        finally:
            self._inside = False


def traceback(e):
    out = io.StringIO()
    sys.print_exception(e, out)
    return out.getvalue()
