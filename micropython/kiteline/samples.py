# Samples from when they are taken until the hub has them on disk (promise 1). RAM: 4 bytes a place, and what each takes as
# JSON, about 60 bytes for two values.
from .clock import uptime

_UNTIMED = b"\0"  # begins a sample from before the hub's time was known; then five bytes of uptime


class Samples:
    """A bounded queue of numbered samples. Numbers begin with 1 for each boot id and have no gaps here: the oldest one's
    number, and how many there are, say them all. (Spilled of spill.py is one that goes on in flash.)"""

    boots = ()  # other boot ids of which there are samples here
    EXTRA = 64  # bytes of a hello beside commands and units

    def __init__(self, boot, places, most, newest, trace):
        self._ring = [None] * places
        self._at = 0  # place of the oldest
        self._first = 1  # its number
        self.count = 0
        self._size = 0
        self._most = most
        self._newest = newest  # drop the newest when full, not the oldest
        self._next = 1  # number of the first that this session has not sent
        self.dropped = 0
        self._boot = boot
        self._trace = trace

    def put(self, body, t):
        """Takes a sample: `{"a":1` without its end, and its time, ms since 1970 or None for now. Gives its number, or None."""
        if t is None:
            body = _UNTIMED + uptime().to_bytes(5, "big") + body
        else:
            body += b',"$t":%d' % t
        size = len(body)
        if not self._room(size):
            return self._drop(1)
        self._ring[(self._at + self.count) % len(self._ring)] = body
        seq = self._first + self.count
        self.count += 1
        self._size += size
        if self._trace:
            self._trace("queued", seq)
        return seq

    def waiting(self):
        """How many the hub has not yet told to be on disk."""
        return self.count

    def keep(self):
        """The program ends: what is left here dies with it."""

    def _full(self, size):
        return self.count == len(self._ring) or self._size + size > self._most

    def _room(self, size):
        # Whether there is room for one of this size, made where it may be.
        while self._full(size):
            if self._newest or size > self._most:
                return False
            self._free()
            self._drop(1)
        return True

    def _drop(self, count):
        self.dropped += count
        if self._trace:
            self._trace("dropped", self.dropped)

    def _free(self):
        self._size -= len(self._ring[self._at])
        self._ring[self._at] = None
        self._at = (self._at + 1) % len(self._ring)
        self._first += 1
        self.count -= 1
        if self._next < self._first:
            self._next = self._first

    def begin(self, acks, offset):
        """A session begins; up to which number the hub has all, by boot id. `offset`: its time less the uptime."""
        self._next = self._first + self.count
        self.ack(acks[self._boot], self._boot)
        self._next = self._first
        for i in range(self.count):
            at = (self._at + i) % len(self._ring)
            body = self._ring[at]
            if body[0] == 0:
                t = max(0, int.from_bytes(body[1:6], "big") + offset)
                self._ring[at] = body[6:] + b',"$t":%d' % t
                self._size += len(self._ring[at]) - len(body)

    def ack(self, seq, boot):
        """What was sent of this boot id up to this number is on disk."""
        if boot != self._boot:
            return
        while self.count and self._first <= seq and self._first < self._next:
            self._free()
        if self._trace:
            self._trace("acked", self._boot, seq)

    def take(self):
        """The line of the oldest sample that this session has not sent, which it has then; None when there is none."""
        if self._next < self._first + self.count:
            seq = self._next
            self._next += 1
            return self._ring[(self._at + seq - self._first) % len(self._ring)] + b',"$seq":%d}\n' % seq
