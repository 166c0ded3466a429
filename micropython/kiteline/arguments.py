# What a command takes: declared in its decorator, announced in hello, checked before the handler runs. A declaration is
# kept as the tuple (type, least, most, unit, choices, optional).
from .wire import dumps

_NAMES = {bool: "bool", int: "int", float: "float", str: "str", object: "json"}
_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", object: "any value"}


def declare(name, kind):
    """`bool`; `(int, 0, 100, "%")`; `["eco", "boost"]`; `kiteline.optional(…)` of these. object takes any value."""
    optional = isinstance(kind, tuple) and len(kind) > 1 and kind[0] is None
    if optional:
        kind = kind[1:] if len(kind) > 2 else kind[1]
    if isinstance(kind, list) and kind and isinstance(kind[0], (str, int, float)):
        return (type(kind[0]), None, None, None, kind, optional)
    if not isinstance(kind, tuple):
        kind = (kind,)
    kind += (None,) * (4 - len(kind))
    if len(kind) > 4 or not isinstance(kind[0], type) or kind[0] not in _NAMES:
        raise TypeError(
            'argument %s: takes bool, int, float, str, object, a tuple as (int, 0, 100, "%%") or a list of choices' % name
        )
    return kind + (None, optional)


def announce(kind):
    """The declaration as hello has it."""
    told = {"type": _NAMES[kind[0]]}
    for at, name in ((1, "min"), (2, "max"), (3, "unit"), (4, "choices"), (5, "optional")):
        if kind[at] is not None and kind[at] is not False and kind[at] != "":
            told[name] = kind[at]
    return told


def check(kinds, values):
    """The arguments for the handler. ValueError with a sentence."""
    for name in values:
        if name not in kinds:
            raise ValueError("%s is no argument; there %s" % (name, _list(kinds)))
    given = {}
    for name, kind in kinds.items():
        value = values.get(name)
        if value is not None or (kind[0] is object and name in values):
            if not _fits(kind, value):
                raise ValueError("%s takes %s, and got %s" % (name, _takes(kind), _shown(value)))
            given[name] = float(value) if kind[0] is float else value
        elif not kind[5]:
            raise ValueError("%s is missing: it takes %s" % (name, _takes(kind)))
    return given


def _list(kinds):
    return "are " + ", ".join(kinds) if kinds else "are none"


def _fits(kind, value):
    is_type, least, most, _, choices, _ = kind
    if is_type is not object:
        # In Python a bool is an int; for whoever sends true to a number it is a mistake.
        if isinstance(value, bool) and is_type is not bool:
            return False
        if not isinstance(value, (int, float) if is_type is float else is_type):
            return False
    if choices is not None:
        return value in choices
    return (least is None or value >= least) and (most is None or value <= most)


def _takes(kind):
    is_type, least, most, unit, choices, _ = kind
    if choices is not None:
        return "one of " + ", ".join([str(choice) for choice in choices])
    text = _WORDS[is_type]
    if least is not None and most is not None:
        text += " from %s to %s" % (least, most)
    elif least is not None:
        text += " of at least %s" % least
    elif most is not None:
        text += " of at most %s" % most
    return text + " " + unit if unit else text


def _shown(value):
    text = dumps(value).decode()
    return text if len(text) <= 40 else text[:40] + "…"
