/** Setpoints on the board: announced, checked, and of what the hub sets the newest acts, as long as it is fresh. */
import { expect, test } from 'vitest';
import { boardAt, libraryLines, ScriptedHub, startLibrary } from '../helpers/library.ts';
import { FRESH, happened, setpoint, steer, until } from '../helpers/setpoints.ts';

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
