# `ntptime` as the firmware freezes it: one SNTP question (RFC 4330) over UDP, the answer goes into the clock.
import socket
import struct
from time import gmtime

# A program may set both.
host = "pool.ntp.org"
timeout = 1

_FROM_1900_TO_2000 = 3155673600  # seconds
_2024 = 3913056000  # in seconds since 1900: an earlier time is one of the era that begins in 2036


def time():
    question = bytearray(48)
    question[0] = 0x23  # version 4, client
    address = socket.getaddrinfo(host, 123)[0][-1]
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.settimeout(timeout)
        s.sendto(question, address)
        answer = s.recv(48)
    finally:
        s.close()
    seconds = struct.unpack("!I", answer[40:44])[0]
    if seconds < _2024:
        seconds += 0x100000000
    return seconds - _FROM_1900_TO_2000


def settime():
    import machine

    year, month, day, hour, minute, second, weekday, _ = gmtime(time())
    machine.RTC().datetime((year, month, day, weekday + 1, hour, minute, second, 0))
