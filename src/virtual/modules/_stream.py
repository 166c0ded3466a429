# The stream half of a socket, and of TLS over one, as py/stream.c does it on the chip: read() joins short reads, recv() does not.
import _host
import io
from micropython import const
from uctypes import addressof

_EAGAIN = const(11)
_EINTR = const(-4)


class Stream(io.IOBase):
    # A socket brings _slot (-1 once it is closed), _live() (its slot, or EBADF), _receive(data, size) and _timeout in ms.

    def _error(self, errno):
        return OSError(errno)

    def readinto(self, data, size=-1):
        if size < 0 or size > len(data):
            size = len(data)
        try:
            return self._receive(data, size)
        except OSError as e:
            if e.errno == _EAGAIN:
                return None
            raise

    def write(self, data, size=-1):
        if isinstance(data, str):
            data = data.encode()
        if size >= 0:
            data = memoryview(data)[:size]
        slot = self._live()
        count = len(data)
        sent = 0
        # As mp_stream_write: a blocking socket writes everything, a non-blocking one what fits, or None.
        while True:
            deadline = _host.deadline(self._timeout)
            result = _host.send(slot, addressof(data) + sent if count else 0, count - sent, deadline)
            if result == _EINTR:
                continue
            if result == -_EAGAIN:
                return sent or None
            if result < 0:
                raise self._error(-result)
            sent += result
            if sent >= count:
                return sent

    def read(self, size=-1):
        if size >= 0:
            data = bytearray(size)
            view = memoryview(data)
            count = 0
            while count < size:
                got = self.readinto(view[count:])
                if got is None:
                    if count == 0:
                        return None
                    break
                if got == 0:
                    break
                count += got
            return bytes(view[:count])
        parts = []
        while True:
            data = bytearray(512)
            got = self.readinto(data)
            if got is None:
                return b"".join(parts) if parts else None
            if got == 0:
                return b"".join(parts)
            parts.append(bytes(memoryview(data)[:got]))

    def readline(self, size=-1):
        line = bytearray()
        one = bytearray(1)
        while size < 0 or len(line) < size:
            got = self.readinto(one)
            if got is None:
                return bytes(line) if line else None
            if got == 0:
                break
            line += one
            if one[0] == 10:
                break
        return bytes(line)
