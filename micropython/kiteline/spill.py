# The sample queue goes on in flash, Board(spill=65_536): what does not fit into RAM while the hub is away, and what is left when
# the program ends, is sent after the next start. RAM: about 90 bytes a file, and 4 KB more while one is sent.
import time
from micropython import const

from .blocks import BLOCK, BODIES, OVER, cost, found, head, read, remove, write
from .clock import uptime
from .samples import Samples

_BOOTS = const(15)  # that hello can name
_BODY = const(8078)  # bytes of a sample: $t, $boot, $seq and a signature make it a line
_AGAIN_MS = const(60_000)  # after a write that failed
_AWAY_MS = const(31_536_000_000)  # by which the chip's clock has gone further: then somebody has set it


class Spilled(Samples):
    """Samples in RAM, and the older ones in flash. What is there keeps its boot id and number over every reset."""

    EXTRA = 320  # with the boot ids

    def __init__(self, boot, places, most, newest, trace, board, limit):
        super().__init__(boot, places, most, newest, trace)
        self._board = board
        self._limit = limit
        self._used = 0  # bytes of flash
        self._kept = 0  # samples in flash that wait
        self._files = []  # [serial, boot id, first that waits, how many wait, bytes of flash], in the order of sending
        self._starts = {}  # of other boot ids: [the hub's time at uptime 0 or None, the chip's clock then, uptime at the end]
        self._clock = time.time_ns() // 1_000_000 - uptime()  # the chip's, at uptime 0
        self._sent = {}  # by boot id, the highest number that this session has sent
        self._named = ()  # boot ids of this session
        self._held = False  # there are more of them than hello can name
        self._data = None  # the file that is being sent …
        self._entry = None
        self._pos = 0  # … its next sample …
        self._seq = 0  # … and its number
        self._offset = None
        self._untimed = False  # files of this start have samples without a time
        self._serial = 1  # of the next file
        self._writing = False  # a timer's handler may send a sample meanwhile
        self._again = 0  # uptime from which on it may be tried to write
        self.failures = 0  # of the file system
        self.damaged = 0  # files
        self._load()

    # What the board asks for.

    def waiting(self):
        return self.count + self._kept

    @property
    def boots(self):
        return self._others()[:_BOOTS]

    def put(self, body, t):
        if len(body) > _BODY:
            raise ValueError("with spill a sample takes %d bytes at most, this one has %d" % (_BODY, len(body)))
        seq = super().put(body, t)
        # Without a session one block's worth goes at once: RAM does not outlive a power cut. With one, not before there is no
        # room: acknowledgements are on their way.
        if seq and not self._board.online and self._size + 2 * self.count > BLOCK - OVER:
            self._spill()
        return seq

    def keep(self):
        self._again = 0
        while self.count and self._spill():
            pass

    def begin(self, acks, offset):
        self._offset = offset
        self._data = self._entry = None
        self._sent = {}
        self._named = acks
        others = self._others()
        self._held = len(others) > _BOOTS
        self._date(others, offset)
        for boot in acks:
            if isinstance(acks[boot], int):
                self._acked(boot, acks[boot])
        if self._untimed and self._kept:
            # A file without samples: should the power go now, it tells the next start the time of this one.
            self._untimed = not self._write([])
        super().begin(acks, offset)
        self._drained()

    def ack(self, seq, boot):
        self._acked(boot, min(seq, self._sent.get(boot, 0)))
        super().ack(seq, boot)
        if boot != self._boot and self._trace:
            self._trace("acked", boot, seq)
        self._drained()

    def take(self):
        while self._data or self._open():
            _, boot, first, _, _ = self._entry
            data = self._data
            at = self._pos + 2
            end = self._pos = at + int.from_bytes(data[at - 2 : at], "big")
            seq = self._seq
            self._seq += 1
            if end + 4 >= len(data):
                self._data = None
            if seq < first or seq <= self._sent.get(boot, 0):
                continue
            self._sent[boot] = seq
            own = boot == self._boot
            body = data[at:end]
            if body[0] == 0:
                t = int.from_bytes(body[1:6], "big") + (self._offset if own else self._back(boot))
                body = body[6:] + b',"$t":%d' % max(0, t)
            return body + (b',"$seq":%d}\n' % seq if own else b',"$boot":"%s","$seq":%d}\n' % (boot, seq))
        if self._held:
            return None  # so that the hub, which remembers 16 boot ids, never forgets one of which samples may come again
        line = super().take()
        if line:
            self._sent[self._boot] = self._next - 1
        return line

    # To flash.

    def _room(self, size):
        while size <= self._most and self._full(size) and self._spill():
            pass
        return super()._room(size)

    def _spill(self):
        # Moves the oldest samples of RAM into one file. False: there is no room, or it cannot be written.
        bodies = []
        size = OVER
        while len(bodies) < self.count:
            body = self._ring[(self._at + len(bodies)) % len(self._ring)]
            size += 2 + len(body)
            if bodies and size > BLOCK:
                break
            bodies.append(body)
        if self._writing or uptime() < self._again or not self._write(bodies):
            return False
        for body in bodies:
            self._untimed |= body[0] == 0
            self._free()
        if self._trace:
            self._trace("spilled", self._first - 1)
        return True

    def _write(self, bodies):
        # Until the file is closed and noted here, its samples are in RAM, too.
        size = cost(OVER + sum([2 + len(each) for each in bodies]))
        while self._used + size > self._limit:
            if self._newest or size > self._limit or not bodies:
                return False
            self._give_up(self._files[0])
        first = self._first if bodies else 0
        self._writing = True
        try:
            write(self._serial, self._boot, first, bodies, self._offset, self._clock, uptime())
        except (OSError, MemoryError) as e:
            self._failed("written", e)
            return False
        finally:
            self._writing = False
        self._files.append([self._serial, self._boot, first, len(bodies), size])
        self._serial += 1
        self._used += size
        self._kept += len(bodies)
        return True

    def _give_up(self, entry):
        _, boot, first, count, _ = entry
        self._remove(entry)
        if count:
            self._drop(count)
            if self._trace:
                self._trace("given up", boot, first, first + count - 1)

    def _failed(self, what, e):
        # A flash that is full or worn: RAM goes on, and a person is told once.
        self.failures += 1
        self._again = uptime() + _AGAIN_MS
        if self.failures == 1:
            why = "it is full" if e.args == (28,) else repr(e)  # ENOSPC, which the firmware has no name for
            self._tell("samples cannot be %s in flash (%s): RAM alone holds what waits" % (what, why))

    def _tell(self, text):
        self._board._log.note(text)
        self._board.log(text)

    # Back from flash.

    def _load(self):
        bad = 0
        for serial in found():
            self._serial = serial + 1
            data = read(serial)
            if not data:
                bad += 1
                remove(serial)
                continue
            boot, first, count, offset, clock, end = head(data)
            size = cost(len(data))
            self._files.append([serial, boot, first, count, size])
            self._used += size
            self._kept += count
            known = self._starts.get(boot)
            self._starts[boot] = [offset or known and known[0], clock, end]
        for boot in self._starts:
            self._tidy(boot)
        if bad:
            self._spoilt(bad)

    def _spoilt(self, count):
        self.damaged += count
        self._tell("files of samples in flash that were not whole, and are deleted: %d; did the power go meanwhile?" % count)

    def _others(self):
        boots = []
        for _, boot, _, count, _ in self._files:
            if count and boot != self._boot and boot not in boots:
                boots.append(boot)
        return boots

    def _date(self, boots, offset):
        # The time of starts that never knew it. Each ended before the next one began, by as much as the chip's clock went on
        # meanwhile: it goes through resets and deep sleep, and begins anew when the power comes. So the times are never too
        # early, and right where the power stayed.
        clock = self._clock
        for boot in reversed(boots):
            start = self._starts[boot]
            if start[0] is None:
                away = clock - start[1] - start[2]
                start[0] = offset - start[2] - (away if 0 < away < _AWAY_MS else 0)
                start.append(True)  # nobody was told
            offset, clock = start[0], start[1]

    def _back(self, boot):
        start = self._starts[boot]
        if len(start) > 3:
            start.pop()
            self._tell("times of start %s are counted back from the next one: too late by as long as the power was away" % boot)
        return start[0]

    def _open(self):
        # The oldest file with samples that this session has not sent.
        for entry in list(self._files):
            serial, boot, first, count, _ = entry
            if not count or self._sent.get(boot, 0) >= first + count - 1:
                continue
            if boot not in self._named or self._held and boot == self._boot:
                continue
            self._data = read(serial)
            if self._data:
                self._entry = entry
                self._pos = BODIES
                self._seq = head(self._data)[1]
                return True
            self._give_up(entry)
            self._spoilt(1)
        return False

    def _acked(self, boot, seq):
        for entry in list(self._files):
            if entry[1] == boot and entry[3] and entry[2] <= seq:
                gone = min(entry[3], seq + 1 - entry[2])
                entry[2] += gone
                entry[3] -= gone
                self._kept -= gone
                if not entry[3]:
                    self._remove(entry)
                if self._trace:
                    self._trace("unspilled", boot, entry[2] - 1)

    def _drained(self):
        # The next hello names those of which this one could not.
        if self._held and not any([each[3] and each[1] in self._named for each in self._files]):
            self._held = False
            self._board._link._connection.end("more starts have samples in flash than one hello names")

    def _remove(self, entry):
        self._unlink(entry)
        self._kept -= entry[3]
        if entry is self._entry:
            self._data = self._entry = None
        self._tidy(entry[1])

    def _tidy(self, boot):
        # Files that only tell a boot id's time go with its last samples.
        files = [each for each in self._files if each[1] == boot]
        if not any([each[3] for each in files]):
            for each in files:
                self._unlink(each)

    def _unlink(self, entry):
        self._files.remove(entry)
        self._used -= entry[4]
        e = remove(entry[0])
        if e:
            self._failed("deleted", e)
