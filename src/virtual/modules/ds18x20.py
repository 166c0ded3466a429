# `ds18x20` on a bus without sensors: scan() finds none, and whoever asks one gets OneWireError from the reset.
class DS18X20:
    def __init__(self, onewire):
        self.ow = onewire
        self.buf = bytearray(9)

    def scan(self):
        return [rom for rom in self.ow.scan() if rom[0] in (0x10, 0x22, 0x28)]

    def convert_temp(self):
        self.ow.reset(True)

    def read_scratch(self, rom):
        self.ow.reset(True)

    def write_scratch(self, rom, buf):
        self.ow.reset(True)

    def read_temp(self, rom):
        self.ow.reset(True)
