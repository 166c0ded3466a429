# A board keeps two programs, /program-a and /program-b, and /kiteline-program.json says which of them runs. A new one is on trial:
# when it does not hold a session with the hub, the one before it comes back. /main.py is two lines: `import kiteline.program`
# and `kiteline.program.run(globals())`. This file stands alone and is never part of an update, because it must start the board
# whatever else is broken.
import json
import os
import sys
import time

FILE = "/kiteline-program.json"
TRIES = 3  # starts of a program on trial
TRIAL_MS = 180_000  # of each, at most
STAY_MS = 10_000  # a session that lasts so long makes it good
_TIMER = 2
_PAUSE_MS = 1000  # after a crash, so that Ctrl-C has a chance
_WHY = 300

trial = None  # the state, while the program that runs is on trial
started = False  # this start of the board went through here
_watching = False  # a session that may make it good
_timer = None  # that ends a trial


def folder(which):
    return "/program-" + which


def read():
    """{"run": "a" or "b", "ids": {"a": …, "b": …}, "trial": starts so far, only on trial, "failed": {"id", "why"}}; None when
    this board does not keep its programs so."""
    try:
        with open(FILE) as f:
            state = json.load(f)
        if state["run"] in ("a", "b") and isinstance(state["ids"], dict):
            return state
    except (OSError, ValueError, KeyError, TypeError):
        pass
    for which in "ab":
        try:
            os.stat(folder(which) + "/main.py")
            return {"run": which, "ids": {}}
        except OSError:
            pass


def write(state):
    """All of it or nothing, wherever the power goes."""
    with open(FILE + ".new", "w") as f:
        json.dump(state, f)
    os.rename(FILE + ".new", FILE)


def told():
    """What hello says of it."""
    state = trial or read() or {"run": "a", "ids": {}}
    said = {"id": state["ids"].get(state["run"])}
    if trial:
        said["trial"] = True
    if "failed" in state:
        said["failed"] = state["failed"]
    return said


def run(space):
    """Runs the program in these globals."""
    global trial, started
    state = read()
    if state is None:
        raise OSError("there is no program here: kiteline push writes one")
    if "trial" in state:
        if state["trial"] >= TRIES:
            _back(state)
        else:
            state["trial"] += 1
            write(state)
            trial = state
            _watch()
    started = True
    where = folder(state["run"])
    sys.path[:0] = [where, where + "/lib"]
    try:
        execfile(where + "/main.py", space)
        if trial:
            _failed("its main.py came to its end")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as e:
        if not trial:
            raise
        sys.print_exception(e)
        _failed("%s: %s" % (type(e).__name__, e))
    finally:
        _unwatch()


def came(board):
    """A session has begun."""
    global _watching
    if trial and not _watching:
        _watching = True
        board._jobs.start(_stay(board))


async def _stay(board):
    global _watching
    import asyncio

    session = board._link.session
    try:
        await asyncio.sleep_ms(STAY_MS)
    except asyncio.CancelledError:
        if board._stop.is_set():  # it ends because it wants to, as before a deep sleep
            _good(board)
        raise
    finally:
        _watching = False
    if board._link.session == session:
        _good(board)
    elif board._link.session:
        came(board)


def _good(board):
    global trial
    state = trial
    if state is None:
        return
    for key in ("trial", "failed", "why"):
        state.pop(key, None)
    write(state)
    trial = None
    _unwatch()
    from .wire import line

    board._link.post(line({"method": "$program", "params": told()}))


def _back(state):
    failed = state["run"]
    why = state.pop("why", "it started %d times and held no session with the hub" % TRIES)
    state["failed"] = {"id": state["ids"].pop(failed, None), "why": why}
    state["run"] = "b" if failed == "a" else "a"
    del state["trial"]
    write(state)
    print("kiteline: the new program failed (%s): the one before it runs again" % why)


def _failed(why):
    trial["why"] = why[:_WHY]
    write(trial)
    time.sleep_ms(_PAUSE_MS)
    _reset()


def _watch():
    global _timer
    from machine import Timer

    try:
        _timer = Timer(_TIMER)
    except ValueError:
        _timer = Timer(0)  # chips that have two, of which the controls take the other one
    _timer.init(mode=Timer.ONE_SHOT, period=TRIAL_MS, callback=_over)


def _unwatch():
    global _timer
    if _timer:
        _timer.deinit()
        _timer = None


def _over(_):
    if trial:
        trial["why"] = "it held no session with the hub for %d s" % (TRIAL_MS // 1000)
        write(trial)
        _reset()


def _reset():
    from machine import reset

    reset()
