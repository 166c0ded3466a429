/** Promise 1 from the board's side: a sample is kept until the hub says that it is on disk, and the queue has an end. */
import { expect, test } from 'vitest';
import { Air } from '../../src/virtual/index.ts';
import { boardAt, libraryLines, ScriptedHub, startLibrary } from '../helpers/library.ts';

/** A program without a network, for what needs no hub. */
const ALONE = (settings = '') => `
import kiteline
board = kiteline.Board('b', '127.0.0.1:1'${settings && `, ${settings}`})
def refused(*args):
    try:
        print('no error:', board.send(*args))
    except Exception as e:
        print(type(e).__name__, e)
`;

const COUNT = `
@board.task
async def go():
    for n in range(1, 6):
        board.send({"n": n})
    while board.waiting:
        await asyncio.sleep_ms(1)
    print('all stored')
`;

test('what is not acknowledged is sent again on the next connection, in order, with its number and time', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}${COUNT}board.run()`);
  const first = await hub.session();
  const sent = await Promise.all([1, 2, 3, 4, 5].map(first.sample));
  first.say({ method: '$ack', params: { seq: 2 } });
  // The board has read the acknowledgement once it has answered what follows it.
  await first.ask({ id: 'p', method: '$ping', params: {} });
  first.cut();
  const second = await hub.connection();
  const { id, params } = await second.take('hello');
  // The hub has stored one more than it could say.
  second.say({
    id,
    result: { session: 's2', hub: 'run-1', time: 1, clock: 0, keepalive: 9000, acks: { [params.boot]: 3 } },
  });
  expect([await second.sample(4), await second.sample(5)]).toEqual(sent.slice(3));
  expect(second.left.filter((message) => '$seq' in message)).toEqual([]);
  second.say({ method: '$ack', params: { seq: 5 } });
  await running.out(/all stored/);
});

test('an acknowledgement twice, of another start, of what was never sent, or malformed frees nothing else', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
@board.command
def waiting():
    return board.waiting
board.send({"n": 1})
board.send({"n": 2})
@board.command
def more():
    return board.send({"n": 3})
board.run()
`);
  const session = await hub.session();
  await session.sample(2);
  const ack = (params: unknown) => session.say({ method: '$ack', params });
  let id = 0;
  const waiting = async () => (await session.ask({ id: ++id, method: 'waiting', params: {} })).result;
  ack({ seq: 1 });
  ack({ seq: 1 });
  expect(await waiting()).toBe(1);
  for (const params of [{ seq: 2, boot: 'other' }, { seq: '2' }, {}, [2], 2, null, { seq: null }])
    ack(params);
  expect(await waiting()).toBe(1);
  ack({ seq: 99 });
  expect(await waiting()).toBe(0);
  // Number 3 is new to the hub, whatever it has acknowledged before.
  expect((await session.ask({ id: ++id, method: 'more', params: {} })).result).toBe(3);
  expect(await session.sample(3)).toMatchObject({ n: 3 });
  expect(await waiting()).toBe(1);
  expect(running.stderr()).toBe('');
});

test('many that wait go out in few segments', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port)}
for n in range(100):
    board.send({"n": n})
board.run()
`);
  const session = await hub.session();
  await session.sample(100);
  // hello, and 100 lines of about 45 bytes in writes of 1400.
  expect(session.segments.length).toBeLessThan(12);
});

test('a sample keeps the time when it was taken, also from before there was a hub to ask', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port)}
at = time.ticks_ms()
board.send({"n": 1})
time.sleep_ms(300)
board.send({"n": 2})
board.send({"n": 3}, t=1700000000123)
@board.task
async def later():
    while not board.online:
        await asyncio.sleep_ms(1)
    now = board.now()
    board.send({"n": 4, "now": now, "since": time.ticks_diff(time.ticks_ms(), at)})
board.run()
`);
  const session = await hub.session({ time: 1_800_000_000_000 });
  const [one, two, three, four] = await Promise.all([1, 2, 3, 4].map(session.sample));
  expect(two?.$t - one?.$t).toBeGreaterThanOrEqual(300);
  expect(three?.$t).toBe(1_700_000_000_123);
  expect(four?.$t - four?.now).toBeLessThanOrEqual(100);
  // The program's own clock and the hub's agree on how long it took; 2: both round.
  expect(Math.abs(four?.now - one?.$t - four?.since)).toBeLessThanOrEqual(2);
});

