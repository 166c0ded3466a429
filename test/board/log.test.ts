/** What a program prints, logs and fails with reaches the hub as well; and never more than the link can carry. */
import { expect, test } from 'vitest';
import { boardAt, type Connection, type Message, ScriptedHub, startLibrary } from '../helpers/library.ts';

async function start(program: string) {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}${program}`);
  return { hub, running };
}

const next = async (session: Connection): Promise<Message> => (await session.take('$log')).params;

test('print and log, in order; lines in pieces; to other files not', async () => {
  const { hub, running } = await start(`
print("before run()")
@board.task
async def go():
    while not board.online:
        await asyncio.sleep_ms(1)
    print("one", 2, [3], sep="-")
    print("half", end=" ")
    print("and half")
    print("two\\nlines")
    print()
    import io, sys
    print("elsewhere", file=io.StringIO())
    print("there", file=sys.stdout)
    board.log("a word")
    board.log(5)
    async def sent():
        while board._log._out:
            await asyncio.sleep_ms(1)
    await sent()
    print("温度" * 1500)
    await sent()
    print("\\x01" * 3000)
    await sent()
    for _ in range(20):
        print("." * 100, end="")
    print()
    class Loud:
        def __str__(self):
            print("inside")
            return "loud"
    print(Loud())
    board.stop()
board.run()
print("after run()")
`);
  const session = await hub.session({ time: 1_800_000_000_000 });
  const texts = [];
  for (let n = 0; n < 11; n++) {
    const { level, text, t } = await next(session);
    expect(t - 1_800_000_000_000).toBeLessThan(60_000);
    texts.push(`${level} ${text}`);
  }
  expect(texts).toEqual([
    'print one-2-[3]',
    'print half and half',
    'print two\nlines',
    'print there',
    'log a word',
    'log 5',
    `print ${'温度'.repeat(650)}…`,
    `print ${'\u0001'.repeat(1300)}…`,
    `print ${'.'.repeat(1300)}`,
    `print ${'.'.repeat(700)}`,
    'print loud',
  ]);
  expect(await running.ended).toEqual({ how: 'done' });
  expect(running.stdout()).toMatch(
    /^before run\(\)\nkiteline: online, as b\none-2-\[3\]\nhalf and half\ntwo\nlines\n\nthere\n温度.*\n.*\n\.+\ninside\nloud\nafter run\(\)\n$/s,
  );
});

test('stop() lets go out what was said before it, in whatever of several writes it comes', async () => {
  for (let turns = 0; turns < 8; turns++) {
    const { hub, running } = await start(`
@board.task
async def go():
    while not board.online:
        await asyncio.sleep_ms(1)
    for n in range(4):
        board.log("x" * 1250)
    for _ in range(${turns}):
        await asyncio.sleep_ms(0)
    board.stop()
board.run()
`);
    const session = await hub.session();
    for (let n = 0; n < 4; n++) expect((await next(session)).text).toHaveLength(1250);
    expect(await running.ended).toEqual({ how: 'done' });
  }
});

test('the oldest lines give way, and are counted', async () => {
  const { hub } = await start(`
for n in range(40):
    board.log("line %d" % n)
for n in range(5):
    board.log("x" * 1250)
board.run()
`);
  const session = await hub.session();
  // 40 in 32 places; then 5 long ones in 6 KiB.
  expect(session.hello.dropped).toEqual({ samples: 0, logs: 41 });
  for (let n = 0; n < 4; n++) expect((await next(session)).text).toHaveLength(1250);
});

test('what fails is told with its traceback, and everything goes on', async () => {
  const { hub, running } = await start(`
@board.every(5)
def bad():
    1 / 0
good_runs = 0
@board.every(5)
def good():
    global good_runs
    good_runs += 1
    return good_runs
@board.task
async def dies():
    raise ValueError("my task")
@board.task
async def child():
    async def hidden():
        raise RuntimeError("of its own")
    asyncio.create_task(hidden())
@board.every(5)
def odd():
    return b"bytes"
board.run()
`);
  const session = await hub.session();
  const told = new Map<string, string>();
  while (told.size < 4) {
    const { level, text } = await next(session);
    expect(level).toBe('error');
    told.set(text.split('\n')[0], text);
  }
  expect([...told.keys()].sort()).toEqual([
    'a task of the program',
    'every 5 ms bad',
    'every 5 ms odd',
    'task dies',
  ]);
  expect(told.get('every 5 ms bad')).toMatch(/Traceback[\s\S]+in bad\nZeroDivisionError: /);
  expect(told.get('task dies')).toMatch(/ValueError: my task$/);
  expect(told.get('a task of the program')).toMatch(/RuntimeError: of its own$/);
  expect(told.get('every 5 ms odd')).toMatch(/TypeError: bytes cannot be sent$/);
  expect(await session.sample(5)).toMatchObject({ good: 5 });
  await running.err(/every 5 ms bad\nTraceback[\s\S]+ZeroDivisionError/);
});

test('the same traceback again and again is told once a minute, with how often it came', async () => {
  const { hub, running } = await start(`
import kiteline.log
ran = 0
@board.every(2)
def bad():
    global ran
    ran += 1
    if ran == 10:
        kiteline.log.uptime = lambda: real() + 60000
    if ran > 11:
        return {"ran": ran}
    raise ValueError("same")
real = kiteline.log.uptime
board.run()
`);
  const session = await hub.session();
  await session.sample(1);
  const first = await next(session);
  expect(first.text).toMatch(/^every 2 ms bad\nTraceback[\s\S]+ValueError: same$/);
  expect((await next(session)).text).toBe(`8 times more: ${first.text}`);
  expect(session.left.filter(({ method }) => method === '$log')).toEqual([]);
  expect(running.stderr().match(/ValueError/g)).toHaveLength(2);
});
