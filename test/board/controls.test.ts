/** Control streams on the board: of what the hub sets the newest acts, under a lease, and `stop` ends it. */
import { expect, test } from 'vitest';
import { boardAt, libraryLines, ScriptedHub, startLibrary } from '../helpers/library.ts';
import { command, FRESH, happened, setpoint, steer, until } from '../helpers/setpoints.ts';

/** Longer than any test lives. */
const LONG = 60_000;

test('announced with their arguments and their lease', async () => {
  const { session } = await steer(400);
  expect(session.hello.controls).toEqual({
    drive: {
      args: {
        left: { type: 'float', min: -1, max: 1 },
        right: { type: 'float', min: -1, max: 1, optional: true },
      },
      lease: 400,
    },
  });
});

test('what cannot be a control is refused in a sentence', async () => {
  const lines = await libraryLines(`${boardAt(1)}
def halt():
    pass
async def later():
    pass
def refused(*args, function=halt, **named):
    try:
        board.control(*args, **named)(function)
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)
refused("drive", lease=400)
refused("drive", lease=400, stop=later)
refused("drive", lease=400, stop=halt, function=later)
refused("drive", stop=halt)
refused("drive", lease=49, stop=halt)
refused("drive", lease=60_001, stop=halt)
refused("drive", lease=400.0, stop=halt)
refused("$drive", lease=400, stop=halt)
refused("", lease=400, stop=halt)
refused("drive", lease=400, stop=halt, left=3)
for n in range(17):
    refused("c%d" % n, lease=400, stop=halt)
`);
  expect(lines).toEqual([
    'ValueError control drive takes stop=…, a plain function without arguments',
    'ValueError control drive takes stop=…, a plain function without arguments',
    'ValueError control drive is a plain function, not an async one',
    'ValueError control drive takes lease=… in whole ms, 50 to 60000, not None',
    'ValueError control drive takes lease=… in whole ms, 50 to 60000, not 49',
    'ValueError control drive takes lease=… in whole ms, 50 to 60000, not 60001',
    'ValueError control drive takes lease=… in whole ms, 50 to 60000, not 400.0',
    "ValueError a control's name has 1 to 64 characters and does not begin with $: '$drive'",
    "ValueError a control's name has 1 to 64 characters and does not begin with $: ''",
    expect.stringMatching(/^TypeError argument left: takes bool, int, /),
    'ValueError a board has 16 controls at most',
  ]);
});

test('the newest wins: doubles and what newer ones overtook do nothing', async () => {
  const { session } = await steer(LONG);
  for (const n of [1, 3, 3, 2, 1, 4, 3, 7, 5, 6, 7]) session.say(setpoint(n, FRESH, { left: n / 10 }));
  expect(await happened(session)).toEqual([
    'set 1',
    'left 0.1',
    'set 3',
    'left 0.3',
    'set 4',
    'left 0.4',
    'set 7',
    'left 0.7',
  ]);
  const seen = await session.take('$seen');
  expect(seen.params).toEqual({ control: 'drive', n: 1, got: 1, clock: expect.any(Number) });
});

test('one that comes after its lease does nothing, and the board asks for a better clock', async () => {
  const { session } = await steer(400);
  session.say(setpoint(1, -401, { left: 1 }));
  const ping = await session.take('$ping');
  // The board took its clock for as far ahead as hello was slow; this answer says that it was not.
  session.say({ id: ping.id, result: { time: Date.now(), clock: 0 } });
  expect(await happened(session)).toEqual([]);
  expect((await session.take('$seen')).params).toMatchObject({ n: 1, got: 1 });
});

