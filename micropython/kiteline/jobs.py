# What runs in the loop: functions by the clock, tasks, and the parts of the link. One that fails is told of; the rest goes on.
import asyncio
from time import ticks_add, ticks_diff, ticks_ms


class Jobs:
    def __init__(self, log, send):
        self._log = log
        self._send = send
        self._made = []  # functions that give a coroutine, for every begin()
        self._tasks = []
        self.running = False

    def add(self, job):
        self._made.append(job)
        if self.running:
            self.start(job())

    def start(self, coroutine):
        """A task that ends with the program."""
        task = asyncio.create_task(coroutine)
        self._tasks = [each for each in self._tasks if not each.done()]
        self._tasks.append(task)
        return task

    def begin(self):
        self.running = True
        for job in self._made:
            self.start(job())

    async def end(self):
        try:
            for task in self._tasks:
                task.cancel()
            for _ in range(50):  # half a second for `finally` and the like
                if all([task.done() for task in self._tasks]):
                    break
                await asyncio.sleep_ms(10)
        finally:
            self._tasks = []
            self.running = False

    async def once(self, name, function):
        try:
            await function()
        except Exception as e:
            self._log.error(e, "task " + name)

    async def repeat(self, name, function, ms):
        due = ticks_ms()
        while True:
            try:
                values = function()
                if hasattr(values, "throw"):  # it is async
                    values = await values
                if values is not None:
                    self._send(values if isinstance(values, dict) else {name: values})
            except Exception as e:
                self._log.error(e, "every %d ms %s" % (ms, name))
            # No drift: from when it was due. No burst: what a pause has swallowed is left out.
            due = ticks_add(due, ms)
            late = ticks_diff(ticks_ms(), due)
            if late > 0:
                due = ticks_add(due, late // ms * ms)
            await asyncio.sleep_ms(ticks_diff(due, ticks_ms()))
