# A lamp: waits for TCP connections and does what the text says.
import network
import socket
import time

from config import PORT, SSID, PASSWORD

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
if not wlan.isconnected():
    wlan.connect(SSID, PASSWORD)
    while not wlan.isconnected():
        time.sleep_ms(100)

lit = False
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("0.0.0.0", PORT))
server.listen(4)
print("waiting for text at", (wlan.ifconfig()[0], PORT))

while True:
    conn, sender = server.accept()
    try:
        conn.settimeout(5)
        text = conn.recv(256).decode().strip()
        if text in ("on", "off"):
            lit = text == "on"
            answer = "the lamp is " + text
        else:
            answer = "I am a lamp, and I am %s. Send me on or off." % ("on" if lit else "off")
        conn.send(answer.encode())
        print("%s sent %r: %s" % (sender[0], text, answer))
    except (OSError, UnicodeError) as e:
        print("a connection failed:", e)
    finally:
        conn.close()
