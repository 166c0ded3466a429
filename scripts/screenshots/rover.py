# A rover that never was: what it measures is made up, what it is told it does, on the pins of a virtual board.
import math
import time

import kiteline
from machine import PWM, Pin

board = kiteline.Board()
lamp_pin = Pin(2, Pin.OUT)
fan_pin = PWM(Pin(4), freq=25000, duty_u16=0)
speed = 0


@board.every(250, temp="Cel", battery="V", distance="m")
def read():
    t = time.ticks_ms() / 1000
    return {
        "temp": round(31 + 4 * math.sin(t / 40) + math.sin(t * 3) / 8, 2),
        "battery": round(7.9 - 0.2 * speed + math.sin(t / 7) / 30, 3),
        "distance": round(1.4 + math.sin(t / 5) + math.sin(t / 1.7) / 4, 3),
    }


@board.command(on=bool)
def lamp(on):
    pin = lamp_pin
    pin.value(on)
    return {"on": on}


@board.command(percent=(int, 0, 100, "%"))
def fan(percent):
    fan_pin.duty_u16(percent * 65535 // 100)


@board.command(name=["patrol", "follow", "rest"])
def mode(name):
    print("mode:", name)


@board.command
def beep():
    print("beep")


@board.command
def dock():
    raise OSError("no dock in sight")


def halt():
    global speed
    speed = 0


@board.control("drive", lease=400, stop=halt, left=(float, -1, 1), right=(float, -1, 1))
def drive(left, right):
    global speed
    speed = abs(left + right) / 2


print("ready")
board.run()
