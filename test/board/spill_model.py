# Random sequences of what befalls a queue that goes on in flash, against kiteline/spill.py itself, with a hub that keeps count:
# many starts of a board in one run of the program. A sequence that breaks a promise prints it with its seed.
import json
import os
import random
import sys
from binascii import hexlify
from time import ticks_ms

import kiteline.blocks as blocks
from kiteline.spill import Spilled

ENOSPC = 28
EIO = 5
REMEMBERED = 16  # boot ids, as the hub


class PowerCut(BaseException):
    pass


class Flash:
    """Between blocks.py and the files: writes that fail, and power that goes at any byte."""

    def __init__(self):
        self.left = None  # bytes until the power goes
        self.torn = False  # what was written until then is there; littlefs has an empty file, or none
        self.error = None

    def open(self, path, mode):
        if "w" not in mode:
            return open(path, mode)
        if self.error == ENOSPC:
            raise OSError(ENOSPC)
        return Writer(self, path)

    def spend(self, bytes):
        # How many of these pass.
        if self.left is None:
            return bytes
        passed = min(bytes, self.left)
        self.left -= passed
        return passed


class Writer:
    def __init__(self, flash, path):
        self.flash = flash
        self.path = path
        self.data = bytearray()
        if not flash.spend(1):
            raise PowerCut()
        open(path, "wb").close()

    def __enter__(self):
        return self

    def write(self, data):
        if self.flash.error == EIO and len(self.data) > 100:
            raise OSError(EIO)
        passed = self.flash.spend(len(data))
        self.data.extend(data[:passed])
        if passed < len(data):
            self.cut()

    def cut(self):
        if self.flash.torn:
            with open(self.path, "wb") as f:
                f.write(self.data)
        raise PowerCut()

    def __exit__(self, kind, *more):
        if kind is PowerCut:
            return
        if not self.flash.spend(1):
            self.cut()
        with open(self.path, "wb") as f:
            f.write(self.data)


flash = Flash()
blocks.open = flash.open


class Hub:
    def __init__(self):
        self.stored = {}  # by boot id, newest named last
        self.order = []
        self.all = {}  # (boot id, number): content
        self.session = None

    def hello(self, boots):
        for boot in boots:
            if boot in self.order:
                self.order.remove(boot)
            else:
                self.stored[boot] = 0
            self.order.append(boot)
        for boot in self.order[:-REMEMBERED]:
            del self.stored[boot]
        self.order = self.order[-REMEMBERED:]
        self.session = {boot: 0 for boot in boots}
        self.arrived = []
        return {boot: self.stored[boot] for boot in boots}

    def take(self, line, own):
        sample = json.loads(line)
        boot = sample.get("$boot", own)
        seq = sample["$seq"]
        check(boot in self.session, "a boot id that hello has not named")
        check(seq > self.session[boot], "numbers of a boot id do not rise")
        check("$t" in sample, "a sample without a time")
        self.session[boot] = seq
        self.arrived.append((boot, seq, sample["n"], sample["$t"]))

    def commit(self, count):
        """Stores the first of what has arrived; what to acknowledge."""
        acks = {}
        for boot, seq, n, t in self.arrived[:count]:
            if seq > self.stored[boot]:
                check((boot, seq) not in self.all, "stored twice")
                self.all[boot, seq] = n, t
                self.stored[boot] = seq
            acks[boot] = self.stored[boot]
        del self.arrived[:count]
        return acks


class Board:
    online = False

    def __init__(self, world):
        self._link = self
        self._connection = self
        self._log = self
        self.world = world

    def end(self, why):
        self.online = False

    def note(self, text):
        pass

    def log(self, text):
        pass


def check(holds, what):
    if not holds:
        raise AssertionError(what)


