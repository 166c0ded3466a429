# Control streams (PROTOCOL.md, "Controls"): of what the hub sets the newest acts, under a lease. Loaded by the first
# @board.control.
import asyncio
from time import ticks_add, ticks_ms
from micropython import const

from .arguments import announce, check, declare
from .clock import uptime
from .leases import Lease, Leases
from .power import Power
from .wire import line

_MOST = const(16)
_SEEN_MS = const(100)  # from one $seen of a control to the next, each way
_REFUSED_MS = const(1000)
_LEARN_MS = const(500)  # between questions because setpoints seem late
_KEEP_MS = const(100)  # how often it is looked at what the timer has done, at least
_QUIET_MS = const(2000)  # without a lease until the radio may sleep again


def add(board, name, lease=None, stop=None, **kinds):
    """What @board.control does: makes a decorator. kinds: what the handler takes, as a command's.

    A handler that blocks keeps newer setpoints out, and all else of the link; when its lease ends meanwhile, stop runs then,
    and again once it has returned. stop also runs when the hub releases the control, the handler raises, the session or the
    program ends: once a lease, in the timer's callback or in the loop, so it should do no more than switch off. If it
    raises it is tried once more. ValueError with a sentence.
    """
    if not board._controls:
        board._controls = Controls(board)
    return board._controls.decorator(name, lease, stop, kinds)


class _Control:
    def __init__(self, name, function, lease, stop, kinds):
        self.kinds = {key: declare(key, kinds[key]) for key in kinds}
        self.ms = lease
        self.lease = Lease(name, function, stop)
        self.begin()

    def begin(self):
        """A new session: numbers begin with 1."""
        self.n = 0  # the newest that came
        self.ways = ([0, 0, None], [0, 0, None])  # session, datagrams: how many came, the newest, uptime when that was told