test('the lease ends while a command blocks: stop runs inside of time.sleep(), once', async () => {
  const { session } = await steer(
    200,
    `
@board.command
def block():
    happened.append("block")
    time.sleep(5)
    happened.append("awake")
`,
  );
  const block = command('block');
  session.sayTogether([
    setpoint(1, FRESH, { left: 0.5 }),
    block,
    // What waited meanwhile is stale by then.
    setpoint(2, 100, { left: 0.6 }),
  ]);
  await session.answer(block.id);
  expect(await happened(session)).toEqual(['set 1', 'left 0.5', 'block', 'halt', 'lapsed 1', 'awake']);
  const stopped = await session.take('$stopped');
  expect(stopped.params).toEqual({ control: 'drive', n: 1, why: 'lapsed', late: expect.any(Number) });
  // In the midst of the 5 s, not behind them.
  expect(stopped.params.late).toBeLessThan(4_000);
});

test('nothing stops what is renewed; stop comes once when it no longer is, and again for the next lease', async () => {
  const { session } = await steer(2_000);
  for (let n = 1; n <= 20; n++) {
    session.say(setpoint(n, FRESH, { left: n / 100 }));
    await happened(session);
  }
  const all = await until(session, 'lapsed 20');
  expect(all).toHaveLength(42);
  expect(all.slice(38)).toEqual(['set 20', 'left 0.2', 'halt', 'lapsed 20']);
  session.say(setpoint(21, FRESH, { left: 0.5 }));
  expect((await until(session, 'lapsed 21')).slice(42)).toEqual(['set 21', 'left 0.5', 'halt', 'lapsed 21']);
});

test('released: stop runs at once, and the place is free', async () => {
  const { session } = await steer(LONG);
  session.sayTogether([setpoint(1, FRESH, { left: 1 }), setpoint(2, FRESH, null), setpoint(2, FRESH, null)]);
  expect(await happened(session)).toEqual(['set 1', 'left 1.0', 'halt', 'released 1']);
  expect((await session.take('$stopped')).params).toEqual({
    control: 'drive',
    n: 1,
    why: 'released',
    late: 0,
  });
  session.sayTogether([setpoint(3, FRESH, null), setpoint(4, FRESH, { left: 0.25 })]);
  expect((await happened(session)).slice(4)).toEqual(['set 4', 'left 0.25']);
});

test('wrong arguments do nothing, renew nothing, and are told once a second', async () => {
  const { session } = await steer(LONG);
  session.sayTogether([
    setpoint(1, FRESH, { left: 2 }),
    setpoint(2, FRESH, { left: 'x' }),
    setpoint(3, FRESH, {}),
    setpoint(4, FRESH, [1]),
    setpoint(5, FRESH, { left: 0 }, 'dive'),
  ]);
  expect(await happened(session)).toEqual([]);
  expect((await session.take('$refused')).params).toEqual({
    control: 'drive',
    n: 1,
    message: 'drive: left takes a number from -1 to 1, and got 2',
  });
  expect(session.left.filter(({ method }) => method === '$refused')).toEqual([]);
});

test('what is no setpoint at all changes nothing', async () => {
  const { session, running } = await steer(LONG);
  const params = { control: 'drive', n: 1, t: FRESH, args: { left: 1 } };
  for (const wrong of [{ n: 'x' }, { n: null }, { t: null }, { control: null }, { control: [1] }, { n: 1.5 }])
    session.say({ method: '$set', params: { ...params, ...wrong } });
  session.say({ method: '$set', params: [] });
  session.say({ method: '$set' });
  expect(await happened(session)).toEqual([]);
  session.say({ method: '$set', params });
  expect(await happened(session)).toEqual(['set 1', 'left 1.0']);
  expect(running.stderr()).toBe('');
});

