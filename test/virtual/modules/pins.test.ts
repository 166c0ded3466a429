/** machine.Pin, Signal, ADC and PWM of the virtual board, and what a test sees and sets of them. */
import { expect, test } from 'vitest';
import type { Drive } from '../../../src/virtual/index.ts';
import { linesOf, makeBoard, startBoard, watch } from '../../helpers/board.ts';

test('an output: value, on, off, toggle, call; the world sees each change', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
from machine import Pin
led = Pin(2, Pin.OUT, value=1)
print(led.value(), led())
led.off()
led.toggle()
led(0)
led.value(1)
print(led.value(), Pin(2) is led)
`,
    },
  });
  const seen: Drive[] = [];
  board.pin(2).on('change', (drive) => seen.push(drive));
  const watched = watch(board);
  await watched.ended;
  expect(watched.stdout()).toBe('1 1\n1 True\n');
  expect(seen.map((drive) => drive.level)).toEqual([1, 0, 1, 0, 1]);
});

test('what an ESP32 has not got is refused in its words', async () => {
  expect(
    await linesOf(`
from machine import Pin, ADC, PWM, TouchPad
def tries(make):
    try:
        make()
    except Exception as e:
        print(type(e).__name__, e)
for number in (24, 31, 40, -1, "LED", None):
    tries(lambda: Pin(number))
tries(lambda: Pin(34, Pin.OUT))
tries(lambda: PWM(Pin(35)))
tries(lambda: ADC(Pin(5)))
tries(lambda: ADC(Pin(34), atten=4))
tries(lambda: TouchPad(Pin(5)))
tries(lambda: Pin(2).irq(lambda p: None, hard=True))
tries(lambda: PWM(Pin(2), freq=0))
tries(lambda: PWM(Pin(2), freq=1000, duty=1024))
`),
  ).toEqual([
    ...Array<string>(6).fill('ValueError invalid pin'),
    'ValueError pin can only be input',
    'ValueError pin can only be input',
    'ValueError invalid pin',
    'ValueError invalid attenuation',
    'ValueError invalid pin for touchpad',
    expect.stringContaining('TypeError'),
    'ValueError frequency must be from 1Hz to 40MHz',
    'ValueError duty must be from 0 to 1023',
  ]);
});

test('an unconnected input has the level of its pull resistor; a wired one that of its wire', async () => {
  const watched = await startBoard(`
from machine import Pin
print(Pin(13, Pin.IN).value(), Pin(13, Pin.IN, Pin.PULL_UP).value(), Pin(13, Pin.IN, Pin.PULL_DOWN).value())
print(Pin(0, Pin.IN).value())
button = Pin(13, Pin.IN, Pin.PULL_UP)
od = Pin(14, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
print(button.value(), od.value())
od(0)
print(od.value())
print("wire it")
while button.value():
    pass
print("pressed")
while not button.value():
    pass
print("released")
`);
  await watched.out(/wire it/);
  const pin = watched.board.pin(13);
  expect(pin.level).toBe(1);
  pin.set(0);
  expect(pin.level).toBe(0);
  await watched.out(/pressed/);
  pin.release();
  await watched.ended;
  expect(watched.stdout()).toBe('0 1 0\n1\n1 1\n0\nwire it\npressed\nreleased\n');
});

test('irq: the edges that were asked for, the pin as argument, off with None; an output fires its own', async () => {
  const watched = await startBoard(`
import time
from machine import Pin
button = Pin(13, Pin.IN, Pin.PULL_UP)
seen = []
button.irq(handler=lambda p: seen.append(p is button), trigger=Pin.IRQ_FALLING)
led = Pin(4, Pin.OUT, value=0)
led.irq(lambda p: seen.append("led"))
led.on()
led.off()
print("ready")
while len(seen) < 4:
    time.sleep_ms(1)
print(sorted([str(s) for s in seen]))
button.irq(None)
led.irq(handler=None)
print("off")
`);
  await watched.out(/ready/);
  const pin = watched.board.pin(13);
  for (const level of [0, 1, 0, 1] as const) pin.set(level);
  expect(await watched.ended).toEqual({ how: 'done' });
  expect(watched.stdout()).toContain("['True', 'True', 'led', 'led']");
});

test('an exception in a handler is printed, and the program goes on', async () => {
  const watched = await startBoard(`
import time
from machine import Pin
hits = 0
def handler(pin):
    global hits
    hits += 1
    raise ValueError("in the handler")
Pin(13, Pin.IN).irq(handler, Pin.IRQ_RISING)
print("ready")
while hits < 1:
    time.sleep_ms(1)
Pin(13).irq(None)
print("on")
`);
  await watched.out(/ready/);
  watched.board.pin(13).set(1);
  await watched.ended;
  expect(watched.stdout()).toMatch(/on\r?\n$/);
  expect(watched.stderr()).toMatch(/ValueError: in the handler/);
});

test('ADC: raw, 16 bits, microvolts, attenuation and width', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
from machine import ADC, Pin
adc = ADC(Pin(34))
print(adc, adc.read(), adc.read_u16(), adc.read_uv())
adc.atten(ADC.ATTN_0DB)
print(adc.read(), adc.read_u16())
adc.atten(ADC.ATTN_11DB)
adc.width(ADC.WIDTH_9BIT)
print(adc.read(), ADC(36).read())
`,
    },
  });
  board.pin(34).setVoltage(1.65);
  const watched = watch(board);
  await watched.ended;
  expect(watched.stdout()).toBe('ADC(Pin(34), atten=3) 2048 32776 1650000\n4095 65535\n256 0\n');
});

