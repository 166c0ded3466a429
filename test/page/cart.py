# A board that can be sent to a place, and stopped: it tells what it was told, and drives nowhere.
import kiteline

board = kiteline.Board()
state = ""


def says(word):
    global state
    state = word
    board.send({"state": state})


@board.command(x=(float, None, None, "m"), y=(float, None, None, "m"))
def goto(x, y):
    if x > 5:
        raise ValueError("that is behind the wall")
    print("goto", x, y)
    says("driving")
    return {"x": x, "y": y}


@board.command
def stop():
    print("stop")
    says("stopped")


def halt():
    print("halt")


@board.control("drive", lease=60000, stop=halt, left=(float, -1, 1), right=(float, -1, 1))
def drive(left, right):
    print("drive", left, right)


says("arrived")
board.run()