class Controls:
    def __init__(self, board):
        self._board = board
        self._known = {}
        self._leases = Leases(board._timer, board._log, board.trace)
        self._power = Power()
        self._open = False  # setpoints are taken
        self._keeper = None  # a task
        self._datagrams = None
        self._refused = self._learned = -_REFUSED_MS  # uptime when that was last done
        self.stale = 0  # setpoints that came after their lease
        self.older = 0  # doubles, and those that newer ones overtook

    def decorator(self, name, lease, stop, kinds):
        if not isinstance(name, str) or not 0 < len(name) <= 64 or name[0] == "$":
            raise ValueError("a control's name has 1 to 64 characters and does not begin with $: %r" % (name,))
        if not isinstance(lease, int) or not 50 <= lease <= 60_000:
            raise ValueError("control %s takes lease=… in whole ms, 50 to 60000, not %r" % (name, lease))
        if not _plain(stop):
            raise ValueError("control %s takes stop=…, a plain function without arguments" % name)

        def add(function):
            if not _plain(function):
                raise ValueError("control %s is a plain function, not an async one" % name)
            self._known[name] = _Control(name, function, lease, stop, kinds)
            if len(self._known) > _MOST:
                raise ValueError("a board has %d controls at most" % _MOST)
            self._leases.all = [each.lease for each in self._known.values()]
            return function

        return add

    def announced(self):
        """As hello has it."""
        told = {}
        for name, control in self._known.items():
            kinds = control.kinds
            told[name] = {"args": {key: announce(kinds[key]) for key in kinds}, "lease": control.ms}
        return told

    @property
    def running(self):
        """Whether something is steered, or was a moment ago."""
        return self._keeper is not None

    # Sessions.

    def begin(self, port):
        """A session; port: the hub's for datagrams, or None."""
        self._open = True
        for control in self._known.values():
            control.begin()
        if isinstance(port, int) and 0 < port < 65536:
            from .datagrams import Datagrams

            try:
                self._datagrams = Datagrams(self._board, self, port)
            except OSError as e:
                self._board._log.error(e, "datagrams")  # no socket is left: the session is the way

    def end(self):
        """Ends all leases, and takes no setpoints until the next session: there is none any more, or the program ends; also
        from outside of the loop, after Ctrl-C. What the link does next may block where no timer's callback runs."""
        self._open = False
        for lease in self._leases.all:
            self._leases.end(lease, "ended")
        self._leases.rest()
        self._tell()
        datagrams, self._datagrams = self._datagrams, None
        if datagrams:
            datagrams.close()
        keeper, self._keeper = self._keeper, None
        if keeper:
            try:
                keeper.cancel()
            except RuntimeError:
                pass  # Ctrl-C came while it ran: its loop is over
        self._power.rest()

    # Setpoints.

    def take(self, came, way):
        """Parameters of $set in the order in which they came; way: 0 for the session, 1 for datagrams. The newest of each
        control acts, here and now; meanwhile nothing else of the link does."""
        at = uptime()
        clock = self._board._clock.session()
        newest = {}
        for params in came:
            name = params.get("control")
            n = params.get("n")
            if not isinstance(name, str) or not isinstance(n, int) or not isinstance(params.get("t"), int):
                continue
            control = self._known.get(name)
            if not control:
                self._refuse(params, "there is no control of this name")
                continue
            seen = control.ways[way]
            seen[0] += 1
            seen[1] = max(seen[1], n)
            if n > control.n:
                control.n = n
                newest[name] = params
            else:
                self.older += 1
                newest.setdefault(name, None)
        for name, params in newest.items():
            if params and self._open:
                self._set(self._known[name], params)
            self._see(name, way, at, clock)

    def _set(self, control, params):
        now = ticks_ms()
        lease = control.lease
        args = params.get("args", 0)
        if args is None:
            self._leases.end(lease, "released")
            return self._tell()
        left = min(control.ms, params["t"] + control.ms - self._board._clock.session())
        if left <= 0:
            self.stale += 1
            return self._learn()
        try:
            if not isinstance(args, dict):
                raise ValueError("arguments go by name")
            given = check(control.kinds, args)
        except ValueError as e:
            return self._refuse(params, "%s: %s" % (lease.name, e))
        if not self._keeper or self._keeper.done():
            self._keeper = self._board._jobs.start(self._keep())
        error = self._leases.run(lease, params["n"], ticks_add(now, left), given)
        if error:
            self._leases.end(lease, "failed")
            self._board._log.error(error, "control " + lease.name)
        if error or lease.ended:
            self._tell()

    def _learn(self):
        # Our session clock runs ahead of the hub's by the best round trip so far: the next one may be better.
        now = uptime()
        if now - self._learned >= _LEARN_MS:
            self._learned = now
            if self._datagrams:
                self._datagrams.ping()
            connection = self._board._link._connection
            connection.ask("$ping", {}, connection._answered)

    async def _keep(self):
        # Tells what the timer has done, and does what it should have. Ends some time after the last lease.
        self._power.wake()
        quiet = uptime()
        while True:
            first = self._leases.overdue()
            self._tell()
            if first is not None:
                quiet = uptime()
            elif uptime() - quiet > _QUIET_MS:
                break
            await asyncio.sleep_ms(_KEEP_MS if first is None else min(first + 1, _KEEP_MS))
        self._keeper = None
        self._power.rest()

    # What the hub is told.

    def _tell(self):
        link = self._board._link
        for lease in self._leases.all:
            error, lease.error = lease.error, None
            if error:
                self._board._log.error(error, "stop of control " + lease.name)
            ended, lease.ended = lease.ended, None
            if ended:
                told = {"control": lease.name, "n": lease.n, "why": ended[0], "late": ended[1]}
                link.post(line({"method": "$stopped", "params": told}), True)
        link.wake()  # for what stop has printed

    def _see(self, name, way, at, clock):
        seen = self._known[name].ways[way]
        if seen[2] is None or at - seen[2] >= _SEEN_MS:
            seen[2] = at
            text = line({"method": "$seen", "params": {"control": name, "n": seen[1], "got": seen[0], "clock": clock}})
            if not way:
                self._board._link.post(text, True)
            elif self._datagrams:
                self._datagrams.send(text)

    def _refuse(self, params, text):
        now = uptime()
        if now - self._refused >= _REFUSED_MS:
            self._refused = now
            told = {"control": params["control"][:64], "n": params["n"], "message": text[:256]}
            self._board._link.post(line({"method": "$refused", "params": told}), True)


def _plain(function):
    return callable(function) and type(function) is not type(_async)


async def _async():
    pass