class World:
    def __init__(self, seed):
        self.dice = random
        random.seed(seed)
        self.newest = self.one_in(3)
        self.limit = 4096 * random.choice([2, 4, 8])
        self.places = random.choice([10, 60, 200])
        self.most = random.choice([1500, 5000, 16384])
        self.restless = self.one_in(4)  # it starts again and again, with a sample or two each time
        if self.restless:
            self.limit = 32768
        self.hub = Hub()
        self.made = {}  # (boot id, number): (content, time or None)
        self.dropped = set()
        self.lost = set()  # with RAM, or in a file that was damaged
        self.n = 0
        self.starts = 0
        self.faults = {"cut": 0, "full": 0, "damaged": 0, "held": 0, "given up": 0}
        self.queue = None
        for serial in blocks.found():
            blocks.remove(serial)
        self.start()

    def one_in(self, n):
        return random.randrange(n) == 0

    def start(self):
        flash.left = flash.error = None
        before = self.on_flash()
        boot = hexlify(os.urandom(6)).decode()
        if self.queue:
            self.lost |= self.waiting() - before
        self.board = Board(self)
        self.queue = Spilled(boot, self.places, self.most, self.newest, self.trace, self.board, self.limit)
        self.boot = boot
        self.starts += 1
        self.t = 1700000000000 + self.starts * 1000000
        check(self.waiting() <= before, "what is on flash at a start is not what is sent")
        check(before <= self.waiting() | set(self.hub.all), "what was whole on flash is lost by a start")

    def trace(self, event, *args):
        if event == "given up":
            self.faults["given up"] += 1

    def on_flash(self):
        """What is in whole files."""
        there = set()
        for serial in blocks.found():
            data = blocks.read(serial)
            if data:
                boot, first, count, _, _, _ = blocks.head(data)
                there |= {(boot, first + i) for i in range(count)}
        return there

    def waiting(self):
        q = self.queue
        there = {(q._boot, q._first + i) for i in range(q.count)}
        for _, boot, first, count, _ in q._files:
            there |= {(boot, first + i) for i in range(count)}
        check(len(there) >= q.waiting(), "counted as waiting more than once")
        return there

    def step(self):
        self.before = before = self.waiting()
        self.new = set()
        dropped = self.queue.dropped
        refused = 0
        told = {}
        what = random.randrange(100)
        if self.restless and (what < 50 or what > 89 and self.one_in(2)):
            what = random.choice([0, 87])
        if what < 55:
            for _ in range(random.randrange(1, 3 if self.restless else 30)):
                refused += self.put()
        elif what < 62:
            if self.board.online:
                self.board.online = False
            else:
                told = self.connect()
        elif what < 85:
            if self.board.online:
                told = self.transmit(random.randrange(1, 150))
        elif what < 87:
            self.start()
            return
        elif what < 89:
            self.board.online = False
            self.queue.keep()
            self.account(before, dropped, 0, {})
            self.start()
            return
        elif what < 93:
            flash.left = random.randrange(0, 9000)
            flash.torn = self.one_in(2)
        elif what < 95:
            flash.error = random.choice([ENOSPC, EIO])
            self.faults["full"] += 1
        elif what < 98:
            flash.error = None
            self.queue._again = 0
        else:
            self.damage()
            return
        self.account(before, dropped, refused, told)

    def put(self):
        self.n += 1
        body = '{"n":%d,"x":"%s"' % (self.n, "x" * random.choice([1, 20, 60, 60, 300][: 2 if self.restless else 5]))
        if self.one_in(300):
            body = '{"n":%d,"x":"%s"' % (self.n, "x" * random.randrange(8000))
        self.t += 1
        known = self.queue._offset is not None or self.one_in(4)
        body = body.encode()
        key = self.queue._boot, self.queue._first + self.queue.count  # the number that it gets, if any
        self.made[key] = self.n, self.t if known else None
        self.new.add(key)
        seq = self.queue.put(body, self.t if known else None)
        if seq is None:
            del self.made[key]
            self.new.remove(key)
            return 1
        check((self.queue._boot, seq) == key, "a number that is not the next one")
        return 0

    def connect(self):
        boots = self.queue.boots
        check(len(boots) <= 15, "more boot ids than hello may name")
        acks = self.hub.hello(list(boots) + [self.boot])
        self.board.online = True
        self.queue.begin(acks, 1700000000000)
        if self.queue._held:
            self.faults["held"] += 1
        return acks

    def transmit(self, count):
        told = {}
        while count and self.board.online:
            count -= 1
            line = self.queue.take()
            if line is None:
                break
            self.hub.take(line, self.boot)
        if self.one_in(2):
            acks = self.hub.commit(random.randrange(1 + len(self.hub.arrived)))
            for boot in acks:
                if self.board.online and self.one_in(10):
                    self.board.online = False  # and it takes the acknowledgement with it
                if self.board.online:
                    told[boot] = acks[boot]
                    self.queue.ack(acks[boot], boot)
        return told

    def account(self, before, dropped, refused, told):
        """What waits no more was acknowledged, or dropped and counted."""
        q = self.queue
        after = self.waiting()
        gone = (before | self.new) - after
        acked = {key for key in gone if told.get(key[0], 0) >= key[1]}
        check(acked <= set(self.hub.all), "forgotten before it was on disk")
        given_up = gone - acked
        check(len(given_up) + refused == q.dropped - dropped, "%d were dropped, %d counted" % (len(given_up) + refused, q.dropped - dropped))
        self.dropped |= given_up
        check(len(after) == q.waiting(), "%d wait, %d are told" % (len(after), q.waiting()))
        check(q.count <= self.places and q._size <= self.most + 20 * self.places, "more in RAM than it may hold")
        used = sum([blocks.cost(each[3]) for each in os.ilistdir(blocks.FOLDER)]) if blocks.found() else 0
        check(used <= self.limit + (4096 if flash.error else 0), "more in flash than it may hold: %d" % used)

    def cut(self):
        """The power went in the middle of a step: what the step dropped, nobody counts any more."""
        self.faults["cut"] += 1
        self.dropped |= (self.before | self.new) - self.waiting() - self.on_flash()
        self.start()

    def damage(self):
        serials = blocks.found()
        if not serials:
            return
        serial = random.choice(serials)
        with open(blocks._path(serial), "rb") as f:
            data = bytearray(f.read())
        if not data:
            return
        if self.one_in(2):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        else:
            data = data[: random.randrange(len(data))]
        before = self.on_flash()
        with open(blocks._path(serial), "wb") as f:
            f.write(data)
        self.faults["damaged"] += 1
        self.lost |= (before - self.on_flash()) & self.waiting()
        self.start()

    def finish(self):
        flash.left = flash.error = None
        for _ in range(self.starts + 20):
            self.queue._again = 0
            if not self.board.online:
                self.connect()
            while self.board.online:
                line = self.queue.take()
                if line is None:
                    break
                self.hub.take(line, self.boot)
            acks = self.hub.commit(len(self.hub.arrived))
            for boot in acks:
                self.queue.ack(acks[boot], boot)
            if not self.queue.waiting():
                break
        check(self.queue.waiting() == 0, "%d are never acknowledged" % self.queue.waiting())
        check(not blocks.found(), "files are left: %r" % blocks.found())
        for key in self.made:
            n, t = self.made[key]
            if key in self.hub.all:
                check(self.hub.all[key][0] == n, "another content under the same number")
                check(t is None or self.hub.all[key][1] == t, "another time")
            else:
                check(key in self.dropped or key in self.lost, "lost: %r" % (key,))
        check(set(self.hub.all) <= set(self.made), "stored what was never made")


def run(seed, steps):
    world = None
    try:
        world = World(seed)
        for _ in range(3 * steps if world.restless else steps):
            ticks_ms()  # garbage is collected here
            try:
                world.step()
            except PowerCut:
                world.cut()
        world.finish()
        return world
    except AssertionError as e:
        print("seed %d: %s" % (seed, e))
        sys.print_exception(e)
