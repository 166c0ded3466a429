# A namespace package on the chip; MicroPython finds its modules without this, other tools do not.