test('a handler that fails is logged, and stop runs; so is a stop that fails, which is tried twice', async () => {
  const { session, running } = await steer(
    LONG,
    `
tried = 0
def broken():
    global tried
    tried += 1
    happened.append("broken %d" % tried)
    raise OSError(116)
@board.control("arm", lease=400, stop=halt, at=int)
def arm(at):
    happened.append("arm")
    raise RuntimeError("no arm")
@board.control("leg", lease=60_000, stop=broken)
def leg():
    happened.append("leg")
def maker():
    outer = 1
    async def lazy():
        return outer
    return lazy
@board.control("late", lease=400, stop=halt)
def late():
    return maker()()
`,
  );
  session.say(setpoint(1, FRESH, { at: 5 }, 'arm'));
  expect(await happened(session)).toEqual(['set 1', 'arm', 'halt', 'failed 1']);
  expect((await session.take('$stopped')).params).toEqual({ control: 'arm', n: 1, why: 'failed', late: 0 });
  expect((await session.take('$log')).params.text).toMatch(
    /^control arm\nTraceback[\s\S]+RuntimeError: no arm$/,
  );
  session.sayTogether([setpoint(1, FRESH, {}, 'leg'), setpoint(2, FRESH, null, 'leg')]);
  expect((await happened(session)).slice(4)).toEqual(['set 1', 'leg', 'broken 1', 'broken 2', 'released 1']);
  expect((await session.take('$log')).params.text).toMatch(
    /^stop of control leg\nTraceback[\s\S]+ETIMEDOUT$/,
  );
  session.say(setpoint(1, FRESH, {}, 'late'));
  expect((await happened(session)).slice(9)).toEqual(['set 1', 'halt', 'failed 1']);
  await running.err(/TypeError: an async function cannot steer/);
});

test('a handler that outlives its lease: stop runs in its midst, and again when it is over', async () => {
  const { session } = await steer(
    100,
    `
@board.control("crane", lease=100, stop=halt)
def crane():
    happened.append("lifts")
    while "halt" not in happened:
        time.sleep_ms(1)
    happened.append("turns")
`,
  );
  session.say(setpoint(1, FRESH, {}, 'crane'));
  expect(await until(session, 'again 1')).toEqual([
    'set 1',
    'lifts',
    'halt',
    'lapsed 1',
    'turns',
    'halt',
    'again 1',
  ]);
  expect((await session.take('$stopped')).params).toMatchObject({ control: 'crane', why: 'lapsed' });
});

test('another control is none of its business', async () => {
  const { session } = await steer(
    LONG,
    `
@board.control("lamp", lease=100, stop=lambda: happened.append("dark"))
def lamp():
    happened.append("bright")
`,
  );
  session.sayTogether([setpoint(1, FRESH, { left: 1 }), setpoint(9, FRESH, {}, 'lamp')]);
  expect(await until(session, 'lapsed 9')).toEqual([
    'set 1',
    'left 1.0',
    'set 9',
    'bright',
    'dark',
    'lapsed 9',
  ]);
});

test('the session ends, and with it what it held; the next one counts from 1', async () => {
  const { hub, session } = await steer(LONG);
  session.say(setpoint(50, FRESH, { left: 1 }));
  await happened(session);
  session.cut();
  const second = await hub.session({ session: 's2' });
  expect(await happened(second)).toEqual(['set 50', 'left 1.0', 'halt', 'ended 50']);
  second.sayTogether([setpoint(2, FRESH, { left: 0.5 }), setpoint(1, FRESH, { left: 0.1 })]);
  expect((await happened(second)).slice(4)).toEqual(['set 2', 'left 0.5']);
  expect((await second.take('$seen')).params).toMatchObject({ n: 2, got: 1 });
  second.say(setpoint(3, FRESH, null));
  // The first word of a stop: of the old session's end this one hears nothing.
  expect((await second.take('$stopped')).params).toMatchObject({ n: 2, why: 'released' });
});

test('the hub is gone: stop runs all the same', async () => {
  const { hub, session, running } = await steer(
    500,
    `
@board.control("lamp", lease=500, stop=lambda: print("dark"))
def lamp():
    print("bright")
`,
  );
  session.say(setpoint(1, FRESH, {}, 'lamp'));
  await running.out(/bright\n/);
  hub.close();
  session.cut();
  await running.out(/dark\n/);
  expect(running.stdout().match(/dark/g)).toHaveLength(1);
});

