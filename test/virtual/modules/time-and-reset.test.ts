/** machine.Timer, WDT, RTC, resets and sleeps of the virtual board. */
import { expect, test } from 'vitest';
import { linesOf, makeBoard, startBoard, watch } from '../../helpers/board.ts';

test('Timer: periodic, one shot, virtual ones; deinit stops it; ids above 3 do not exist', async () => {
  expect(
    await linesOf(`
import time
from machine import Timer
hits = []
timer = Timer(0)
timer.init(mode=Timer.PERIODIC, period=2, callback=lambda t: hits.append(t is timer))
while len(hits) < 3:
    time.sleep_ms(1)
timer.deinit()
count = len(hits)
time.sleep_ms(10)
print(len(hits) == count, all(hits), Timer(0) is timer)
once = []
Timer(-1).init(mode=Timer.ONE_SHOT, period=1, callback=lambda t: once.append(t))
Timer(-1, mode=Timer.ONE_SHOT, freq=500, callback=lambda t: once.append(t))
while len(once) < 2:
    time.sleep_ms(1)
print(once[0] is once[1])
for make in (lambda: Timer(4), lambda: timer.init(period=0, callback=None), lambda: Timer(1).init(hard=True)):
    try:
        make()
    except ValueError as e:
        print(e)
`),
  ).toEqual([
    'True True True',
    'False',
    "Timer(4) doesn't exist, there are only 4 hardware timers",
    'Timer period is too short for this timer',
    'hard Timers are not implemented',
  ]);
});

test('a timer goes on after main.py has ended, as behind the prompt of a chip', async () => {
  const watched = await startBoard(`
from machine import Timer
n = 0
def tick(t):
    global n
    n += 1
    print("tick", n)
    if n == 2:
        t.deinit()
Timer(0).init(period=2, callback=tick)
print("main ends")
`);
  await watched.out(/main ends[\s\S]*tick 2/);
  await watched.board.stop();
});

test('the watchdog bites a loop that calls nothing, and the cause is known', async () => {
  const watched = await startBoard(`
import machine, time
if machine.reset_cause() == machine.PWRON_RESET:
    for wrong in (lambda: machine.WDT(1), lambda: machine.WDT(timeout=0)):
        try:
            wrong()
        except ValueError as e:
            print("refused", e)
    wdt = machine.WDT(timeout=300)
    for i in range(8):
        time.sleep_ms(50)
        wdt.feed()
    print("fed")
    while True:
        pass
print(machine.reset_cause() == machine.WDT_RESET)
`);
  expect(await watched.ended).toEqual({ how: 'done' });
  expect(watched.stdout()).toBe('refused \nrefused WDT timeout too short\nfed\nTrue\n');
  expect(watched.stderr()).toMatch(/300 ms/);
});

test('resets and deep sleep: their causes, and what RTC memory and the clock keep', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
import machine, time
rtc = machine.RTC()
cause = machine.reset_cause()
print(cause, machine.wake_reason(), rtc.memory(), time.localtime()[0])
rtc.memory(rtc.memory() + bytes([cause]))
if cause == machine.PWRON_RESET:
    rtc.datetime((2024, 2, 29, 0, 12, 34, 56, 0))
    machine.reset()
if cause == machine.HARD_RESET:
    machine.soft_reset()
if cause == machine.SOFT_RESET:
    machine.deepsleep(20)
`,
    },
  });
  const resets: string[] = [];
  board.on('reset', (kind) => resets.push(kind));
  const watched = watch(board);
  expect(await watched.ended).toEqual({ how: 'done' });
  expect(resets).toEqual(['hard', 'soft', 'deepsleep']);
  expect(watched.stdout().split('\n')).toEqual([
    "1 0 b'' 2000",
    "2 0 b'\\x01' 2024",
    "5 0 b'\\x01\\x02' 2024",
    "4 4 b'\\x01\\x02\\x05' 2024",
    '',
  ]);
});

test('the reset button ends a deep sleep without a time', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
import machine
if machine.reset_cause() == machine.PWRON_RESET:
    machine.deepsleep()
print("awake", machine.reset_cause())
`,
    },
  });
  const asleep = new Promise((resolve) => board.once('reset', resolve));
  const watched = watch(board);
  expect(await asleep).toBe('deepsleep');
  await board.reset('hard');
  await watched.ended;
  expect(watched.stdout()).toBe('awake 2\n');
});

test('RTC: the tuple of eight, both ways in; memory has an end', async () => {
  expect(
    await linesOf(`
import time
from machine import RTC
rtc = RTC()
rtc.datetime((2026, 11, 23, 0, 8, 15, 30, 0))
print(rtc.datetime()[:7], time.localtime()[:6], time.time() > 800000000)
rtc.init((2025, 1, 2, 3, 4, 5, 0, 0))
print(rtc.datetime()[:6])
for wrong in (lambda: rtc.datetime((2025, 1, 2)), lambda: rtc.memory(bytes(2049))):
    try:
        wrong()
    except ValueError as e:
        print(e)
rtc.memory("text")
print(rtc.memory(), RTC() is rtc)
`),
  ).toEqual([
    '(2026, 11, 23, 0, 8, 15, 30) (2026, 11, 23, 8, 15, 30) True',
    '(2025, 1, 2, 3, 3, 4)',
    'requested length 8 but object has length 3',
    'buffer too long',
    "b'text' True",
  ]);
});

test('frequency, identity, idle, light sleep, interrupts off and on', async () => {
  expect(
    await linesOf(`
import machine, network, time
print(machine.freq())
machine.freq(240_000_000)
print(machine.freq())
try:
    machine.freq(100_000_000)
except ValueError as e:
    print(e)
print(machine.unique_id() == network.WLAN(network.STA_IF).config("mac"))
machine.idle()
start = time.ticks_ms()
machine.lightsleep(20)
print(time.ticks_diff(time.ticks_ms(), start) >= 20)
hits = []
state = machine.disable_irq()
machine.Timer(0).init(period=1, mode=machine.Timer.ONE_SHOT, callback=lambda t: hits.append(1))
time.sleep_ms(10)
print(hits)
machine.enable_irq(state)
time.sleep_ms(10)
print(hits)
`),
  ).toEqual([
    '160000000',
    '240000000',
    'frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz',
    'True',
    'True',
    '[]',
    '[1]',
  ]);
});

test('time_pulse_us: the pulse that the world announced, or the time-outs of the documentation', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
from machine import Pin, time_pulse_us
echo = Pin(19, Pin.IN)
print(time_pulse_us(echo, 1, 30_000), time_pulse_us(echo, 1, 1_000))
quiet = Pin(18, Pin.IN)
print(time_pulse_us(quiet, 1, 1_000), time_pulse_us(quiet, 0, 1_000))
`,
    },
  });
  board.pin(19).setPulse(2320);
  const watched = watch(board);
  await watched.ended;
  expect(watched.stdout()).toBe('2320 -1\n-2 -1\n');
});
