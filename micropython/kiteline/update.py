# A new program, as the hub sends it in `$program` requests: it goes into the folder that does not run. Loaded when one comes.
import os
from binascii import a2b_base64, hexlify
from hashlib import sha256

import kiteline.program as program

_CHUNK = 512  # bytes of a file that are read at once
_SPARE = 8192  # bytes of flash that an update leaves


class Update:
    def __init__(self, board):
        self._board = board
        self._state = None
        self._id = None  # of the program that comes
        self._seen = []  # its files so far
        self._file = None  # that is written
        self._path = None

    def take(self, do=None, **given):
        """A request; what it returns is the reply. ValueError with a sentence."""
        if not self._board._link.key:
            raise ValueError("only a board with a key takes a program over the air: kiteline boards add, or kiteline push by USB")
        if do == "begin":
            return self._begin(given["id"], given["size"])
        if self._state is None:
            raise ValueError("no update has begun")
        if do == "file":
            return self._next(given["path"], given["size"], given["hash"])
        if do == "data":
            return self._data(given["at"], a2b_base64(given["data"]))
        if do == "end":
            return self._end()
        raise ValueError("an update knows no %r" % (do,))

    def _begin(self, id, size):
        state = program.read()
        if state is None or not program.started:
            raise ValueError("this board does not start its program by kiteline.program: kiteline setup, or kiteline push by USB, sets that up")
        if "trial" in state:
            raise ValueError("the program that runs is on trial: wait until it is good, or goes")
        self._close()
        self._to = "b" if state["run"] == "a" else "a"
        if self._to in state["ids"] or "failed" in state:
            state["ids"].pop(self._to, None)
            state.pop("failed", None)
            program.write(state)  # first: what it names must be whole
        where = program.folder(self._to)
        _make(where)
        free = os.statvfs("/")
        free = free[0] * free[3] + _size(where)
        if size + _SPARE > free:
            raise ValueError("the new program has %d bytes, and the flash has room for %d" % (size, max(0, free - _SPARE)))
        self._state = state
        self._id = id
        self._seen = []
        return {}

    def _next(self, path, size, hash):
        self._close()
        if not path or path[0] == "/" or any([part in ("", ".", "..") for part in path.split("/")]):
            raise ValueError("no path of a program: %r" % (path,))
        to = program.folder(self._to) + "/" + path
        self._seen.append(path)
        if _is(to, size, hash):
            return {"have": True}
        at = to.find("/", 1)
        while at > 0:
            _make(to[:at])
            at = to.find("/", at + 1)
        old = program.folder(self._state["run"]) + "/" + path
        if _is(old, size, hash):
            with open(old, "rb") as source, open(to, "wb") as copy:
                for chunk in _chunks(source):
                    copy.write(chunk)
            return {"have": True}
        self._path = to
        self._size = size
        self._hash = hash
        self._sum = sha256()
        self._at = 0
        self._file = open(to, "wb")
        return self._whole() if size == 0 else {"at": 0}

    def _data(self, at, data):
        if self._file is None or at != self._at or at + len(data) > self._size:
            raise ValueError("byte %d of %s was not expected" % (at, self._path))
        self._file.write(data)
        self._sum.update(data)
        self._at += len(data)
        return {"at": self._at} if self._at < self._size else self._whole()

    def _whole(self):
        self._close()
        if hexlify(self._sum.digest()).decode() != self._hash:
            raise ValueError("%s came otherwise than it was sent" % self._path)
        return {"have": True}

    def _close(self):
        if self._file:
            self._file.close()
            self._file = None

    def _end(self):
        if self._file or "main.py" not in self._seen:
            raise ValueError("the new program is not whole")
        where = program.folder(self._to)
        _clean(where, [where + "/" + path for path in self._seen])
        state = self._state
        state["run"] = self._to
        state["ids"][self._to] = self._id
        state["trial"] = 0
        program.write(state)
        self._state = None
        self._board._jobs.start(_restart(self._board))
        return {}


async def _restart(board):
    import asyncio
    from machine import reset

    await asyncio.sleep_ms(300)  # for the reply
    board._link.close("program update")
    if board._controls:
        board._controls.end()
    board._samples.keep()
    reset()


def _make(folder):
    try:
        os.mkdir(folder)
    except OSError:
        os.stat(folder)  # it is there


def _chunks(file):
    while True:
        chunk = file.read(_CHUNK)
        if not chunk:
            return
        yield chunk


def _is(path, size, hash):
    # Whether the file is there and is this one.
    try:
        if os.stat(path)[6] != size:
            return False
        sum = sha256()
        with open(path, "rb") as file:
            for chunk in _chunks(file):
                sum.update(chunk)
    except OSError:
        return False
    return hexlify(sum.digest()).decode() == hash


def _size(folder):
    # Bytes of all files in it.
    total = 0
    for name, kind, *_ in os.ilistdir(folder):
        path = folder + "/" + name
        total += _size(path) if kind & 0x4000 else os.stat(path)[6]
    return total


def _clean(folder, files):
    # Takes away what is none of these files. False when something is left.
    empty = True
    for name, kind, *_ in list(os.ilistdir(folder)):
        path = folder + "/" + name
        if kind & 0x4000:
            if _clean(path, files):
                os.rmdir(path)
            else:
                empty = False
        elif path in files:
            empty = False
        else:
            os.remove(path)
    return empty
