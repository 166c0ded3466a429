# The other way round: the board is the server, and answers what it is sent.
import network
import socket
import time

WIFI_NAME = "your network"
WIFI_PASSWORD = "its password"
PORT = 9000

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
if not wlan.isconnected():
    wlan.connect(WIFI_NAME, WIFI_PASSWORD)
    while not wlan.isconnected():
        time.sleep_ms(100)

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("", PORT))
server.listen(2)
print("send me text at %s:%d" % (wlan.ifconfig()[0], PORT))

while True:
    conn, peer = server.accept()
    print(peer[0], "is here")
    conn.settimeout(30)  # one visitor at a time: a silent one must not stay for ever
    try:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            print("got", data)
            conn.send(b"you said " + data)
    except OSError as e:
        print("lost:", e)
    conn.close()
