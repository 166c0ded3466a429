# asyncio over TCP: readings go out as lines of JSON, while lines of text come in at any time.
import asyncio
import json
import network
import random
import time

WIFI_NAME = "your network"
WIFI_PASSWORD = "its password"
HUB = "127.0.0.1"
PORT = 9000

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
if not wlan.isconnected():
    wlan.connect(WIFI_NAME, WIFI_PASSWORD)
    while not wlan.isconnected():
        time.sleep_ms(100)
print("in the Wi-Fi, my address is", wlan.ifconfig()[0])

fan = False


async def send_readings(writer):
    while True:
        # Your sensor goes here; this temperature is made up.
        reading = {"temp": 20 + random.randint(0, 60) / 10, "fan": fan}
        writer.write((json.dumps(reading) + "\n").encode())
        await writer.drain()
        await asyncio.sleep(1)


async def obey(reader):
    global fan
    while True:
        line = await reader.readline()
        if not line:
            raise OSError("the other side closed")
        text = line.decode().strip()
        print("the hub says", text)
        if text in ("fan on", "fan off"):
            fan = text == "fan on"


async def talk():
    reader, writer = await asyncio.open_connection(HUB, PORT)
    print("connected")
    sending = asyncio.create_task(send_readings(writer))
    try:
        await obey(reader)
    finally:
        sending.cancel()
        writer.close()
        await writer.wait_closed()


async def main():
    while True:
        try:
            await talk()
        except OSError as e:
            print("no connection:", e)
        await asyncio.sleep(1)


asyncio.run(main())
