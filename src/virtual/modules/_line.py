# input() at a board with a prompt: echoes and edits what is typed, as the chip's does.
import sys


def read(prompt):
    sys.stdout.write(prompt)
    take, echo = sys.stdin.buffer.read, sys.stdout.buffer.write
    line = b""
    while True:
        byte = take(1)
        if byte == b"\r":
            echo(b"\r\n")
            return line.decode()
        if byte == b"\x04" and not line:
            raise EOFError
        if byte in (b"\x08", b"\x7f"):
            if line:
                line = _shorter(line)
                echo(b"\x08\x1b[K")
        elif byte == b"\x1b":
            _pass_over(take)
        elif byte >= b" ":
            line += byte
            echo(byte)


def _shorter(line):
    # By a whole character: its following bytes are 10xxxxxx.
    end = len(line) - 1
    while end > 0 and line[end] & 0xC0 == 0x80:
        end -= 1
    return line[:end]


def _pass_over(take):
    # Cursor keys: ESC [ … and a letter.
    if take(1) == b"[":
        while not 0x40 <= take(1)[0] <= 0x7E:
            pass
