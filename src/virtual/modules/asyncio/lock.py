# A lock that goes to its waiters in the order in which they came.
from . import core


class Lock:
    def __init__(self):
        # 0 free, 1 locked, or the task that has been woken to take it.
        self.state = 0
        self.waiting = core.TaskQueue()

    def locked(self):
        return self.state == 1

    def release(self):
        if self.state != 1:
            raise RuntimeError("Lock not acquired")
        if self.waiting.peek():
            self.state = self.waiting.pop()
            core._task_queue.push(self.state)
        else:
            self.state = 0

    # async
    def acquire(self):
        me = core.cur_task
        if self.state != 0:
            self.waiting.push(me)
            me.data = self.waiting
            try:
                yield
            except core.CancelledError:
                if self.state is me:
                    # It was ours already: on to the next.
                    self.state = 1
                    self.release()
                raise
        self.state = 1
        return True

    async def __aenter__(self):
        return await self.acquire()

    async def __aexit__(self, exc_type, exc, tb):
        return self.release()
