# The scheduler. Tasks and their queue are the build's own C module, as on the chip; what runs them is here, because the
# build's loop lives on JavaScript timers, while a chip's blocks.
#
# C reads three names of this module: cur_task, _task_queue and CancelledError. A task's `state` is True while it runs, a
# TaskQueue or a function while others wait for it, None once it has ended, False once somebody has seen the end. Its
# `data` is what it waits on (something with a `remove` method), the exception to throw into it, or how it ended.
import select
import sys
from time import ticks_add, ticks_diff, ticks_ms as ticks

from _asyncio import Task, TaskQueue


class CancelledError(BaseException):
    pass


class TimeoutError(Exception):
    pass


class _Pause:
    # What sleep_ms() returns; there is only one, as on the chip: it is meant to be awaited at once.
    due = None

    def __iter__(self):
        return self

    def __next__(self):
        if self.due is None:
            raise StopIteration
        _task_queue.push(cur_task, self.due)
        self.due = None


_pause = _Pause()


def sleep_ms(t):
    _pause.due = ticks_add(ticks(), max(0, t))
    return _pause


def sleep(t):
    return sleep_ms(int(t * 1000))


class IOQueue:
    # Tasks that wait for a stream: id(stream) -> [reading task, writing task, stream].
    def __init__(self):
        self.poller = select.poll()
        self.map = {}

    def _wait(self, stream, writing):
        entry = self.map.get(id(stream))
        if entry is None:
            entry = self.map[id(stream)] = [None, None, stream]
        entry[writing] = cur_task
        self._watch(entry)
        # So that Task.cancel() finds where to take the task out.
        cur_task.data = self

    def _watch(self, entry):
        mask = (select.POLLIN if entry[0] else 0) | (select.POLLOUT if entry[1] else 0)
        if mask:
            self.poller.register(entry[2], mask)
        else:
            del self.map[id(entry[2])]
            self.poller.unregister(entry[2])

    def queue_read(self, stream):
        self._wait(stream, 0)

    def queue_write(self, stream):
        self._wait(stream, 1)

    def remove(self, task):
        for entry in list(self.map.values()):
            if entry[0] is task:
                entry[0] = None
            elif entry[1] is task:
                entry[1] = None
            else:
                continue
            self._watch(entry)

    def wait_io_event(self, ms):
        for stream, events in self.poller.poll(ms):
            entry = self.map[id(stream)]
            # An error or a hang-up wakes both sides.
            for side, mask in ((0, ~select.POLLOUT), (1, ~select.POLLIN)):
                if events & mask and entry[side]:
                    _task_queue.push(entry[side])
                    entry[side] = None
            self._watch(entry)


def _promote_to_task(aw):
    return aw if isinstance(aw, Task) else create_task(aw)


def create_task(coro):
    if not hasattr(coro, "send"):
        raise TypeError("coroutine expected")
    task = Task(coro, globals())
    _task_queue.push(task)
    return task


def _next_task(main_task):
    # Sleeps until a task is due; None when none ever will be.
    global cur_task
    while True:
        head = _task_queue.peek()
        if head:
            wait = max(0, ticks_diff(head.ph_key, ticks()))
        elif _io_queue.map:
            wait = -1
        else:
            cur_task = None
            if not (main_task and main_task.state):
                return None
            # Only a handler could still wake the main task. The chip looks every 3 ms, too.
            wait = 3
        if wait or _io_queue.map:
            _io_queue.wait_io_event(wait)
        if wait <= 0 and _task_queue.peek():
            return _task_queue.pop()


def run_until_complete(main_task=None):
    global cur_task
    while True:
        task = _next_task(main_task)
        if task is None:
            return None
        if not task.state:
            # It ended with an exception, and was queued again for the case that nobody fetches that.
            if task.state is None and task is not main_task:
                _unretrieved(task)
            if task is main_task:
                cur_task = None
                return None
            continue
        cur_task = task
        thrown = task.data
        try:
            if thrown:
                task.data = None
                task.coro.throw(thrown)
            else:
                task.coro.send(None)
        except (CancelledError, Exception) as e:
            end = e
        else:
            continue
        if task is main_task:
            cur_task = None
            if not isinstance(end, StopIteration):
                task.state = False
                raise end
        _ended(task, end, task is main_task)
        if task is main_task:
            return end.value


def _ended(task, end, seen):
    state = task.state
    if state is True:
        task.state = False if seen else None
    else:
        task.state = False
        if callable(state):
            state(task, end)
            seen = True
        else:
            while state.peek():
                _task_queue.push(state.pop())
                seen = True
    if not seen and not isinstance(end, (CancelledError, StopIteration)):
        # A later turn of the loop tells of it, unless somebody awaits the task in between.
        _task_queue.push(task)
    task.data = end


_exc_context = {"message": "Task exception wasn't retrieved", "exception": None, "future": None}


def _unretrieved(task):
    _exc_context["exception"] = task.data
    _exc_context["future"] = task
    Loop.call_exception_handler(_exc_context)


def run(coro):
    return run_until_complete(create_task(coro))


async def _nothing():
    pass


cur_task = None
_stop_task = None


class Loop:
    # Never instantiated, as on the chip: its functions take no self.
    _exc_handler = None

    def create_task(coro):
        return create_task(coro)

    def run_forever():
        # Ends when stop() queues this task.
        global _stop_task
        _stop_task = Task(_nothing(), globals())
        run_until_complete(_stop_task)

    def run_until_complete(aw):
        return run_until_complete(_promote_to_task(aw))

    def stop():
        global _stop_task
        if _stop_task is not None:
            _task_queue.push(_stop_task)
            _stop_task = None

    def close():
        pass

    def set_exception_handler(handler):
        Loop._exc_handler = handler

    def get_exception_handler():
        return Loop._exc_handler

    def default_exception_handler(loop, context):
        future = context["future"]
        print(context["message"], file=sys.stderr)
        print("future:", future, "coro=", future.coro, file=sys.stderr)
        sys.print_exception(context["exception"], sys.stderr)

    def call_exception_handler(context):
        (Loop._exc_handler or Loop.default_exception_handler)(Loop, context)


def get_event_loop(runq_len=0, waitq_len=0):
    # The arguments are those of the old uasyncio, without effect.
    return Loop


def current_task():
    if cur_task is None:
        raise RuntimeError("no running event loop")
    return cur_task


def new_event_loop():
    global _task_queue, _io_queue
    _task_queue = TaskQueue()
    _io_queue = IOQueue()
    return Loop


new_event_loop()
