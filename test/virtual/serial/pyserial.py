# Speaks to a board as mpremote does, by pyserial: python3 pyserial.py URL
import struct
import sys
import time

import serial

port = serial.serial_for_url(sys.argv[1], baudrate=115200, timeout=60)


def until(ending):
    data = b""
    while not data.endswith(ending):
        one = port.read(1)
        if not one:
            raise Exception("%r has not come, but %r" % (ending, data))
        data += one
    return data


port.write(b"\r\x03\r\x01")
until(b"raw REPL; CTRL-B to exit\r\n>")
port.write(b"\x04")
until(b"soft reboot\r\n")
until(b"raw REPL; CTRL-B to exit\r\n>")

port.write(b"\x05A\x01")
assert port.read(2) == b"R\x01"
window = left = struct.unpack("<H", port.read(2))[0]
source = b"print('%s', len('''%s'''))" % (bytes(range(128, 256)).decode("latin1").encode(), b"\n" * 1000)
while source:
    while left == 0 or port.in_waiting:
        answer = port.read(1)
        assert answer == b"\x01", answer
        left += window
    port.write(source[:left])
    sent = min(left, len(source))
    source = source[sent:]
    left -= sent
port.write(b"\x04")
until(b"\x04")
answer = until(b"\x04\x04>")
expected = bytes(range(128, 256)).decode("latin1").encode() + b" 1000\r\n\x04\x04>"
assert answer == expected, answer

for rts, dtr in ((False, True), (False, False)):  # as mpremote closes
    for line, level in (("rts", rts), ("dtr", dtr)):
        try:
            setattr(port, line, level)
        except OSError:
            pass  # a pseudo-terminal has no such lines
port.write(b"print(6*7)\x04")
assert until(b"\x04\x04>") == b"OK42\r\n\x04\x04>"
if sys.argv[1].startswith("rfc2217"):
    port.rts = True
    time.sleep(0.1)
    port.rts = False
    until(b"POWERON_RESET")
    until(b">>> ")
port.close()
print("ok")
