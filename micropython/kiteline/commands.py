# Commands run at most once (promise 2): what was received and what was replied is remembered for each run of the hub.
import asyncio
from micropython import const

from .arguments import announce, check, declare
from .clock import uptime
from .log import traceback
from .wire import line, plain

_LAST_REPLIES = const(16)
_REPLY_BYTES = const(8192)  # of all that are kept; the newest always is
_RUNNING = const(8)  # async handlers at once
_TRACEBACK = const(2048)
_LONGEST_MS = const(86_400_000)  # a day: sleep_ms() takes no more than six

_EXPIRED = const(-32001)
_STOPPED = const(-32002)
_FORGOTTEN = const(-32003)
_BUSY = const(-32004)
_RESULT_TOO_LONG = const(-32005)
_RAISED = const(-32000)
_UNKNOWN = const(-32601)
_BAD_ARGUMENTS = const(-32602)


class Commands:
    def __init__(self, board):
        self._board = board
        self._post = board._link.post
        self._longest = board._link.longest
        self._known = {}  # name -> (function, its arguments or None)
        self._busy = 0  # of every run of the hub
        self._hub = None
        self._forget()

    def add(self, name, function, kinds):
        if not 0 < len(name) <= 64 or name[0] == "$":
            raise ValueError("a command's name has 1 to 64 characters and does not begin with $: %r" % name)
        self._known[name] = (function, {key: declare(key, kinds[key]) for key in kinds} if kinds else None)

    def announced(self):
        """As hello has it."""
        told = {}
        for name, (_, kinds) in self._known.items():
            if name[0] != "$":
                told[name] = {"args": {key: announce(kinds[key]) for key in kinds}} if kinds else {}
        return told

    def begin(self, hub):
        """A session with this run of the hub. Another run never sends the old one's commands again, and counts from 1."""
        if self._hub not in (None, hub):
            self._forget()
        self._hub = hub

    def _forget(self):
        self._highest = 0
        self._running = {}  # id -> task of an async handler
        self._replies = []  # (id, line), the newest last

    def take(self, message):
        """A request of the hub. A plain handler runs here and now, and nothing else of the link meanwhile."""
        id = message.get("id")
        name = message["method"]
        if not isinstance(id, int) or id < 1:
            return
        if id <= self._highest:
            self._again(id)
            return
        self._highest = id
        params = message.get("params", {})
        if name not in self._known:
            told = {"commands": sorted(self._known)}
            return self._fail(self._running, id, _UNKNOWN, 'there is no command "%s" here' % name, told)
        if not isinstance(params, dict):
            return self._fail(self._running, id, _BAD_ARGUMENTS, "%s: arguments go by name" % name)
        function, kinds = self._known[name]
        given = {key: params[key] for key in params if key[:1] != "$"}
        if kinds is not None:
            try:
                given = check(kinds, given)
            except ValueError as e:
                return self._fail(self._running, id, _BAD_ARGUMENTS, "%s: %s" % (name, e))
        due = None
        deadline = params.get("$deadline")
        if deadline is not None:
            if not isinstance(deadline, (int, float)):
                return self._fail(self._running, id, _BAD_ARGUMENTS, "%s: $deadline is a number" % name)
            left = int(deadline) - self._board._clock.session()
            if left <= 0:
                return self._fail(self._running, id, _EXPIRED, "%s came %d ms too late and did not run" % (name, -left))
            due = uptime() + min(left, _LONGEST_MS)
        if self._busy >= _RUNNING:
            return self._fail(self._running, id, _BUSY, "%d commands run already; %s did not" % (self._busy, name))
        self._run(id, name, function, given, due)

    def _run(self, id, name, function, given, due):
        running = self._running
        if self._board.trace:
            self._board.trace("run", id, name)
        try:
            result = function(**given)
        except Exception as e:
            if isinstance(e, TypeError) and traceback(e).count("\n  File ") == 1:
                # Raised by the call itself, not in the function: it takes other arguments.
                return self._fail(running, id, _BAD_ARGUMENTS, "%s: %s" % (name, e))
            return self._raised(running, id, name, e)
        if not hasattr(result, "throw"):
            return self._done(running, id, name, result)
        end = []
        running[id] = task = self._board._jobs.start(_until_end(result, end, due))
        self._busy += 1
        self._board._jobs.start(self._beside(running, id, name, task, end, due))

    async def _beside(self, running, id, name, task, end, due):
        try:
            if due is None:
                await task
            else:
                await asyncio.wait_for_ms(task, max(0, due - uptime()))
        except asyncio.TimeoutError:
            pass
        except asyncio.CancelledError:
            if running[id]:  # not by cancel(), so the whole program ends
                raise
        finally:
            self._busy -= 1
            why = "at its deadline" if running.pop(id) else "because whoever asked gave it up"
        if not end:
            self._fail(running, id, _EXPIRED, "%s was given up before it began, %s" % (name, why))
        elif len(end) == 1:
            self._fail(running, id, _STOPPED, "%s was stopped while it ran, %s" % (name, why))
        elif end[1]:
            self._raised(running, id, name, end[1])
        else:
            self._done(running, id, name, end[2])

    def cancel(self, id):
        """Whoever asked has given up."""
        task = self._running.get(id) if isinstance(id, int) else None
        if task:
            self._running[id] = None
            task.cancel()

    def _again(self, id):
        if id in self._running:
            return  # its reply comes when it has ended
        for kept, reply in self._replies:
            if kept == id:
                self._post(reply)
                return
        text = "the reply to %d is no longer kept; it is not run again" % id
        self._post(line({"id": id, "error": {"code": _FORGOTTEN, "message": text}}))

    def _done(self, running, id, name, result):
        try:
            reply = line({"id": id, "result": plain(result)})
        except TypeError as e:
            return self._fail(running, id, _RAISED, "TypeError: the result of %s: %s" % (name, e))
        if len(reply) > self._longest + 1:
            text = "%s ran; its result of %d bytes does not fit a line of %d" % (name, len(reply), self._longest)
            return self._fail(running, id, _RESULT_TOO_LONG, text)
        self._reply(running, id, reply, True)

    def _raised(self, running, id, name, e):
        self._board._log.error(e, "command %s" % name)
        text = type(e).__name__
        if str(e):
            text += ": " + str(e)
        self._fail(running, id, _RAISED, text, {"traceback": traceback(e)[:_TRACEBACK]})

    def _fail(self, running, id, code, text, data=None):
        error = {"code": code, "message": text[:512]}
        if data:
            error["data"] = data
        reply = line({"id": id, "error": error})
        if len(reply) > self._longest + 1:
            del error["data"]
            reply = line({"id": id, "error": error})
        self._reply(running, id, reply, False)

    def _reply(self, running, id, reply, ok):
        if running is not self._running:
            return  # the hub that asked is gone for good
        self._replies.append((id, reply))
        kept = sum([len(each[1]) for each in self._replies])
        while len(self._replies) > _LAST_REPLIES or (kept > _REPLY_BYTES and len(self._replies) > 1):
            kept -= len(self._replies.pop(0)[1])
        if self._board.trace:
            self._board.trace("reply", id, ok)
        self._post(reply)


async def _until_end(coroutine, end, due):
    # Whether it began, and what came out: [], [True] when it was cancelled then, or [True, exception, result].
    if due is not None and uptime() >= due:
        return  # what else the loop had to do took too long
    end.append(True)
    try:
        result = await coroutine
        end += (None, result)
    except asyncio.CancelledError:
        pass
    except Exception as e:
        end += (e, None)
