# `micropython` as programs see it: kbd_intr() decides over the byte that interrupts, which the host looks for.
import _host
from micropython import *


def kbd_intr(byte):
    _host.interruptByte(byte)
