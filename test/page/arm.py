# A board that takes every type of argument that there is.
import kiteline

board = kiteline.Board()


@board.every(200, angle="deg")
def read():
    return {"angle": 12.5, "closed": True, "state": "idle"}


@board.command(
    on=bool,
    percent=(int, 0, 100, "%"),
    speed=float,
    mode=["fast", "slow"],
    colour=str,
    note=kiteline.optional(str),
    extra=object,
)
def everything(**given):
    return given


@board.command
def anything(**given):
    return given


@board.command(above=(int, 5, None))
def at_least(above):
    return above


@board.command
def fault():
    raise OSError("the arm is stuck")


def halt():
    print("halt")


@board.control("joint", lease=60000, stop=halt, degrees=(int, -90, 90, "deg"))
def joint(degrees):
    print("degrees", degrees)


board.run()