test('board.stop(), Ctrl-C and a cancelled serve() stop first of all, and no setpoint acts after that', async () => {
  const program = `
@board.command
def end():
    board.stop()
    happened.append("stopped")
class Stopped(Exception):
    pass
try:
    board.run()
except KeyboardInterrupt:
    happened.append("interrupted")
print("end", happened)
async def own():
    task = asyncio.create_task(board.serve())
    while "left 0.5" not in happened:
        await asyncio.sleep_ms(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    print("cancelled", happened[-2:])
asyncio.run(own())
happened.clear()
`;
  const { hub, session, running } = await steer(LONG, program);
  session.sayTogether([setpoint(1, FRESH, { left: 1 }), command('end'), setpoint(2, FRESH, { left: 1 })]);
  await running.out(/end \['set 1', 'left 1\.0', 'halt', 'ended 1', 'stopped'\]\n/);
  const second = await hub.session();
  second.say(setpoint(1, FRESH, { left: 0.5 }));
  await running.out(/cancelled \['halt', 'ended 1'\]\n/);
  const third = await hub.session();
  third.say(setpoint(1, FRESH, { left: 0.75 }));
  expect(await happened(third)).toEqual(['set 1', 'left 0.75']);
  running.board.interrupt();
  await third.ended;
});

test('Ctrl-C in the midst of a handler stops as well', async () => {
  const { session, running } = await steer(
    LONG,
    `
@board.control("crane", lease=60_000, stop=halt)
def crane():
    happened.append("lifts")
    print("lifts")
    time.sleep(60)
try:
    board.run()
except KeyboardInterrupt:
    print(happened)
    raise SystemExit
`,
  );
  session.say(setpoint(1, FRESH, {}, 'crane'));
  await running.out(/lifts\n/);
  running.board.interrupt();
  await running.out(/\['set 1', 'lifts', 'halt', 'ended 1'[^\]]*\]\n/);
});

test('what stop prints while everything blocks reaches the hub', async () => {
  const { session } = await steer(
    LONG,
    `
@board.control("lamp", lease=50, stop=lambda: print("dark"))
def lamp():
    pass
@board.command
def block():
    time.sleep_ms(500)
`,
  );
  session.sayTogether([setpoint(1, FRESH, {}, 'lamp'), command('block')]);
  expect((await session.take('$log')).params).toMatchObject({ level: 'print', text: 'dark' });
});

test('power save is off while something is steered, and then as it was', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
import kiteline.controls
wlan.config(pm=wlan.PM_POWERSAVE)
@board.control("drive", lease=50, stop=lambda: print("pm", wlan.config("pm")))
def drive():
    pass
@board.task
async def watch():
    while wlan.config("pm") == wlan.PM_POWERSAVE:
        await asyncio.sleep_ms(1)
    while wlan.config("pm") != wlan.PM_POWERSAVE:
        await asyncio.sleep_ms(1)
    print("as before")
board.run()
`);
  const session = await hub.session();
  session.say(setpoint(1, FRESH, {}));
  await running.out(/pm 0\n/);
  await running.out(/as before\n/);
});

test('a program that ends in the midst of it leaves power save as it was, in its next session, too', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
wlan.config(pm=wlan.PM_POWERSAVE)
@board.control("drive", lease=60_000, stop=lambda: print("halt"), last=bool)
def drive(last):
    if last:
        board.stop()
board.run()
print("pm", wlan.config("pm"))
`);
  const first = await hub.session();
  first.say(setpoint(1, FRESH, { last: false }));
  await first.take('$seen');
  first.cut();
  const second = await hub.session();
  second.say(setpoint(1, FRESH, { last: true }));
  await running.out(/halt\nhalt\npm 2\n/);
});

test('without a setpoint of it, or a control at all, nothing of this is loaded', async () => {
  const lines = await libraryLines(`${boardAt(1)}
import sys
print([name for name in sys.modules if name in ("kiteline.controls", "kiteline.datagrams", "kiteline.leases")])
`);
  expect(lines).toEqual(['[]']);
});
