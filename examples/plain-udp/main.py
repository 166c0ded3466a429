# Sends a reading by UDP every second, and prints the text that comes back.
import json
import network
import random
import socket
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

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)

while True:
    # Your sensor goes here; this temperature is made up.
    reading = {"temp": 20 + random.randint(0, 60) / 10, "up": time.ticks_ms() // 1000}
    try:
        s.sendto(json.dumps(reading), (HUB, PORT))
        print("sent", reading)
    except OSError as e:
        print("not sent:", e)  # the Wi-Fi is away: the next reading tries again
    try:
        data, sender = s.recvfrom(1024)  # waits for a text, a second at most
        print(sender[0], "says", data.decode())
    except OSError:
        pass  # nobody said anything