test('what is no sample is said in a sentence, and takes no number', async () => {
  expect(
    await libraryLines(`${ALONE()}
refused(3)
refused({"$t": 1})
refused({1: 2})
refused({"a": b"x"})
refused({"a": {"b": object}})
refused({"a": [[[[[[[[[1]]]]]]]]]})
refused({"a": "x" * 8200})
refused({"a": 1}, 1.5)
refused({})
refused({"a": None, "b": float("nan"), "c": float("inf")})
refused({"a": None, "b": {"c": float("nan"), "d": (1, 2)}})
print(board._samples.count, bytes(board._samples._ring[0])[6:])
`),
  ).toEqual([
    'TypeError a sample is a dict of values, not int',
    "ValueError names that begin with $ are the protocol's",
    'TypeError a name in it is 1: names are str',
    'TypeError bytes cannot be sent',
    'TypeError type cannot be sent',
    'TypeError more than 8 levels cannot be sent',
    'ValueError a sample takes 8144 bytes at most, this one has 8207',
    'TypeError t is a whole number, ms since 1970, not 1.5',
    'no error: None',
    'no error: None',
    'no error: 1',
    expect.stringMatching(/^1 b'\{"b":\{("c":null,"d":\[1,2\]|"d":\[1,2\],"c":null)\}'$/),
  ]);
});

test('a full queue drops the oldest or the newest, by number and by bytes, and counts', async () => {
  const run = (settings: string, body: string) =>
    libraryLines(`${ALONE(settings)}
def queue():
    s = board._samples
    return [s._first + i for i in range(s.count)]
${body}
print(queue(), board.dropped, board.waiting)
`);
  const five = 'print([board.send({"n": n}) for n in range(5)])';
  expect(await run('queue=3', five)).toEqual(['[1, 2, 3, 4, 5]', '[3, 4, 5] 2 3']);
  expect(await run('queue=3, drop="newest"', five)).toEqual(['[1, 2, 3, None, None]', '[1, 2, 3] 2 3']);
  expect(await run('queue_bytes=30', five)).toEqual(['[1, 2, 3, 4, 5]', '[4, 5] 3 2']);
  expect(await run('queue_bytes=30, drop="newest"', five)).toEqual([
    '[1, 2, None, None, None]',
    '[1, 2] 3 2',
  ]);
  // One that fits into no queue makes no room.
  const long = 'board.send({"n": 1})\nprint(board.send({"n": "x" * 50}))';
  expect(await run('queue_bytes=30', long)).toEqual(['None', '[1] 1 1']);
});

test('what a full queue dropped is reported in hello and as it grows, also when it was on its way', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port, 'queue=3')}
for n in range(5):
    board.send({"n": n})
@board.command
def more(n):
    for i in range(n):
        board.send({"n": i})
board.run()
`);
  const session = await hub.session();
  expect(session.hello.dropped).toEqual({ samples: 2, logs: 0 });
  for (const seq of [3, 4, 5]) await session.sample(seq);
  session.say({ id: 1, method: 'more', params: { n: 2 } });
  expect((await session.take('$dropped')).params).toEqual({ samples: 4, logs: 0 });
  for (const seq of [6, 7]) await session.sample(seq);
  session.say({ method: '$ack', params: { seq: 4 } });
  session.say({ id: 2, method: 'more', params: { n: 2 } });
  for (const seq of [8, 9]) await session.sample(seq);
  expect((await session.take('$dropped')).params).toEqual({ samples: 6, logs: 0 });
});

test('whatever a cut leaves of a line, every sample comes, whole and in order', async () => {
  const hub = await ScriptedHub.start();
  // One connection after the other breaks, each some bytes later.
  const air = new Air({
    joinMs: 10,
    cut: ({ number }) => (number < 40 ? { direction: 'from-board', bytes: 120 + number * 5 } : undefined),
  });
  await startLibrary(
    `${boardAt(hub.port)}
for n in range(1, 9):
    board.send({"n": n, "text": "温度 🌡"})
board.run()
`,
    { air },
  );
  let stored = 0;
  for (;;) {
    const connection = await hub.connection();
    try {
      const { id, params } = await connection.take('hello');
      const acks = { [params.boot]: stored };
      connection.say({
        id,
        result: { session: 's', hub: 'run-1', time: Date.now(), clock: 0, keepalive: 9000, acks },
      });
      while (stored < 8) {
        const { n, text, $seq } = await connection.take((message) => '$seq' in message);
        expect({ n, text, $seq }).toEqual({ n: stored + 1, text: '温度 🌡', $seq: stored + 1 });
        stored += 1;
      }
      break;
    } catch (error) {
      if (!/the connection ended/.test(String(error))) throw error;
    }
  }
});
