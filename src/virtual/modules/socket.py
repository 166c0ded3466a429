# `socket` as ports/esp32/modsocket.c has it: positional arguments, plain OSError, the chip's numbers.
import _host
import re
from _native import call
from _stream import Stream
from micropython import const
from uctypes import addressof

AF_INET = const(2)
AF_INET6 = const(10)
SOCK_STREAM = const(1)
SOCK_DGRAM = const(2)
SOCK_RAW = const(3)
IPPROTO_IP = const(0)
IPPROTO_TCP = const(6)
IPPROTO_UDP = const(17)
SOL_SOCKET = const(0xFFF)
SO_REUSEADDR = const(4)
SO_BROADCAST = const(32)
SO_BINDTODEVICE = const(0x100B)
IP_ADD_MEMBERSHIP = const(3)
TCP_NODELAY = const(1)
MSG_PEEK = const(1)
MSG_DONTWAIT = const(8)

_EINTR = const(-4)
_EBADF = const(9)
_ENFILE = const(23)
_ETIMEDOUT = const(116)
_EINPROGRESS = const(119)

_POLL_REQUEST = const(3)
_CLOSE_REQUEST = const(4)

_ADOPT = object()

_NUMERIC = re.compile(r"^\d+\.\d+\.\d+\.\d+$")


def _text(host):
    return str(host, "utf-8") if isinstance(host, (bytes, bytearray)) else host


def _resolve(host):
    host = _text(host)
    if not isinstance(host, str):
        raise TypeError("can't convert '%s' object to str implicitly" % type(host).__name__)
    if host == "":
        return "0.0.0.0"
    if _NUMERIC.match(host):
        return host
    return call("resolve", host)


def _address(address):
    if not isinstance(address, (tuple, list)):
        raise TypeError("object '%s' isn't a tuple or list" % type(address).__name__)
    if len(address) != 2:
        raise ValueError("requested length 2 but object has length %d" % len(address))
    return _resolve(address[0]), int(address[1])


def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    address = _resolve(host)
    return [(AF_INET, type or SOCK_STREAM, proto, _text(host) or "0.0.0.0", (address, int(port)))]


