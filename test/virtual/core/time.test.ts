import { expect, test } from 'vitest';
import { startBoard } from '../../helpers/board.ts';

test('ticks count from power on, in milliseconds and microseconds, whatever the clock is set to', async () => {
  const { ended, stdout, stderr } = await startBoard(`
import time
from machine import RTC
# A boot takes no minute, however slow the machine.
print(time.ticks_ms() < 60_000, time.ticks_us() < 60_000_000)
print(abs(time.ticks_us() // 1000 - time.ticks_ms()) < 1000)
before = time.ticks_us()
time.sleep_us(300)
print(time.ticks_diff(time.ticks_us(), before) >= 300)
before = time.ticks_ms()
RTC().datetime((2026, 11, 23, 0, 10, 0, 0, 0))
print(time.localtime()[:4], time.ticks_diff(time.ticks_ms(), before) < 60_000)
`);
  expect(await ended).toEqual({ how: 'done' });
  expect(stderr()).toBe('');
  expect(stdout()).toBe('True True\nTrue\nTrue\n(2026, 11, 23, 10) True\n');
});

test('the epoch is 2000, and so is the year at power on', async () => {
  const { ended, stdout } = await startBoard(`
import time
print(time.gmtime(0)[:6], time.time() < 3600, type(time.time()))
print(time.mktime((2026, 11, 23, 8, 0, 0, 0, 0)), time.localtime()[0])
`);
  await ended;
  expect(stdout()).toBe("(2000, 1, 1, 0, 0, 0) True <class 'int'>\n848736000 2000\n");
});
