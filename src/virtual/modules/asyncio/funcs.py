# Waiting for a task with a limit, and for several tasks.
from . import core


class _Woken(core.CancelledError):
    # Ends the sleep of wait_for() because the task is done.
    pass


async def _watch(task, waiter, outcome):
    try:
        outcome["value"] = await task
    except BaseException as e:
        outcome["error"] = e
    if outcome.pop("awaited", False) and waiter.data is None and waiter.cancel():
        # A cancellation from elsewhere that comes before the waiter runs puts a plain CancelledError over this.
        waiter.data = _Woken()


async def wait_for(aw, timeout, sleep=core.sleep):
    task = core._promote_to_task(aw)
    if timeout is None:
        return await task
    outcome = {"awaited": True}
    watcher = core.create_task(_watch(task, core.cur_task, outcome))
    try:
        await sleep(timeout)
    except _Woken:
        if "error" in outcome:
            raise outcome["error"]
        return outcome["value"]
    except core.CancelledError:
        outcome["awaited"] = False
        watcher.cancel()
        raise
    # Too late: the task is cancelled, and has ended once the watcher has.
    outcome["awaited"] = False
    watcher.cancel()
    await watcher
    raise core.TimeoutError


def wait_for_ms(aw, timeout):
    return wait_for(aw, timeout, core.sleep_ms)


class _Gathering:
    # What a gathering task waits on, for Task.cancel(): there is no queue to be taken out of.
    def remove(task):
        pass


# A generator in place of a coroutine, as on the chip: nothing happens before it is awaited.
def gather(*aws, return_exceptions=False):
    me = core.cur_task
    tasks = [core._promote_to_task(aw) for aw in aws]
    running = 0
    error = None

    def ended(task, end):
        nonlocal running, error
        if me.data is not _Gathering:
            return  # an exception, or a cancellation, has woken us already
        if isinstance(end, StopIteration) or return_exceptions:
            running -= 1
            if running:
                return
        else:
            error = end
        core._task_queue.push(me)

    failed_before = False
    for task in tasks:
        if task.state is True:
            task.state = ended
            running += 1
        elif task.state:
            raise RuntimeError("can't gather")
        elif not isinstance(task.data, StopIteration) and not return_exceptions:
            failed_before = True

    cancelled = None
    if running and not failed_before:
        me.data = _Gathering
        try:
            yield
        except core.CancelledError as e:
            cancelled = e

    results = []
    for task in tasks:
        if task.state is ended:
            # Still running: after the first exception the others go on by themselves.
            task.state = True
            if cancelled:
                task.cancel()
            results.append(None)
        elif isinstance(task.data, StopIteration):
            results.append(task.data.value)
        else:
            if not return_exceptions and not error:
                error = task.data
            results.append(task.data)
    if cancelled or error:
        raise cancelled or error
    return results
