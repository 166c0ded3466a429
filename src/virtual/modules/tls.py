# `tls`, the C module behind `ssl` (extmod/modtls_mbedtls.c of MicroPython 1.27): TLS 1.2, for clients. What the program reads
# and writes is its own text; the main thread encrypts it behind the socket, see host/tls-client.ts.
import _host
from _native import call
from _stream import Stream
from binascii import a2b_base64, b2a_base64
from micropython import const
from socket import SOCK_STREAM, socket
from uctypes import addressof

PROTOCOL_TLS_CLIENT = const(0)
PROTOCOL_TLS_SERVER = const(1)
PROTOCOL_DTLS_CLIENT = const(2)
PROTOCOL_DTLS_SERVER = const(3)
CERT_NONE = const(0)
CERT_OPTIONAL = const(1)
CERT_REQUIRED = const(2)
MBEDTLS_VERSION = "Mbed TLS 3.6.4"

_EINTR = const(-4)
_TLS_FAILED = const(30000)  # errno.ts
_BAD_INPUT = const(-28928)
_NO_ROOTS = const(-30336)

_POLL_REQUEST = const(3)
_CLOSE_REQUEST = const(4)
_NVAL = const(32)


def _base64(data):
    return str(b2a_base64(data.encode() if isinstance(data, str) else data), "ascii")


class SSLContext:
    def __init__(self, protocol):
        self.verify_mode = CERT_NONE if protocol & 1 else CERT_REQUIRED
        self._roots = []
        self._own = None  # certificate and key, for servers that ask

    def __getattr__(self, name):
        if name in ("get_ciphers", "set_ciphers", "verify_callback"):
            _host.note("missing-name", "tls.SSLContext." + name)
        raise AttributeError("'SSLContext' object has no attribute '%s'" % name)

    def load_cert_chain(self, certfile, keyfile):
        own = [_base64(certfile), _base64(keyfile)]
        wrong = call("tlsOwn", own)
        if wrong:
            raise ValueError(wrong)
        self._own = own

    def load_verify_locations(self, cadata):
        roots = _base64(cadata)
        if not call("tlsRoots", roots):
            raise ValueError("invalid cert")
        self._roots.append(roots)

    def wrap_socket(self, sock, *, server_side=False, do_handshake_on_connect=True, server_hostname=None):
        if not isinstance(sock, socket) or sock._type != SOCK_STREAM:
            raise OSError("stream operation not supported")
        if server_side:
            _host.note("tls-server", "")
            raise NotImplementedError("a virtual board has TLS for clients only")
        if self.verify_mode == CERT_REQUIRED:
            if server_hostname is None:
                raise ValueError("CERT_REQUIRED requires server_hostname")
            if not self._roots:
                raise OSError(_NO_ROOTS, "MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED")
        wishes = {"hostname": server_hostname, "verifyMode": self.verify_mode, "roots": self._roots, "own": self._own}
        call("tlsWrap", sock._live(), wishes)
        wrapped = SSLSocket(sock)
        if do_handshake_on_connect:
            wrapped._shake_hands()
        return wrapped


class SSLSocket(Stream):
    def __init__(self, sock):
        self._sock = sock
        self._failure = None  # the first error is every later one's answer

    @property
    def _timeout(self):
        return self._sock._timeout

    @property
    def _slot(self):
        return -1 if self._sock is None or self._failure else self._sock._slot

    def _live(self):
        if self._failure:
            raise self._failure
        if self._sock is None:
            raise OSError(_BAD_INPUT, "MBEDTLS_ERR_SSL_BAD_INPUT_DATA")
        return self._sock._live()

    def _error(self, errno):
        if errno != _TLS_FAILED:
            return OSError(errno)
        number, text = call("tlsFailure", self._sock._slot)
        self._failure = OSError(number, text) if number else ValueError(text)
        return self._failure

    def _shake_hands(self):
        # Blocks also where the socket does not, as the chip's does.
        slot = self._live()
        deadline = _host.deadline(self._timeout or -1)
        while True:
            result = _host.secured(slot, deadline)
            if result == 0:
                return
            if result != _EINTR:
                raise self._error(-result)

    def _receive(self, data, size):
        slot = self._live()
        deadline = _host.deadline(self._timeout)
        address = addressof(data) if size else 0
        while True:
            result = _host.receive(slot, address, size, 0, deadline)
            if result >= 0:
                return result
            if result != _EINTR:
                raise self._error(-result)

    def recv(self, size):
        data = bytearray(size)
        count = self.readinto(data)
        return count if count is None else bytes(memoryview(data)[:count])

    def recv_into(self, data, size=-1):
        return self.readinto(data, size)

    def send(self, data):
        return self.write(data)

    def sendall(self, data):
        return self.write(data)

    def setblocking(self, flag):
        self._sock.setblocking(flag)

    def getpeercert(self, binary_form):
        if not binary_form:
            raise NotImplementedError
        found = call("tlsPeer", self._live())
        return found and a2b_base64(found)

    def cipher(self):
        return tuple(call("tlsCipher", self._live()))

    def close(self):
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def ioctl(self, request, argument):
        if request == _POLL_REQUEST:
            return _NVAL if self._slot < 0 else _host.ready(self._slot, argument)
        if request == _CLOSE_REQUEST:
            self.close()
            return 0
        return -1

    def __repr__(self):
        return "<SSLSocket>"
