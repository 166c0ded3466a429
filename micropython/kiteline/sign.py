# Signed lines (PROTOCOL.md, "Keys"): HMAC-SHA256 out of hashlib alone, as the chip has no hmac. Loaded where there is a key.
# A line pays two hashes of 64 bytes and of what it says, and leaves about 0.7 KB of garbage.
import os
from binascii import hexlify
from hashlib import sha256
from micropython import const

_WINDOW = const(64)  # datagrams that may overtake each other


class Hmac:
    """HMAC-SHA256 (RFC 2104) for many texts; the key has 64 bytes at most."""

    def __init__(self, key):
        key += bytes(64 - len(key))
        self._inner = bytes([b ^ 0x36 for b in key])
        self._outer = bytes([b ^ 0x5C for b in key])

    def digest(self, head, text):
        """32 bytes, of both together: they need not become one."""
        hash = sha256(self._inner)
        hash.update(head)
        hash.update(text)
        inner = hash.digest()
        hash = sha256(self._outer)
        hash.update(inner)
        return hash.digest()


def same(a, b):
    """Whether they are equal, in a time that does not tell how much of them is: of their length alone it tells."""
    if len(a) != len(b):
        return False
    different = at = 0
    for byte in a:  # zip() would leave a tuple for each
        different |= byte ^ b[at]
        at += 1
    return different == 0


def prove(connection, key, board):
    """Asks the hub whether it has the board's key. One that has is said hello to, with signed lines from then on; any other
    gets to know the board's name, and nothing more."""
    # What nobody has heard before: the chip's numbers are true random while its radio is on.
    nonce = hexlify(os.urandom(16)).decode()

    def answered(message):
        try:
            connection.seal = _seal(key, "%s\n%s\n" % (board.name, nonce), message)
        except ValueError as e:
            connection.refused = True
            connection.end("the hub at %s cannot prove that it is yours: %s" % (connection.where, e))
        else:
            connection.hello()
        if board.trace:
            board.trace("proved" if connection.seal else "refused hub", connection.why or connection.where)

    asked = {"board": board.name, "key": hexlify(sha256(key).digest()[:4]).decode(), "nonce": nonce}
    connection.ask("$prove", asked, answered)


def _seal(key, asked, message):
    answer = message.get("result")
    if not isinstance(answer, dict):
        error = message.get("error")
        raise ValueError("it says: %s" % str(error.get("message"))[:200] if isinstance(error, dict) else "what it answers is no proof")
    nonce = answer.get("nonce")
    proof = answer.get("proof")
    if not isinstance(nonce, str) or len(nonce) != 32 or not isinstance(proof, str):
        raise ValueError("what it answers is no proof")
    hmac = Hmac(key)
    said = (asked + nonce).encode()
    if not same(hexlify(hmac.digest(b"kiteline 1 hub\n", said)[:16]), proof.encode()):
        raise ValueError("it has another key")
    return Seal(hmac.digest(b"kiteline 1 session\n", said))


class Seal:
    """Signs what goes out in one session, and opens what comes in. Each way counts by itself, datagrams apart."""

    def __init__(self, key):
        self._hmac = Hmac(key)
        self._said = 0
        self._heard = 0
        self._thrown = 0  # datagrams out
        self._newest = 0  # in
        self._caught = 0  # which of the newest 64 have come: bit 0 is the newest

    def _mac(self, way, n, payload):
        return hexlify(self._hmac.digest(b"%s %s " % (way, n), payload)[:8])

    def sign(self, out, line):
        """Appends a line, its LF with it, signed to `out`: it must be the next one that is written."""
        self._said += 1
        n = b"%d" % self._said
        payload = memoryview(line)[:-1]
        out.extend(payload)
        out.extend(b"\t%s.%s\n" % (n, self._mac(b"b", n, payload)))

    def open(self, line):
        """What a line of a stream says; None when it is not the hub's next one."""
        payload, _, trailer = line.rpartition(b"\t")
        n = b"%d" % (self._heard + 1)
        if not same(trailer, b"%s.%s" % (n, self._mac(b"h", n, payload))):
            return None
        self._heard += 1
        return payload

    def sign_datagram(self, session, payload):
        """The datagram; session: its id, as hello's answer had it."""
        self._thrown += 1
        n = b"%d" % self._thrown
        return b"%s\t%s.%s.%s" % (payload, session.encode(), n, self._mac(b"bd", n, payload))

    def open_datagram(self, data):
        """What a datagram says; None when the hub did not send it in this session, or it came before, or 64 newer ones did."""
        payload, _, trailer = data.rpartition(b"\t")
        told, _, mac = trailer.rpartition(b".")
        n = told.rpartition(b".")[2]
        if not same(mac, self._mac(b"hd", n, payload)):
            return None
        n = int(n)
        ahead = n - self._newest
        if ahead > 0:
            self._newest = n
            self._caught = (self._caught << min(ahead, _WINDOW) | 1) & ((1 << _WINDOW) - 1)
            return payload
        bit = 1 << -ahead
        if ahead <= -_WINDOW or self._caught & bit:
            return None
        self._caught |= bit
        return payload
