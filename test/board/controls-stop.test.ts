/** How a lease ends on the board: `stop` runs in time, once, whatever else the program does. */
import { expect, test } from 'vitest';
import { command, FRESH, happened, setpoint, steer, until } from '../helpers/setpoints.ts';

/** Longer than any test lives. */
const LONG = 60_000;

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
  for (const n of [20, 21])
    expect((await session.take('$stopped')).params).toMatchObject({ control: 'drive', n, why: 'lapsed' });
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
