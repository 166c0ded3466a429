# Calls of the board to functions of the hub (PROTOCOL.md, "Calls").
import asyncio
from micropython import const

from .clock import uptime
from .wire import line, plain

TimeoutError = asyncio.TimeoutError

_AT_ONCE = const(16)  # the hub refuses more
_OUT_OF_TIME = const(-32002)
_BUSY = const(-32004)


class CallError(Exception):
    """The hub's function failed, or there is none: `code` and `message` as JSON-RPC has them, and `data`."""

    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class Calls:
    def __init__(self, link):
        self._link = link
        self._open = {}  # id -> [event, answer, the session in which it was sent]
        self.stale = 0  # answers that nobody waited for any more

    async def call(self, name, params, timeout):
        if len(self._open) >= _AT_ONCE:
            raise CallError(_BUSY, "%d calls are open already" % _AT_ONCE)
        link = self._link
        end = uptime() + timeout
        id = link.next_id()
        params = plain(params)
        event = asyncio.Event()
        entry = self._open[id] = [event, None, None]
        try:
            while link.session is None:
                await _before(link.up, end, name, "there is no link to the hub")
            params["$timeout"] = max(1, end - uptime())
            request = line({"id": id, "method": name, "params": params})
            if len(request) > link.longest + 1:
                raise ValueError("a call takes %d bytes, this one has %d" % (link.longest, len(request)))
            if not link.post(request, True):
                raise CallError(_BUSY, "too much waits to be sent")
            entry[2] = link.session
            await _before(event, end, name, "no answer came")
        except asyncio.CancelledError:
            if entry[2] is not None and entry[2] == link.session:
                link.post(line({"method": "$cancel", "params": {"id": id}}), True)
            raise
        finally:
            del self._open[id]
        answer = entry[1]
        if answer is None:
            raise TimeoutError("%s: the link was lost" % name)
        error = answer.get("error")
        if not isinstance(error, dict):
            return answer.get("result")
        code = error.get("code")
        if code == _OUT_OF_TIME:
            raise TimeoutError("%s: %s" % (name, error.get("message")))
        raise CallError(code, error.get("message"), error.get("data"))

    def answered(self, id, message):
        entry = self._open.get(id)
        if entry and entry[1] is None:
            entry[1] = message
            entry[0].set()
        else:
            self.stale += 1

    def lost(self):
        """The link is gone: what was sent has no answer any more; what was not goes on waiting for the next."""
        for entry in self._open.values():
            if entry[2] is not None:
                entry[0].set()


async def _before(event, end, name, why):
    try:
        await asyncio.wait_for_ms(event.wait(), max(0, end - uptime()))
    except TimeoutError:
        raise TimeoutError("%s: %s in time" % (name, why))
