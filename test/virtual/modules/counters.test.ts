/** esp32.PCNT, machine.Counter and machine.Encoder, as a program has them. */
import { expect, test } from 'vitest';
import { linesOf, startBoard } from '../../helpers/board.ts';

/** A wheel's channels by hand: one slot forward. */
const FORWARD = [
  [34, 0],
  [35, 0],
  [34, 1],
  [35, 1],
] as const;

test('an encoder counts what the pins do, there and back, and its value can be set', async () => {
  const watched = await startBoard(`
from machine import Counter, Encoder, Pin
import sys
encoder = Encoder(0, Pin(34), Pin(35), phases=4)
same = Encoder(0)
ups = Counter(1, Pin(34, Pin.IN), filter_ns=1000)
downs = Counter(2, Pin(34), edge=Counter.FALLING, direction=Counter.DOWN)
print(encoder is same, encoder.phases(), encoder.value(), ups.value())
sys.stdin.readline()
print(encoder.value(), encoder.value(5000), encoder.value(), ups.value(), downs.value())
sys.stdin.readline()
print(encoder.value(), ups.value())
encoder.deinit()
try:
    encoder.value()
except RuntimeError as e:
    print(e)
`);
  const { board } = watched;
  for (const [pin, level] of FORWARD.slice(-2)) board.pin(pin).set(level);
  await watched.out(/True 4 0 0/);
  for (let slot = 0; slot < 250; slot++) for (const [pin, level] of FORWARD) board.pin(pin).set(level);
  board.type('\n');
  await watched.out(/1000 1000 5000 250 -250/);
  for (const [pin, level] of [[35, 0] as const, [34, 0] as const, [35, 1] as const, [34, 1] as const])
    board.pin(pin).set(level);
  board.type('\n');
  expect(await watched.ended).toEqual({ how: 'done' });
  expect(watched.stdout()).toContain('4996 251\nnot initialised');
});

test('beyond the hardware’s sixteen bits it counts on, by the handler that value() runs itself', async () => {
  const watched = await startBoard(`
from machine import Counter, Pin
import machine
out = Pin(4, Pin.OUT, value=0)
counter = Counter(5, out)
state = machine.disable_irq()
for batch in range(67):
    print("batch", batch)
    input()
    if batch % 8 == 0:
        counter.value()
print(counter.value())
machine.enable_irq(state)
`);
  const pin = watched.board.pin(4);
  for (let batch = 0; batch < 67; batch++) {
    await watched.out(new RegExp(`batch ${batch}\\n`));
    for (let pulse = 0; pulse < 500; pulse++) {
      pin.driven({ level: 1 });
      pin.driven({ level: 0 });
    }
    watched.board.type('\n');
  }
  await watched.ended;
  expect(watched.stdout()).toContain('\n33500\n');
});

test('PCNT: its handler, its thresholds, and its refusals in the firmware’s words', async () => {
  const watched = await startBoard(`
import time
from esp32 import PCNT
from machine import Counter, Encoder, Pin
unit = PCNT(7, pin=Pin(13, Pin.IN), rising=PCNT.INCREMENT, max=100, threshold0=2)
print(unit, PCNT(7) is unit)
seen = []
def handler(counter):
    seen.append((counter is unit, counter.irq().flags()))
unit.irq(handler, PCNT.IRQ_THRESHOLD0)
unit.start()
print("ready")
while not seen:
    time.sleep_ms(1)
print(seen, unit.value(0), unit.value(), unit.irq().trigger())
unit.deinit()
def tries(make):
    try:
        make()
    except Exception as e:
        print(type(e).__name__, e)
tries(lambda: PCNT(8))
tries(lambda: PCNT(0, mode_pin=Pin(4)))
tries(lambda: PCNT(0, pin=Pin(4), rising=3))
tries(lambda: PCNT(0, channel=2))
tries(lambda: PCNT(0, filter=1024))
tries(lambda: PCNT(0, min=1))
tries(lambda: PCNT(0, max=40000))
tries(lambda: PCNT(0, value=1))
tries(lambda: PCNT(0).value(1))
tries(lambda: PCNT(0).irq(handler, 1))
Counter(1, Pin(4))
tries(lambda: Encoder(1, Pin(34), Pin(35)))
tries(lambda: Encoder(2, Pin(34), Pin(35), phases=3))
`);
  await watched.out(/ready/);
  for (const level of [1, 0, 1, 0] as const) watched.board.pin(13).set(level);
  await watched.ended;
  expect(watched.stderr()).toBe('');
  expect(watched.stdout().split('\n')).toEqual([
    'PCNT(7) True',
    'ready',
    '[(True, 8)] 2 0 8',
    'ValueError invalid id',
    'ValueError pin',
    'ValueError rising',
    'ValueError channel',
    'ValueError filter',
    'ValueError minimum',
    'ValueError maximum',
    'ValueError value',
    'ValueError value',
    'ValueError trigger',
    'ValueError PCNT in use',
    'ValueError phases',
    '',
  ]);
});

test('a handler and a counter on one pin: each has its edges', async () => {
  expect(
    await linesOf(`
import time
from machine import Counter, Pin
pin = Pin(4, Pin.OUT, value=0)
counter = Counter(0, pin, edge=Counter.RISING | Counter.FALLING)
seen = []
pin.irq(lambda p: seen.append(p.value()), Pin.IRQ_RISING)
print(pin.irq().trigger())
for level in (1, 0, 1, 0):
    pin(level)
while counter.value() < 4 or len(seen) < 2:
    time.sleep_ms(1)
pin.irq(None)
pin(1)
while counter.value() < 5:
    time.sleep_ms(1)
print(len(seen), counter.value())
`),
  ).toEqual(['1', '2 5']);
});