test('PWM: the three scales of duty, a servo, deinit; the world sees duty and frequency', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
from machine import PWM, Pin
pwm = PWM(Pin(18), freq=1000, duty=512)
print(pwm)
print(pwm.freq(), pwm.duty(), pwm.duty_u16(), pwm.duty_ns())
pwm.duty(1023)
print(pwm.duty(), pwm.duty_u16())
servo = PWM(18, freq=50, duty_ns=1_500_000)
print(servo.duty_u16(), servo.freq())
servo.duty_u16(0)
servo.deinit()
try:
    servo.freq()
except RuntimeError as e:
    print(e)
`,
    },
  });
  const seen: Drive[] = [];
  board.pin(18).on('change', (drive) => seen.push(drive));
  const watched = watch(board);
  await watched.ended;
  expect(watched.stdout().split('\n')).toEqual([
    'PWM(Pin(18), freq=1000, duty=512)',
    '1000 512 32768 500000',
    '1023 65535',
    '4915 50',
    'PWM is inactive',
    '',
  ]);
  expect(seen.filter((drive) => drive.duty !== undefined)).toEqual([
    { level: 1, duty: expect.closeTo(0.5, 3), frequency: 1000 },
    { level: 1, duty: 1, frequency: 1000 },
    { level: 0, duty: expect.closeTo(0.075, 3), frequency: 50 },
    { level: 0, duty: 0, frequency: 50 },
  ]);
  expect(seen.at(-1)).toEqual({ level: 0 });
});

test('Signal turns an active-low output round', async () => {
  expect(
    await linesOf(`
from machine import Pin, Signal
pin = Pin(2, Pin.OUT)
led = Signal(pin, invert=True)
led.on()
print(pin.value(), led.value())
led.off()
print(pin.value(), led())
other = Signal(4, Pin.OUT, value=1, invert=True)
print(Pin(4).value())
`),
  ).toEqual(['0 1', '1 0', '0']);
});

test('names that this board lacks are refused with a sentence', async () => {
  const watched = await startBoard(`
try:
    from machine import I2S
except ImportError as e:
    print(e)
import machine
try:
    machine.DAC
except AttributeError as e:
    print("no DAC")
try:
    machine.nonsense
except AttributeError as e:
    print("no nonsense")
`);
  await watched.ended;
  expect(watched.stdout()).toBe("can't import name I2S\nno DAC\nno nonsense\n");
  expect(watched.stderr()).toMatch(/machine\.I2S[\s\S]*machine\.DAC/);
  expect(watched.stderr()).not.toMatch(/nonsense/);
});
