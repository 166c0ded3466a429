# Every call into gc.collect() below strikes while Python or C code holds objects; what comes out must be right all the same.
import gc
import io
import json


def strike():
    junk = [("%d" % i) * 7 for i in range(6)]
    gc.collect()
    junk = [("%d" % i) * 7 for i in range(6)]
    return 0


class Thing:
    def __init__(self, number):
        strike()
        self.number = [number]
        strike()

    def __str__(self):
        strike()
        return "o" * self.number[0]

    def __hash__(self):
        strike()
        return self.number[0]

    def __eq__(self, other):
        strike()
        return self.number[0] == other.number[0]

    def __lt__(self, other):
        strike()
        return self.number[0] < other.number[0]

    def __add__(self, other):
        strike()
        return Thing(self.number[0] + other.number[0])

    def __enter__(self):
        strike()
        return [1] * 5

    def __exit__(self, *_):
        strike()
        return True

    def __getattr__(self, name):
        strike()
        return name * 3

    def __getitem__(self, at):
        strike()
        return [at] * 3

    def __call__(self, *args, **named):
        strike()
        return args, named

    @property
    def twice(self):
        strike()
        return [self.number] * 2


class Derived(Thing):
    def __init__(self, number):
        super().__init__(number)
        strike()

    def __str__(self):
        return super().__str__() + "!"


class Stream(io.IOBase):
    def __init__(self, data=b""):
        self.data = data
        self.at = 0

    def readinto(self, into):
        strike()
        count = min(len(into), len(self.data) - self.at, 3)
        into[:count] = self.data[self.at : self.at + count]
        self.at += count
        return count

    def write(self, data):
        strike()
        self.data += bytes(data)
        return len(data)


def steps(count):
    for i in range(count):
        strike()
        yield [i]


def through(count):
    strike()
    yield from steps(count)
    strike()


def closure(number):
    kept = [number]

    def inner(other):
        strike()
        return [kept[0], other]

    return inner


def wide_closure(a, b, c, d, e, f):
    def inner(*more):
        strike()
        return [a, b, c, d, e, f, more]

    return inner


def deep(count):
    if count == 0:
        strike()
        return []
    below = deep(count - 1)
    strike()
    below.append(count)
    return below


class Waiting:
    def __iter__(self):
        strike()
        yield [1]

    __await__ = __iter__


async def coroutine(number):
    kept = [number]
    await Waiting()
    strike()
    return kept


def finished(running):
    try:
        while True:
            running.send(None)
    except StopIteration as e:
        return e.value


def equal(what, got, wanted):
    if got != wanted:
        print("wrong:", what, repr(got)[:200])


def exercise():
    numbers = list(range(20))
    lists = [[i] for i in range(20)]
    shuffled = [i * 7 % 20 for i in range(20)]
    equal("made", [thing.number for thing in [Thing(i) for i in range(20)]], lists)
    equal("sorted", [t.number[0] for t in sorted([Thing(i) for i in shuffled])], numbers)
    equal("key", sorted(shuffled, key=lambda n: (strike(), n)[1]), numbers)
    equal("list", list(x[0] for x in steps(20)), numbers)
    equal("comprehension", [x[0] for x in through(20)], numbers)
    equal("dict comprehension", {str(x[0]): x for x in steps(9)}["7"], [7])
    equal("hash", {Thing(x[0]): x for x in steps(9)}[Thing(7)], [7])
    equal("join", "-".join(str(x) for x in steps(9)), "-".join(str(x) for x in lists[:9]))
    equal("format", "{}|{!r:>4}|{}".format(Thing(5), "x", Derived(9)), "ooooo| 'x'|ooooooooo!")
    equal("percent", "%s|%s" % (Thing(5), Derived(9)), "ooooo|ooooooooo!")
    equal("dict", dict((str(x[0]), x) for x in steps(9))["7"], [7])
    first, *rest = steps(9)
    equal("unpack", rest, lists[1:9])
    equal("call", Thing(1)(*steps(9), k=[1], **{"z": strike()}), (tuple(lists[:9]), {"k": [1], "z": 0}))
    equal("add", (Thing(3) + Thing(4)).number, [7])
    with Thing(1) as entered:
        strike()
        equal("with", entered, [1] * 5)
        raise ValueError
    equal("attribute", Thing(1).zz + Thing(2).yy, "zzzzzzyyyyyy")
    equal("item", Thing(1)[4] + Thing(1)[5], [4] * 3 + [5] * 3)
    equal("property", Thing(6).twice + Thing(7).twice, [[6], [6], [7], [7]])
    equal("closures", [inner(3) for inner in [closure(i) for i in range(9)]], [[i, 3] for i in range(9)])
    equal("wide closure", wide_closure([1], [2], [3], [4], [5], [6])([7], [8])[5:], [[6], ([7], [8])])
    equal("recursion", deep(9), list(range(1, 10)))
    data = {"a": [{"k": "y" * i} for i in range(5)]}
    equal("json.load", json.load(Stream(json.dumps(data).encode())), data)
    stream = Stream()
    json.dump(data, stream)
    equal("json.dump", json.loads(stream.data), data)
    stream = Stream()
    print("a", [1, 2], "b" * 60, file=stream)
    equal("print", stream.data, b"a [1, 2] " + b"b" * 60 + b"\n")
    equal("coroutine", finished(coroutine(5)), [5])
    try:
        try:
            raise ValueError([1, "x" * 9])
        finally:
            strike()
    except ValueError as e:
        strike()
        equal("exception", e.args[0], [1, "x" * 9])
    equal("map", list(map(lambda a, b: (strike(), [a, b])[1], steps(5), steps(5)))[4], [[4], [4]])
    equal("filter", list(filter(lambda a: (strike(), a[0] % 2)[1], steps(9)))[3], [7])
    equal("zip", list(zip(steps(5), steps(5)))[4], ([4], [4]))
    equal("max", max(steps(9), key=lambda x: (strike(), x[0])[1]), [8])
    equal("sum", sum(x[0] for x in steps(5)), 10)
    grown = []
    grown.extend(steps(9))
    grown += steps(9)
    grown[2:4] = list(steps(3))
    equal("extend", grown[-1] + grown[4], [8, 2])
    names = {}
    exec("strike()\nx = [1] * 3\nstrike()\n", {"strike": strike}, names)
    equal("exec", names["x"], [1] * 3)
    equal("bytes", bytes(x[0] for x in steps(4)), b"\x00\x01\x02\x03")
    equal("class", type("Made", (Thing,), {"m": lambda self: [strike()]})(1).m(), [0])


for _ in range(3):
    exercise()
print("done")
