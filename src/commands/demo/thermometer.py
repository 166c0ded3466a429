# A thermometer: joins the Wi-Fi and sends a reading to the hub every two seconds.
import json
import math
import network
import socket
import time

from config import HUB, SSID, PASSWORD  # on a real board: a config.py with these three lines

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
if not wlan.isconnected():
    wlan.connect(SSID, PASSWORD)
    while not wlan.isconnected():
        time.sleep_ms(100)
print("in the Wi-Fi, address", wlan.ifconfig()[0])

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
n = 0
while True:
    # A real one reads its sensor here; this one makes up a slow day.
    temp = round(21 + 2 * math.sin(n / 7) + 0.3 * math.sin(n * 1.7), 1)
    hum = round(45 - 5 * math.sin(n / 9))
    try:
        s.sendto(json.dumps({"temp": temp, "hum": hum}), HUB)
    except OSError as e:
        print("not sent:", e)  # the Wi-Fi is away: try again with the next reading
    n += 1
    time.sleep(2)
