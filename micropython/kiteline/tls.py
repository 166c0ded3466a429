# The way to the hub encrypted, Board(tls=…): TLS to a hub that has this one certificate (a pin), whatever its address. Loaded where
# "tls" is set. The chip pays for the connection 20 KB and more outside of this heap (16 KB for what comes, 4 KB for what goes:
# sdkconfig.base of MicroPython's ESP32 port), and its loop stands still for the arithmetic of each step of the handshake.
import asyncio
from binascii import a2b_base64

try:
    import tls
except ImportError:  # before MicroPython 1.23
    import ssl as tls


class Pin:
    def __init__(self, given, board):
        """given: {"cert": base64 of DER, or the path of a .der or .pem file}. ValueError with a sentence."""
        self._board = board
        if board._listen:
            raise ValueError("tls is for a board that connects to its hub, not for one that listens")
        cert = given.get("cert") if isinstance(given, dict) else given
        try:
            self._der = der = _der(cert)
            self._name = _name(der)
            # As its own authority: mbedTLS then takes this certificate, and none that somebody else has signed.
            self._context = context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
            context.verify_mode = tls.CERT_REQUIRED
            context.load_verify_locations(der)
        except (ValueError, TypeError, AttributeError) as e:
            raise ValueError('tls is {"cert": …} with a certificate as base64 of its DER, or the path of a file: %s' % e)
        except OSError as e:
            raise ValueError("the certificate %s cannot be read: %s" % (cert, e))

    async def secure(self, connection, s):
        """The socket encrypted, once the hub has shown the certificate. OSError where it has not; then nothing was sent."""
        return await asyncio.wait_for_ms(self._secure(connection, s), connection.HELLO_MS)

    async def _secure(self, connection, s):
        try:
            # On the chip a read carries the handshake on, one message at a time, and a hub does not speak first.
            connection._socket = secure = self._context.wrap_socket(s, server_hostname=self._name, do_handshake_on_connect=False)
            seen = None
            while not seen:
                if secure.read(1) is not None:
                    raise OSError("it ended the handshake")
                seen = secure.getpeercert(True)
                if not seen:
                    await _readable(secure)
            if seen == self._der:
                return secure
            why = _OTHER
        except ValueError as e:
            why = str(e).strip()
            why = _DATE if "validity" in why and "signed" not in why else _OTHER
        except OSError as e:
            if e.errno != _VERIFY_FAILED:
                s.close()  # mbedTLS has let go of it
                text = "no TLS with the hub at %s: %s; does it listen there with --tls?"
                connection.end(text % (connection.where, e))
                raise
            why = _OTHER + ", or " + _DATE
        s.close()
        connection.refused = True
        connection.end("the hub at %s is not this board's: %s" % (connection.where, why))
        if self._board.trace:
            self._board.trace("refused hub", connection.why)
        raise OSError(why)


_VERIFY_FAILED = -0x2700  # all that MicroPython before 1.24 says of it
_OTHER = 'it has not the certificate in "tls"'
_DATE = "its certificate is not valid at what this board's clock says"


def _der(cert):
    if isinstance(cert, str) and cert[-4:] in (".der", ".pem"):
        with open(cert, "rb") as f:
            cert = f.read()
    if isinstance(cert, str):
        cert = cert.encode()
    if b"-----BEGIN CERT" in cert:
        # The first: of a chain that is the hub's own.
        cert = cert.split(b"-----BEGIN CERTIFICATE-----")[1].split(b"-----END")[0]
    return cert if cert[0] == 0x30 else a2b_base64(cert)


def _name(der):
    """A name that the certificate has, for mbedTLS wants one. Of the alternative names (RFC 5280, 4.2.1.6) the first of a host, else
    the common name."""
    at = der.find(b"\x06\x03\x55\x1d\x11")
    if at >= 0:
        at = der.find(b"\x04", at + 5)  # the string that holds them; before it may stand that they are critical
        at, end = _content(der, _content(der, at)[0])
        while at < end:
            start, after = _content(der, at)
            if der[at] == 0x82:
                return der[start:after].decode()
            at = after
        raise ValueError("it names no host")
    at = der.rfind(b"\x06\x03\x55\x04\x03")
    if at < 0:
        raise ValueError("it names nobody")
    start, after = _content(der, at + 5)
    return der[start:after].decode()


def _content(der, at):
    # Where the content of the element at `at` begins and ends.
    size = der[at + 1]
    at += 2
    if size & 0x80:
        count = size & 0x7F
        size = int.from_bytes(der[at : at + count], "big")
        at += count
    return at, at + size


def _readable(s):
    # async: until the hub has answered.
    yield asyncio.core._io_queue.queue_read(s)