class socket(Stream):
    def __init__(self, *args, **keywords):
        if keywords:
            _host.note("socket-keywords", ", ".join(keywords))
            raise TypeError("function doesn't take keyword arguments")
        self._timeout = -1
        if args and args[0] is _ADOPT:
            # A connection that accept() took: it has its slot already.
            self._type = SOCK_STREAM
            self._open(args[1])
            return
        if len(args) > 3:
            raise TypeError("function expected at most 3 arguments, got %d" % len(args))
        family = args[0] if len(args) > 0 else AF_INET
        self._type = args[1] if len(args) > 1 else SOCK_STREAM
        try:
            slot = call("socket", family, self._type)
        except OSError as e:
            if e.errno != _ENFILE:
                raise
            # Sockets that the program forgot to close go with a collection, as on the chip.
            _host.collect()
            slot = call("socket", family, self._type)
        self._open(slot)

    def _open(self, slot):
        self._slot = slot
        self._token = _host.token(slot)

    def _live(self):
        if self._slot < 0:
            raise OSError(_EBADF)
        return self._slot

    def bind(self, address):
        slot = self._live()
        host, port = _address(address)
        call("bind", slot, host, port)

    def listen(self, backlog=2):
        call("listen", self._live(), max(0, backlog))

    def accept(self):
        slot = self._live()
        deadline = _host.deadline(self._timeout)
        while True:
            result = _host.acceptable(slot, deadline)
            if result == _EINTR:
                continue
            if result < 0:
                raise OSError(-result)
            accepted = call("accept", slot)
            if accepted:
                break
        return socket(_ADOPT, accepted[0]), (accepted[1], accepted[2])

    def connect(self, address):
        slot = self._live()
        host, port = _address(address)
        call("connect", slot, host, port)
        if self._type != SOCK_STREAM:
            return
        if self._timeout == 0:
            # Also where the peer is so near that the connection stands already.
            raise OSError(_EINPROGRESS)
        deadline = _host.deadline(self._timeout)
        while True:
            result = _host.connected(slot, deadline)
            if result != _EINTR:
                break
        if result < 0:
            raise OSError(-result)

    def send(self, data):
        return self._send(data)

    def sendall(self, data):
        if self._send(data) < len(data):
            raise OSError(_ETIMEDOUT)

    def _send(self, data):
        # On the chip, send() of a blocking socket goes on until everything is out.
        slot = self._live()
        if isinstance(data, str):
            data = data.encode()
        size = len(data)
        start = addressof(data) if size else 0
        deadline = _host.deadline(self._timeout)
        sent = 0
        while True:
            result = _host.send(slot, start + sent, size - sent, deadline)
            if result == _EINTR:
                continue
            if result < 0:
                if sent and (result == -11 or result == -_ETIMEDOUT):
                    return sent
                raise OSError(-result)
            sent += result
            if sent >= size:
                return sent

    def sendto(self, data, address):
        slot = self._live()
        if isinstance(data, str):
            data = data.encode()
        if not isinstance(address, (tuple, list)):
            raise TypeError("object '%s' isn't a tuple or list" % type(address).__name__)
        host = _text(address[0])
        if not _NUMERIC.match(host):
            # modsocket.c parses the address itself here and asks no name server.
            _host.note("sendto-name", host)
            raise ValueError("invalid arguments")
        size = len(data)
        deadline = _host.deadline(self._timeout)
        while True:
            result = _host.sendTo(slot, addressof(data) if size else 0, size, host, int(address[1]), deadline)
            if result == _EINTR:
                continue
            if result < 0:
                raise OSError(-result)
            return result

    def recv(self, size, flags=0):
        data = bytearray(size)
        count = self._receive(data, size, flags)
        return bytes(memoryview(data)[:count])

    def recvfrom(self, size, flags=0):
        data = self.recv(size, flags)
        if self._type == SOCK_STREAM:
            return data, ("0.0.0.0", 0)
        host, port = _host.sender().split(":")
        return data, (host, int(port))

    def recv_into(self, data, size=0, flags=0):
        # CPython's name. Works, so that a script can be tried, and says what the chip wants.
        _host.note("socket-recv-into", "")
        return self._receive(data, size or len(data), flags)

    def _receive(self, data, size, flags=0):
        slot = self._live()
        deadline = _host.deadline(self._timeout)
        address = addressof(data) if size else 0
        while True:
            result = _host.receive(slot, address, size, flags, deadline)
            if result == _EINTR:
                continue
            if result < 0:
                raise OSError(-result)
            return result

    def settimeout(self, seconds):
        self._timeout = -1 if seconds is None else int(seconds * 1000)

    def setblocking(self, flag):
        self._timeout = -1 if flag else 0

    def setsockopt(self, level, option, value):
        if option in (SO_REUSEADDR, SO_BROADCAST, SO_BINDTODEVICE, TCP_NODELAY, IP_ADD_MEMBERSHIP):
            if option == IP_ADD_MEMBERSHIP and level == IPPROTO_IP:
                if len(value) != 8:
                    raise ValueError
                value = ["%d.%d.%d.%d" % tuple(value[:4]), "%d.%d.%d.%d" % tuple(value[4:])]
            elif isinstance(value, (bytes, bytearray)):
                value = 0
            call("option", self._live(), level, option, value)
        elif option == 20:
            _host.note("socket-callback", "")
        else:
            print("Warning: lwip.setsockopt() option not implemented")

    def makefile(self, mode="rb", buffering=0):
        return self

    def fileno(self):
        return self._slot if self._slot < 0 else self._slot + 48  # lwIP numbers its sockets from 48 here

    def close(self):
        if self._slot >= 0:
            _host.close(self._slot)
            self._slot = -1

    def __del__(self):
        self.close()

    def __getattr__(self, name):
        if name == "__exit__" or name == "__enter__":
            _host.note("socket-with", "")
        raise AttributeError("'socket' object has no attribute '%s'" % name)

    def ioctl(self, request, argument):
        if request == _POLL_REQUEST:
            return 32 if self._slot < 0 else _host.ready(self._slot, argument)
        if request == _CLOSE_REQUEST:
            self.close()
            return 0
        return -1

    def __repr__(self):
        return "<socket>"
