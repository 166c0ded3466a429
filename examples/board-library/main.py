# A greenhouse that keeps its promises: readings are stored once, commands run once or say why not, the hub does the thinking.
import asyncio
import random

import kiteline
from machine import Pin

board = kiteline.Board()  # its name, its Wi-Fi and its hub stand in /kiteline.json
pin = Pin(2, Pin.OUT)


@board.every(1000, temp="Cel")
def read():
    return {"temp": 20 + random.randint(0, 60) / 10}  # your sensor goes here; this temperature is made up


@board.command(on=bool)
def lamp(on):
    pin.value(on)
    return {"on": on}


@board.task
async def water():
    while True:
        try:
            plan = await board.call("plan", bed=1, timeout=2000)
        except kiteline.TimeoutError:
            plan = {"seconds": 5}  # no hub in time: a little is never wrong
        print("watering for", plan["seconds"], "seconds")
        await asyncio.sleep(10)


board.run()
