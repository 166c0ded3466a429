/** Buses with nothing on them, and the drivers that the firmware freezes. */
import { expect, test } from 'vitest';
import { linesOf, makeBoard, watch } from '../../helpers/board.ts';

test('an empty I2C bus answers as on the chip', async () => {
  expect(
    await linesOf(`
from machine import I2C, SoftI2C, Pin
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=100_000)
print(i2c, i2c.scan())
soft = SoftI2C(scl=Pin(22), sda=Pin(21))
print(soft.scan())
for transfer in (
    lambda: i2c.readfrom(0x3C, 1),
    lambda: i2c.writeto_mem(0x68, 0x6B, b"\\x00"),
    lambda: i2c.start(),
    lambda: soft.writeto(0x3C, b"x"),
    lambda: soft.readfrom_mem(0x76, 0xD0, 1, addrsize=16),
):
    try:
        transfer()
    except OSError as e:
        print(e)
for wrong in (lambda: I2C(2), lambda: i2c.readfrom_mem(1, 2, 3, addrsize=7)):
    try:
        wrong()
    except ValueError as e:
        print(e)
`),
  ).toEqual([
    'I2C(0, scl=22, sda=21, freq=100000, timeout=50000) []',
    '[]',
    '[Errno 19] ENODEV',
    '[Errno 19] ENODEV',
    'I2C operation not supported',
    '[Errno 116] ETIMEDOUT',
    '[Errno 116] ETIMEDOUT',
    "I2C(2) doesn't exist",
    'invalid addrsize',
  ]);
});

test('SPI and UART with nothing connected', async () => {
  expect(
    await linesOf(`
import select
from machine import SPI, SoftSPI, UART, Pin
spi = SPI(1, 10_000_000, sck=Pin(14), mosi=Pin(13), miso=Pin(12))
spi.write(b"abc")
print(spi.read(2), SoftSPI(sck=Pin(1), mosi=Pin(2), miso=Pin(3)).read(1))
uart = UART(2, baudrate=9600, tx=17, rx=16)
print(uart.any(), uart.read(), uart.readline(), uart.write("hello"))
poll = select.poll()
poll.register(uart, select.POLLIN)
print(poll.poll(1))
`),
  ).toEqual(["b'\\x00\\x00' b'\\x00'", '0 None None 5', '[]']);
});

test('NeoPixel: order of the colours, fill, and the bytes that the LEDs get', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
from machine import Pin
from neopixel import NeoPixel
np = NeoPixel(Pin(5), 2)
np.fill((9, 8, 7))
np[1] = (1, 2, 3)
print(np[1], len(np))
np.write()
rgbw = NeoPixel(Pin(4), 1, bpp=4)
rgbw[0] = (1, 2, 3, 4)
rgbw.write()
`,
    },
  });
  const seen: number[][] = [];
  for (const pin of [5, 4]) board.pin(pin).on('pixels', (bytes) => seen.push([...bytes]));
  const watched = watch(board);
  await watched.ended;
  expect(watched.stdout()).toBe('(1, 2, 3) 2\n');
  expect(seen).toEqual([
    [8, 9, 7, 2, 1, 3],
    [2, 1, 3, 4],
  ]);
});

test('DHT sensors: where one is attached it measures, elsewhere ETIMEDOUT', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
import dht
from machine import Pin
for sensor in (dht.DHT22(Pin(4)), dht.DHT11(Pin(16)), dht.DHT22(Pin(17))):
    try:
        sensor.measure()
        print("%.1f %.1f" % (sensor.temperature(), sensor.humidity()))
    except OSError as e:
        print(e)
`,
    },
  });
  board.pin(4).attachDht('DHT22', { temperature: -3.4, humidity: 45.6 });
  board.pin(16).attachDht('DHT11', { temperature: 23.4, humidity: 45.6 });
  const watched = watch(board);
  await watched.ended;
  expect(watched.stdout()).toBe('-3.4 45.6\n23.0 46.0\n[Errno 116] ETIMEDOUT\n');
});

test('1-Wire: no device answers, and the checksum is right', async () => {
  expect(
    await linesOf(`
import ds18x20, onewire
from machine import Pin
bus = onewire.OneWire(Pin(15))
sensors = ds18x20.DS18X20(bus)
print(sensors.scan(), bus.reset())
try:
    sensors.convert_temp()
except onewire.OneWireError as e:
    print(repr(e))
# The example of Maxim's application note 27.
print(hex(bus.crc8(b"\\x02\\x1c\\xb8\\x01\\x00\\x00\\x00")))
`),
  ).toEqual(['[] False', 'OneWireError()', '0xa2']);
});
