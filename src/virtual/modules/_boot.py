# What the firmware does before the program: lets programs import what an ESP32_GENERIC firmware has, and
# nothing else that this build of MicroPython happens to bring.
import builtins
import sys

import _host
import uos

ROM = "/.rom"

# Modules of the build, or of ours, that no chip has.
_HIDDEN = ("js", "jsffi", "_probe", "_host", "_boot", "_handlers", "_line", "_native", "_stream", "_pcnt", "_gc", "_micropython")

# Names with a "u" in front that the firmware still accepts.
_ALIASES = (
    "array asyncio binascii bluetooth collections cryptolib errno hashlib heapq io json machine os platform "
    "random re requests select socket ssl struct sys time zlib websocket"
).split()

# C modules of the chip that this board does not have yet: said in a sentence, not left to be guessed.
_MISSING = ("_thread", "bluetooth", "espnow", "aioespnow", "aioble", "btree", "cryptolib", "webrepl", "_webrepl", "websocket", "webrepl_setup", "apa106", "upysh")

_import_native = builtins.__import__
_collect = _host.collect


def _import(name, globals=None, locals=None, fromlist=None, level=0):
    file = globals.get("__file__") if globals else None
    if file and file.startswith(ROM) and name not in _MISSING:
        return _import_native(name, globals, locals, fromlist, level)
    if level == 0:
        if name[0] == "u" and name[1:] in _ALIASES:
            name = name[1:]
        if name == "gc" or name == "micropython":
            name = "_" + name
        elif name in _HIDDEN:
            raise ImportError("no module named '%s'" % name)
        elif name in _MISSING and name not in sys.modules:
            try:
                return _import_native(name, globals, locals, fromlist, level)
            except ImportError:
                _host.note("missing-module", name)
                raise
    module = _import_native(name, globals, locals, fromlist, level)
    if fromlist and name in ("machine", "esp32", "esp"):
        # Their names are made on demand, where a missing one would be an AttributeError.
        for wanted in fromlist:
            if wanted != "*" and not hasattr(module, wanted):
                raise ImportError("can't import name %s" % wanted)
    return module


def start():
    builtins.__import__ = _import
    import _handlers

    import micropython

    # A function in C: one in Python could be where a Ctrl-C is raised.
    _host.provide("schedule", micropython.schedule)
    _host.provide("handlers", _handlers.run)
    _host.provide("run", run)
    # What the chip's boot leaves in every program's globals is little: `machine` and the like are imported by hand.
    builtins.input = _input


def _input(prompt=""):
    prompt = str(prompt)
    if _host.setting("repl"):
        import _line

        return _line.read(prompt)
    sys.stdout.write(prompt)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


def run(name, main):
    try:
        uos.stat(name)
    except OSError:
        return
    if main:
        _host.started()
    try:
        try:
            execfile(name, _import_native("__main__").__dict__)
            if main:
                pass  # A branch is where a Ctrl-C that came with the last statement is raised: here it is caught.
        except SystemExit as e:
            code = e.args[0] if e.args else 0
            if code is None or code is True:
                code = 0
            elif not isinstance(code, int):
                print(code, file=sys.stderr)
                code = 1
            if main:
                _host.ended("exit", code, "")
    except BaseException as e:
        told = False
        while not told:
            try:
                # What the program held is free now, and telling needs memory; so must this call itself not.
                _collect()
                sys.print_exception(e, sys.stderr)
                if not told:  # a branch, once more
                    _host.ended("exception", 0, "%s: %s" % (type(e).__name__, e))
                told = True
            except KeyboardInterrupt:
                pass  # Ctrl-C once more, while the first is being told
