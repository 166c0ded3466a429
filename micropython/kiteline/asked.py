# What a hub asks beside commands, and rarely. Loaded when it does.
from .wire import line


def answer(connection, id, method, message):
    """A request whose method begins with $."""
    if method == "$doctor":
        from .doctor import answer

        answer(connection, id)
    elif method == "$program":
        commands = connection._board._command_part()
        if method not in commands._known:
            from .update import Update

            commands._known[method] = Update(connection._board).take, None
        commands.take(message)
    else:
        error = {"code": -32601, "message": "this board knows no %s" % method}
        connection.post(line({"id": id, "error": error}), False)
