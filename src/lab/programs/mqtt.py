# A board that speaks MQTT 3.1.1 by itself, as mqtt_as does: QoS 1 both ways in a session that the broker keeps (clean=False). What
# it publishes is sent again after each new connection until it is acknowledged. Each line that it prints is an event.
import json
import network
import select
import socket
import struct
import time

with open("lab.json") as f:
    S = json.load(f)
NAME = S["name"].encode()
# Milliseconds without a word of the broker, and between questions whether it is there.
SILENT_MS = 1500
PING_MS = 300

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
sock = None
poll = None
buffer = b""
heard = pinged = made_at = 0
made = 0
waiting = None  # number of what is not acknowledged


def tell(event, n=0):
    print(json.dumps([event, n]))


def text(t):
    return struct.pack("!H", len(t)) + t


def packet(head, body):
    length = len(body)
    size = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
    sock.write(bytes([head]) + size + body)


def close():
    global sock
    if sock is not None:
        sock.close()
        sock = None


def connect():
    global sock, poll, buffer, heard
    if not wlan.isconnected():
        wlan.connect("lab", "secret")
        until = time.ticks_add(time.ticks_ms(), 500)
        while not wlan.isconnected():
            if time.ticks_diff(until, time.ticks_ms()) < 0:
                raise OSError("no Wi-Fi")
            time.sleep_ms(5)
    sock = socket.socket()
    sock.settimeout(2)
    sock.connect(("127.0.0.1", S["port"]))
    packet(0x10, text(b"MQTT") + b"\x04\x00\x00\x01" + text(NAME))
    answer = sock.read(4)
    if answer is None or len(answer) < 4 or answer[0] != 0x20 or answer[3]:
        raise OSError("not let in")
    tell("online", answer[2])
    packet(0x82, b"\x00\x01" + text(b"lab/" + NAME) + b"\x01")
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    buffer = b""
    heard = time.ticks_ms()
    if waiting is not None:
        publish(waiting, 8)


def publish(n, dup=0):
    tell("sent", n)
    packet(0x32 | dup, text(b"kiteline/" + NAME + b"/lab/n") + struct.pack("!H", n + 1) + str(n).encode())


def take(head, body):
    global waiting
    if head & 0xF0 == 0x40:
        if waiting is not None and struct.unpack("!H", body)[0] == waiting + 1:
            tell("acked", waiting)
            waiting = None
    elif head & 0xF0 == 0x30:
        at = 2 + struct.unpack("!H", body[:2])[0]
        tell("got", int(body[at + 2 :]))
        packet(0x40, body[at : at + 2])


def read():
    global buffer, heard
    data = sock.recv(512)
    if not data:
        raise OSError("ended")
    heard = time.ticks_ms()
    buffer += data
    while len(buffer) >= 2:
        length, begin = buffer[1], 2
        if length > 127:
            if len(buffer) < 3:
                return
            length, begin = length & 127 | buffer[2] << 7, 3
        if len(buffer) < begin + length:
            return
        head, body, buffer = buffer[0], buffer[begin : begin + length], buffer[begin + length :]
        take(head, body)


def work():
    global made, made_at, waiting, pinged
    now = time.ticks_ms()
    if waiting is None and made < S["count"] and time.ticks_diff(now, made_at) >= S["everyMs"]:
        made += 1
        made_at = now
        waiting = made
        publish(made)
    if time.ticks_diff(now, pinged) >= PING_MS:
        pinged = now
        packet(0xC0, b"")
    if poll.poll(5):
        read()
    elif time.ticks_diff(time.ticks_ms(), heard) > SILENT_MS:
        raise OSError("silent")


while True:
    try:
        if sock is None:
            connect()
        work()
    except OSError as error:
        tell("offline")
        close()
        time.sleep_ms(20)
