# Lines and JSON (PROTOCOL.md, "Lines"). What is unfinished dies with its connection: a `Lines` is never used for two.
import json

LINE = 8192  # bytes of a message, its end not counted
SIGNED = 8150  # where a signature follows it


class Lines:
    """Bytes of a stream in, whole lines out."""

    def __init__(self):
        self._rest = bytearray()
        self._skipping = False  # inside of a line that is too long
        self.too_long = 0

    def push(self, data):
        """The lines that `data` (bytes) completes, without their ends; holds at most one line and a CR."""
        lines = data.split(b"\n")
        rest = lines.pop()
        if lines and self._rest:
            lines[0] = bytes(self._rest) + lines[0]
            self._rest = bytearray()
        if lines and self._skipping:
            self._skipping = False
            del lines[0]
        if not self._skipping:
            self._rest.extend(rest)
            if len(self._rest) > LINE + 1:
                self._rest = bytearray()
                self._skipping = True
                self.too_long += 1
        whole = []
        for line in lines:
            if line.endswith(b"\r"):
                line = line[:-1]
            if len(line) > LINE:
                self.too_long += 1
            elif line:
                whole.append(line)
        return whole


def plain(value, depth=8):
    """The value with nothing in it that JSON lacks: NaN and infinities become None, tuples lists.

    TypeError for the rest, which json.dumps would write as something that is no JSON.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    if depth:
        if isinstance(value, (list, tuple)):
            return [plain(each, depth - 1) for each in value]
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise TypeError("a name in it is %r: names are str" % (key,))
            return {key: plain(value[key], depth - 1) for key in value}
    raise TypeError("%s cannot be sent" % (type(value).__name__ if depth else "more than 8 levels"))


def dumps(value):
    return json.dumps(value, separators=(",", ":")).encode()


def line(message):
    """A JSON-RPC message as the bytes of its line."""
    message["jsonrpc"] = "2.0"
    return dumps(message) + b"\n"
