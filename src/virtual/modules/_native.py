# Questions to the host that need words: everything else is answered in the worker thread, see native.ts.
import _host
import json

# In these the chip waits in C: no handler runs meanwhile.
_HOLDING = ("resolve", "scan")


def call(op, *args):
    question = _host.ask(op, json.dumps(args))
    text = ""
    try:
        while not text:
            text = _host.answer(question, op in _HOLDING)
    except KeyboardInterrupt:
        _host.forget(question)
        raise
    reply = json.loads(text)
    if "errno" in reply:
        raise OSError(reply["errno"])
    if "error" in reply:
        raise OSError(reply["error"])
    return reply.get("value")
