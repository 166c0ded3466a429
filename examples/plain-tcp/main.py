# Connects by TCP, says hello every two seconds, prints the reply, and connects again when the line breaks.
import network
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


def talk():
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.settimeout(10)  # a dead line is noticed, not waited for
    try:
        s.connect(socket.getaddrinfo(HUB, PORT)[0][-1])
        print("connected")
        while True:
            s.send("hello,esp32!")
            reply = s.recv(1024)
            if not reply:
                raise OSError("the other side closed")
            print("reply:", reply.decode())
            time.sleep(2)
    finally:
        s.close()


while True:
    try:
        talk()
    except OSError as e:
        print("no connection:", e)
    time.sleep(1)
