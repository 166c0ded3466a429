# Questions to the host that need words: everything else is answered in the worker thread, see native.ts.
import _host
import json


def call(op, *args):
    reply = json.loads(_host.call(op, json.dumps(args)))
    if "errno" in reply:
        raise OSError(reply["errno"])
    if "error" in reply:
        raise OSError(reply["error"])
    return reply.get("value")
