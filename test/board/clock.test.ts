/** The board's own time, the hub's, and the session's. */
import { expect, test } from 'vitest';
import { boardAt, ScriptedHub, startLibrary } from '../helpers/library.ts';

test('the session clock is never behind the hub, and drift makes it run ahead', async () => {
  const running = await startLibrary(`
import kiteline.clock as c
now = 0
c.ticks_ms = lambda: now & 0x3fffffff
c._ticks = c._up = 0
print(c.uptime())
for _ in range(4):  # over the end of ticks_ms() and on
    now += 0x1ffffff0
    c.uptime()
print(c.uptime() == now, now > 0x3fffffff)
clock = c.Clock()
print(clock.now())
start = c.uptime()
clock.begin()
now += 40  # hello took 40 ms
clock.learn(start, 1_700_000_000_000, 0)
print(clock.session(), clock.now() - 1_700_000_000_000)
now += 4096 * 10
print(clock.session() - 40 - 40960)
# An answer that came at once is better than what we know.
sent = c.uptime()
now += 2
clock.learn(sent, 1_700_000_040_950, 40945)
print(clock.session() - 40945, clock.now() - 1_700_000_040_950)
# One that took long is not, unless the hub's clock was set.
sent = c.uptime()
now += 3000
clock.learn(sent, 1_700_000_043_000, 43_900)
print(clock.now() - 1_700_000_043_950, clock.session() - 43_945)
clock.learn(sent, 1_600_000_000_000, 43_900)
print(clock.now() - 1_600_000_000_000)
# Time stands still rather than to go back a little.
at = clock.now()
clock.offset -= 5
print(clock.now() - at)
now += 6
print(clock.now() - at)
`);
  await running.ended;
  expect(running.stdout().split('\n').slice(0, -1)).toEqual([
    '0',
    'True True',
    'None',
    '40 20',
    '10',
    '2 1',
    '1 2',
    '1500',
    '0',
    '1',
  ]);
});

test('the board asks for the time every 6 keepalives, and takes an answer that is none for none', async () => {
  const hub = await ScriptedHub.start();
  // The keepalives are short, and this side may be slow: it is not to be taken for gone.
  const running = await startLibrary(`${boardAt(hub.port)}
from kiteline.connection import Connection
Connection.SILENT = 1000
@board.command
def now():
    return board.now()
board.run()
`);
  const session = await hub.session({ keepalive: 100, time: 1_000_000_000_000 });
  const alive = setInterval(() => session.say({ id: 'alive', method: '$ping', params: {} }), 20);
  try {
    for (const answer of [
      { result: 5 },
      { error: { code: -1, message: 'no' } },
      { result: { time: 'x', clock: 1 } },
    ]) {
      const { id, params } = await session.take('$ping');
      expect(params).toEqual({});
      session.say({ id, ...answer });
    }
    expect((await session.ask({ id: 1, method: 'now', params: {} })).result).toBeLessThan(1_100_000_000_000);
    // The hub's clock was set.
    const { id } = await session.take('$ping');
    session.say({ id, result: { time: 1_800_000_000_000, clock: 3_000 } });
    expect((await session.ask({ id: 2, method: 'now', params: {} })).result).toBeGreaterThanOrEqual(
      1_800_000_000_000,
    );
  } finally {
    clearInterval(alive);
  }
  expect(running.stderr()).toBe('');
});
