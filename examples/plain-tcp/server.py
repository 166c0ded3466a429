# The other way round: the board is the server. Send it "on" or "off": it switches its LED, and says so.
import network
import socket
import time
from machine import Pin

WIFI_NAME = "your network"
WIFI_PASSWORD = "its password"
PORT = 9000

lamp = Pin(2, Pin.OUT)  # the blue LED of many ESP32 boards

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
if not wlan.isconnected():
    wlan.connect(WIFI_NAME, WIFI_PASSWORD)
    while not wlan.isconnected():
        time.sleep_ms(100)

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("", PORT))
server.listen(4)
print("send me text at %s:%d" % (wlan.ifconfig()[0], PORT))

while True:
    conn, peer = server.accept()
    conn.settimeout(5)  # one visitor at a time: a silent one must not stay
    try:
        text = conn.recv(256).decode().strip()
        if text in ("on", "off"):
            lamp.value(text == "on")
            answer = "the lamp is " + text
        else:
            answer = "I am a lamp, and I am %s. Send me on or off." % ("on" if lamp.value() else "off")
        conn.send(answer)
        print("%s sent %r: %s" % (peer[0], text, answer))
    except (OSError, UnicodeError) as e:
        print("a visitor was lost:", e)
    conn.close()
